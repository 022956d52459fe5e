-- A program's calendar can be changed for the future. The one that it was founded with stays on its row; every later one
-- is a row here, in the order of time, and there by two people.

alter table confirmation drop constraint confirmation_action, add constraint confirmation_action check (action in
  ('adjustment.add', 'payout_rule.set', 'payout.take_back', 'bank_account.use', 'authority_setting.set', 'import.undo',
   'calendar.change'));

create table program_calendar (
  id uuid primary key,
  program_id uuid not null references program,
  starts_at timestamptz not null,
  calendar jsonb not null,
  confirmation_id uuid not null unique references confirmation,
  unique (program_id, starts_at)
);

-- Periods that began stay what they were: a calendar starts after it was confirmed, after every other one of the
-- program, and reaches into nothing that is closed.
create function guard_program_calendar() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  confirmed timestamptz;
begin
  perform use_confirmation(new.confirmation_id, 'calendar.change', new.program_id, null, null,
    jsonb_build_object('calendar', new.calendar,
      'starts_at', to_char(new.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')));
  select confirmed_at into confirmed from confirmation where id = new.confirmation_id;
  if new.starts_at <= confirmed
     or exists (select 1 from program_calendar c where c.program_id = new.program_id and c.starts_at >= new.starts_at)
     or exists (select 1 from settlement_run r where r.program_id = new.program_id and r.period_end > new.starts_at) then
    raise exception 'a calendar is changed for the future'
      using errcode = 'check_violation', constraint = 'calendar_of_the_future';
  end if;
  return new;
end $$;
create trigger guard before insert on program_calendar for each row execute function guard_program_calendar();
select protect_rows('program_calendar');

-- Otherwise whoever may edit a program could move the ends of its periods alone.
create function keep_founding_calendar() returns trigger language plpgsql as $$
begin
  raise exception 'the calendar of a program is changed by a new one' using errcode = 'restrict_violation';
end $$;
create trigger calendar_stays before update on program for each row
  when (new.calendar is distinct from old.calendar or new.time_zone is distinct from old.time_zone)
  execute function keep_founding_calendar();

-- The calendar by which a program's period at this moment is reckoned.
create function program_calendar_at(program uuid, moment timestamptz) returns jsonb
  language sql stable
  as $$
    select coalesce(
      (select c.calendar from program_calendar c
        where c.program_id = program_calendar_at.program and c.starts_at <= moment order by c.starts_at desc limit 1),
      (select p.calendar from program p where p.id = program_calendar_at.program))
  $$;

-- All of them in the order of time, each with the moment from which it holds; the first has none.
create function program_calendars(program uuid) returns jsonb
  language sql stable
  as $$
    select jsonb_build_array(jsonb_build_object('from', null, 'calendar', p.calendar))
           || coalesce((select jsonb_agg(jsonb_build_object('from', c.starts_at, 'calendar', c.calendar) order by c.starts_at)
                from program_calendar c where c.program_id = p.id), '[]')
      from program p where p.id = program_calendars.program
  $$;

alter table program_calendar enable row level security;
create policy program_calendar_read on program_calendar for select to purse_app
  using (scope_is_platform() or scope_in_program(program_id));
create policy program_calendar_write on program_calendar for insert to purse_app with check (scope_is_platform());
grant select, insert on program_calendar to purse_app;
