-- How many merchants must agree and how many do, for those who may not see which.
create or replace function agreement_merchants(agreement uuid, moment timestamptz)
  returns table (asked integer, agreed integer)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select count(*)::integer, (count(*) filter (where s.agreed))::integer
      from agreement_standing(agreement, moment) s join organisation o on o.id = s.organisation_id
     where o.kind = 'merchant' and (scope_is_platform() or scope_named_in(agreement))
  $$;
