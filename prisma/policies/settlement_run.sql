grant select, insert, update on settlement_run to purse_app;
alter table settlement_run enable row level security;

create policy settlement_run_edit on settlement_run for update to purse_app using (scope_is_platform());

create policy settlement_run_read on settlement_run for select to purse_app
  using (scope_is_platform() or scope_in_program(program_id));

create policy settlement_run_write on settlement_run for insert to purse_app with check (scope_is_platform());
