grant select, insert, update on password_reset to purse_app;
alter table password_reset enable row level security;

create policy password_reset_edit on password_reset for update to purse_app
  using (scope_is_platform() or organisation_id = scope_org());

create policy password_reset_read on password_reset for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());

create policy password_reset_write on password_reset for insert to purse_app
  with check (scope_is_platform() or organisation_id = scope_org());

create policy no_device_edits on password_reset as restrictive for update to purse_app
  using ((select scope_kind()) <> 'device');

create policy no_device_writes on password_reset as restrictive for insert to purse_app
  with check ((select scope_kind()) <> 'device');
