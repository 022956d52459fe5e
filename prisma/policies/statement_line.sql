grant select, insert on statement_line to purse_app;
alter table statement_line enable row level security;

create policy statement_line_read on statement_line for select to purse_app
  using (scope_is_platform() or scope_owns_statement(statement_id));

create policy statement_line_write on statement_line for insert to purse_app with check (scope_is_platform());
