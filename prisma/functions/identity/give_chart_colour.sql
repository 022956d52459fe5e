-- Gives an organisation that has none the colour of charts that fewest others of the program `joined` have, so that
-- two parties of one chart differ as long as there are colours. Colours are numbers of the charts' palette; an
-- operator's first choice is its own. It waits for whoever does the same at this moment.
create or replace function give_chart_colour(party uuid, joined uuid) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  palette smallint[] := array[1, 2, 3, 5, 7, 8, 9, 10, 11, 4];
begin
  if exists (select 1 from organisation where id = party and chart_colour is not null) then return; end if;
  -- Two who join at the same moment must not see the same colour free.
  perform pg_advisory_xact_lock(hashtext('purse.chart_colour'));
  if exists (select 1 from organisation where id = party and kind = 'operator') then
    palette := array[4, 1, 2, 3, 5, 7, 8, 9, 10, 11];
  end if;
  update organisation set chart_colour = (
    select c.colour
      from unnest(palette) with ordinality c(colour, place)
      left join organisation taken on taken.chart_colour = c.colour and (
        taken.id = (select operator_id from program where id = joined)
        or taken.id in (select organisation_id from program_party where program_id = joined))
     group by c.colour, c.place order by count(taken.id), c.place limit 1)
   where id = party and chart_colour is null;
end $$;

revoke execute on function give_chart_colour from public;
