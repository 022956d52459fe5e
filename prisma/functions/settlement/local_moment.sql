-- The moment of a local wall-clock time. One that occurs twice means its first occurrence; one that does not occur is
-- moved on by what the clocks skip.
create or replace function local_moment(wall timestamp, zone text) returns timestamptz
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
