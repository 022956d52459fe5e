-- Why `second` cannot confirm what `first` decided about the team of an organisation; null when they can. Another of
-- its admins does, or, where none of them could, an admin of the operator.
create or replace function team_confirmer_fault(organisation uuid, first uuid, second uuid, since timestamptz) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce(second_person_fault(first, second, since), case
      when is_active_admin(second, organisation) then null
      when second in (select operator_admins()) and operator_confirms_team(organisation, first, since) then null
      else 'not_entitled'
    end)
  $$;
