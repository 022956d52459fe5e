grant select, insert, update on app_user to purse_app;
alter table app_user enable row level security;

create policy app_user_edit on app_user for update to purse_app using (scope_kind() = 'system');

create policy app_user_read on app_user for select to purse_app using (scope_is_platform() or scope_has_member(id));

create policy app_user_write on app_user for insert to purse_app with check (scope_kind() = 'system');
