grant select, insert, update on authority_setting to purse_app;
alter table authority_setting enable row level security;

create policy authority_setting_edit on authority_setting for update to purse_app using (scope_is_platform());

create policy authority_setting_read on authority_setting for select to purse_app using (scope_kind() <> '');

create policy authority_setting_write on authority_setting for insert to purse_app with check (scope_is_platform());
