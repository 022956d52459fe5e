-- Whether a period of this calendar ends at this moment. Day 29, 30 and 31 of a month mean its last.
create or replace function is_period_end(calendar jsonb, zone text, moment timestamptz) returns boolean
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
