grant select, insert on audit_entry to purse_app;
alter table audit_entry enable row level security;

create policy audit_read on audit_entry for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());

create policy audit_write on audit_entry for insert to purse_app
  with check (scope_is_platform() or (scope_kind() <> '' and organisation_id = scope_org()));
