grant select, insert, update on program to purse_app;
alter table program enable row level security;

create policy program_edit on program for update to purse_app using (scope_is_platform());

create policy program_read on program for select to purse_app using (scope_is_platform() or scope_in_program(id));

create policy program_write on program for insert to purse_app with check (scope_is_platform());
