grant select, insert, update on tranche_total to purse_app;
alter table tranche_total enable row level security;

create policy tranche_total_edit on tranche_total for update to purse_app using (scope_kind() = 'system');

create policy tranche_total_read on tranche_total for select to purse_app
  using (scope_is_platform() or party_id = scope_org() or (scope_kind() = 'merchant' and merchant_id = scope_org()));

create policy tranche_total_write on tranche_total for insert to purse_app with check (scope_kind() = 'system');
