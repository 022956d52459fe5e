grant select, insert on program_calendar to purse_app;
alter table program_calendar enable row level security;

create policy program_calendar_read on program_calendar for select to purse_app
  using (scope_is_platform() or scope_in_program(program_id));

create policy program_calendar_write on program_calendar for insert to purse_app with check (scope_is_platform());
