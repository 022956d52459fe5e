grant select, insert, update on payout_rule to purse_app;
alter table payout_rule enable row level security;

create policy payout_rule_edit on payout_rule for update to purse_app using (scope_is_platform());

create policy payout_rule_read on payout_rule for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());

create policy payout_rule_write on payout_rule for insert to purse_app with check (scope_is_platform());
