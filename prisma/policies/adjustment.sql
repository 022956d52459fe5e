grant select, insert, update on adjustment to purse_app;
alter table adjustment enable row level security;

create policy adjustment_edit on adjustment for update to purse_app using (scope_is_platform());

create policy adjustment_read on adjustment for select to purse_app using (scope_is_platform() or party_id = scope_org());

create policy adjustment_write on adjustment for insert to purse_app with check (scope_is_platform());
