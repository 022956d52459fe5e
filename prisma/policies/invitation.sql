grant select, insert, update on invitation to purse_app;
alter table invitation enable row level security;

create policy invitation_edit on invitation for update to purse_app
  using (scope_is_platform() or organisation_id = scope_org());

create policy invitation_read on invitation for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());

create policy invitation_write on invitation for insert to purse_app
  with check (scope_is_platform() or organisation_id = scope_org());

create policy no_device_edits on invitation as restrictive for update to purse_app
  using ((select scope_kind()) <> 'device');

create policy no_device_writes on invitation as restrictive for insert to purse_app
  with check ((select scope_kind()) <> 'device');
