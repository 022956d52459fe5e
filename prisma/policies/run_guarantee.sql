grant select, insert on run_guarantee to purse_app;
alter table run_guarantee enable row level security;

create policy run_guarantee_read on run_guarantee for select to purse_app
  using (scope_is_platform() or to_party_id = scope_org() or from_party_id = scope_org());

create policy run_guarantee_write on run_guarantee for insert to purse_app with check (scope_kind() = 'system');
