-- A calendar begins where a period of the one before ends: held here too, with the arithmetic of
-- server/settlement/rules/compute-period.ts, which a test compares with these functions.

-- The moment of a local wall-clock time. One that occurs twice means its first occurrence; one that does not occur is
-- moved on by what the clocks skip.
create function local_moment(wall timestamp, zone text) returns timestamptz
  language sql stable parallel safe
  as $$
    with o as (
      select ((wall - interval '1 day') at time zone 'UTC' at time zone zone) - (wall - interval '1 day') as before,
             ((wall + interval '1 day') at time zone 'UTC' at time zone zone) - (wall + interval '1 day') as after
    )
    select coalesce(
      (select (wall - c.offs) at time zone 'UTC'
         from unnest(array[greatest(o.before, o.after), least(o.before, o.after)]) with ordinality c(offs, n)
        where ((wall - c.offs) at time zone 'UTC' at time zone zone) - (wall - c.offs) = c.offs order by c.n limit 1),
      (wall - o.before) at time zone 'UTC')
      from o
  $$;

-- Whether a period of this calendar ends at this moment. Day 29, 30 and 31 of a month mean its last.
create function is_period_end(calendar jsonb, zone text, moment timestamptz) returns boolean
  language sql stable parallel safe
  as $$
    select exists (
      select 1 from generate_series(-2, 2) shift
       cross join lateral (select (moment at time zone zone)::date + shift as day) d
       cross join lateral (select coalesce((calendar ->> 'day')::int, 1) as wanted) w
       where local_moment(d.day + coalesce(calendar ->> 'cutOff', '00:00')::time, zone) = moment
         and case calendar ->> 'every'
               when 'day' then true
               when 'week' then extract(isodow from d.day) = least(w.wanted, 7)
               when 'month' then extract(day from d.day) = case when w.wanted >= 29
                 then extract(day from date_trunc('month', d.day) + interval '1 month' - interval '1 day') else w.wanted end
             end)
  $$;

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
