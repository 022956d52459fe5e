grant select, insert, update on device to purse_app;
alter table device enable row level security;

create policy device_edit on device for update to purse_app
  using (scope_is_platform() or (scope_kind() = 'device' and merchant_id = scope_org()));

create policy device_read on device for select to purse_app using (scope_is_platform() or merchant_id = scope_org());

create policy device_write on device for insert to purse_app with check (scope_is_platform());
