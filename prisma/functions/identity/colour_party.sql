-- Trigger on `program_party`: whoever joins a program has a colour on its charts.
create or replace function colour_party() returns trigger language plpgsql security definer set search_path = public, pg_temp
  as $$ begin perform give_chart_colour(new.organisation_id, new.program_id); return null; end $$;
