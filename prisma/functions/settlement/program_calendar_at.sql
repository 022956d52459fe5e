-- The calendar by which a program's period at this moment is reckoned.
create or replace function program_calendar_at(program uuid, moment timestamptz) returns jsonb
  language sql stable
  as $$
    select coalesce(
      (select c.calendar from program_calendar c
        where c.program_id = program_calendar_at.program and c.starts_at <= moment order by c.starts_at desc limit 1),
      (select p.calendar from program p where p.id = program_calendar_at.program))
  $$;
