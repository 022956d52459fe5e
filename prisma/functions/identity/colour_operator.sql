-- Trigger on `program`: its operator has a colour on charts.
create or replace function colour_operator() returns trigger language plpgsql security definer set search_path = public, pg_temp
  as $$ begin perform give_chart_colour(new.operator_id, new.id); return null; end $$;
