-- Periods that began stay what they were: a calendar starts after it was confirmed, after every other one of the
-- program, and reaches into nothing that is closed.
create or replace function guard_program_calendar() returns trigger
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
  if not (select coalesce(is_period_end(program_calendar_at(p.id, new.starts_at), p.time_zone, new.starts_at), false)
            from program p where p.id = new.program_id) then
    raise exception 'a calendar begins where a period of the one before ends'
      using errcode = 'check_violation', constraint = 'calendar_at_period_end';
  end if;
  return new;
end $$;
