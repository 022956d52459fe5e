grant select, insert, update, delete on device_refusal to purse_app;
alter table device_refusal enable row level security;

create policy device_refusal_clear on device_refusal for delete to purse_app using (scope_kind() = 'system');

create policy device_refusal_edit on device_refusal for update to purse_app using (scope_kind() = 'system');

create policy device_refusal_read on device_refusal for select to purse_app
  using (scope_is_platform() or merchant_id = scope_org());

create policy device_refusal_write on device_refusal for insert to purse_app with check (scope_kind() = 'system');
