grant select, insert, update on payer to purse_app;
alter table payer enable row level security;

-- In sub-selects, so that a statement asks once who it acts for and not for every row.
create policy payer_all on payer for all to purse_app using ((select scope_is_platform()));
