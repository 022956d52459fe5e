grant select, insert, update on organisation to purse_app;
alter table organisation enable row level security;

create policy organisation_edit on organisation for update to purse_app using (scope_is_platform());

create policy organisation_read on organisation for select to purse_app
  using (scope_is_platform() or id = scope_org() or scope_shares_program_with(id));

create policy organisation_write on organisation for insert to purse_app with check (scope_is_platform());
