grant select, insert, update on tranche to purse_app;
alter table tranche enable row level security;

create policy tranche_edit on tranche for update to purse_app using (scope_kind() = 'system');

create policy tranche_read on tranche for select to purse_app using (scope_is_platform() or scope_in_program(program_id));

create policy tranche_write on tranche for insert to purse_app with check (scope_kind() = 'system');
