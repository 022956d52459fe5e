-- All of them in the order of time, each with the moment from which it holds; the first has none.
create or replace function program_calendars(program uuid) returns jsonb
  language sql stable
  as $$
    select jsonb_build_array(jsonb_build_object('from', null, 'calendar', p.calendar))
           || coalesce((select jsonb_agg(jsonb_build_object('from', c.starts_at, 'calendar', c.calendar) order by c.starts_at)
                from program_calendar c where c.program_id = p.id), '[]')
      from program p where p.id = program_calendars.program
  $$;
