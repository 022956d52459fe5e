-- Otherwise whoever may edit a program could move the ends of its periods alone.
create or replace function keep_founding_calendar() returns trigger language plpgsql as $$
begin
  raise exception 'the calendar of a program is changed by a new one' using errcode = 'restrict_violation';
end $$;
