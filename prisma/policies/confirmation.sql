grant select, insert, update on confirmation to purse_app;
alter table confirmation enable row level security;

create policy confirmation_edit on confirmation for update to purse_app
  using (scope_is_platform() or (action = 'bank_account.use' and organisation_id = scope_org()));

create policy confirmation_read on confirmation for select to purse_app
  using (scope_is_platform() or (action = 'bank_account.use' and organisation_id = scope_org()));

create policy confirmation_write on confirmation for insert to purse_app
  with check (scope_is_platform()
    or (action = 'bank_account.use' and organisation_id = scope_org() and proposed_in = scope_org()));

create policy no_device_edits on confirmation as restrictive for update to purse_app
  using ((select scope_kind()) <> 'device');

create policy no_device_writes on confirmation as restrictive for insert to purse_app
  with check ((select scope_kind()) <> 'device');
