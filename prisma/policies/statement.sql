grant select, insert, update on statement to purse_app;
alter table statement enable row level security;

create policy statement_edit on statement for update to purse_app using (scope_is_platform());

create policy statement_read on statement for select to purse_app using (scope_is_platform() or party_id = scope_org());

create policy statement_write on statement for insert to purse_app with check (scope_is_platform());
