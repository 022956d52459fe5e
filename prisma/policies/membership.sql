grant select, insert, update on membership to purse_app;
alter table membership enable row level security;

create policy membership_edit on membership for update to purse_app
  using (scope_kind() = 'system' or organisation_id = scope_org()
    or (scope_kind() = 'operator' and exists (select 1 from role_grant g
          where g.membership_id = membership.id and g.confirmed_at is not null and g.used_at is null)))
  with check (scope_is_platform() or organisation_id = scope_org());

create policy membership_read on membership for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());

create policy membership_write on membership for insert to purse_app with check (scope_kind() = 'system');

create policy no_device_edits on membership as restrictive for update to purse_app
  using ((select scope_kind()) <> 'device');

create policy no_device_writes on membership as restrictive for insert to purse_app
  with check ((select scope_kind()) <> 'device');
