-- Since when a limit counts what is paid at a moment: the start of the calendar period in the program's time zone, weeks
-- from Monday. A limit on one payment counts nothing; its period is the moment itself.
-- Not strict, so that statements take its expression in and need not call it.
create or replace function limit_period_start(period text, at timestamptz, time_zone text) returns timestamptz
language sql stable parallel safe as $$
  select case when period = 'payment' then at else date_trunc(period, at, time_zone) end
$$;

grant execute on function limit_period_start to purse_app;
