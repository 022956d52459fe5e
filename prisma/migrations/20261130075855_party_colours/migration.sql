-- One party, one colour. A number into the palette of charts is given when an organisation joins its first program and
-- stays; it is the first that nobody in that program has. 6 is grey and stands for what is nobody's.
alter table organisation add column chart_colour smallint check (chart_colour between 1 and 11 and chart_colour <> 6);

create function give_chart_colour(party uuid, joined uuid) returns void
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
revoke execute on function give_chart_colour(uuid, uuid) from public;

create function colour_operator() returns trigger language plpgsql security definer set search_path = public, pg_temp
  as $$ begin perform give_chart_colour(new.operator_id, new.id); return null; end $$;
create function colour_party() returns trigger language plpgsql security definer set search_path = public, pg_temp
  as $$ begin perform give_chart_colour(new.organisation_id, new.program_id); return null; end $$;
create trigger chart_colour after insert on program for each row execute function colour_operator();
create trigger chart_colour after insert on program_party for each row execute function colour_party();

do $$
declare joined record;
begin
  for joined in select operator_id as party, id as program from program order by created_at, id loop
    perform give_chart_colour(joined.party, joined.program);
  end loop;
  for joined in select organisation_id as party, program_id as program from program_party
                 order by joined_at, organisation_id loop
    perform give_chart_colour(joined.party, joined.program);
  end loop;
end $$;
