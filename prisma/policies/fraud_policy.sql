grant select, insert on fraud_policy to purse_app;
alter table fraud_policy enable row level security;

-- In sub-selects, so that a statement asks once who it acts for and not for every row.
create policy fraud_policy_all on fraud_policy for all to purse_app using ((select scope_is_platform()));
