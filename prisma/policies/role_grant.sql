grant select, insert, update on role_grant to purse_app;
alter table role_grant enable row level security;

create policy role_grant_answer on role_grant for update to purse_app
  using (scope_is_platform() or organisation_id = scope_org());

create policy role_grant_propose on role_grant for insert to purse_app
  with check (organisation_id = scope_org() or scope_kind() = 'system');

create policy role_grant_read on role_grant for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());

create policy no_device_edits on role_grant as restrictive for update to purse_app
  using ((select scope_kind()) <> 'device');

create policy no_device_writes on role_grant as restrictive for insert to purse_app
  with check ((select scope_kind()) <> 'device');
