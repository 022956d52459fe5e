grant select, insert, update on bank_account to purse_app;
alter table bank_account enable row level security;

create policy bank_account_edit on bank_account for update to purse_app
  using (scope_is_platform() or (scope_kind() in ('merchant', 'agency') and organisation_id = scope_org()));

create policy bank_account_read on bank_account for select to purse_app
  using (scope_is_platform() or (scope_kind() in ('merchant', 'agency') and organisation_id = scope_org()));

create policy bank_account_write on bank_account for insert to purse_app
  with check (scope_is_platform()
    or (scope_kind() in ('merchant', 'agency') and organisation_id = scope_org() and state = 'waiting' and approved_by is null));
