grant delete, insert, select on program_holiday to purse_app;
alter table program_holiday enable row level security;

create policy program_holiday_read on program_holiday for select to purse_app
  using (scope_is_platform() or scope_in_program(program_id));

create policy program_holiday_remove on program_holiday for delete to purse_app
  using (scope_is_platform());

create policy program_holiday_write on program_holiday for insert to purse_app with check (scope_is_platform());
