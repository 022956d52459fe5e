-- Days on which a program's banks move nothing: payouts fall due on the next working day. Whoever manages programs
-- keeps the list; it moves the day of a payout and never its amount or its account.
create table program_holiday (
  id uuid primary key,
  program_id uuid not null references program,
  day date not null,
  name text not null check (length(name) between 1 and 80),
  created_by uuid references app_user,
  created_at timestamptz not null,
  constraint program_holiday_once unique (program_id, day)
);
grant select, insert, delete on program_holiday to purse_app;
alter table program_holiday enable row level security;
create policy program_holiday_read on program_holiday for select to purse_app
  using (scope_is_platform() or scope_in_program(program_id));
create policy program_holiday_write on program_holiday for insert to purse_app with check (scope_is_platform());
create policy program_holiday_remove on program_holiday for delete to purse_app using (scope_is_platform());
