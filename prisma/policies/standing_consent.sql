grant select, insert, update on standing_consent to purse_app;
alter table standing_consent enable row level security;

create policy standing_consent_edit on standing_consent for update to purse_app
  using (organisation_id = scope_org() and scope_kind() = 'merchant');

create policy standing_consent_read on standing_consent for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());

create policy standing_consent_write on standing_consent for insert to purse_app
  with check (organisation_id = scope_org() and scope_kind() = 'merchant');
