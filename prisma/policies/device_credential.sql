grant select, insert, update on device_credential to purse_app;
alter table device_credential enable row level security;

create policy device_credential_edit on device_credential for update to purse_app using (scope_is_platform());

create policy device_credential_read on device_credential for select to purse_app
  using (scope_is_platform() or merchant_id = scope_org());

create policy device_credential_write on device_credential for insert to purse_app with check (scope_is_platform());
