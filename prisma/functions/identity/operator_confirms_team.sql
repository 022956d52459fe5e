-- Whether it falls to the operator to confirm what `first` decided about a team, as none of its own admins can.
create or replace function operator_confirms_team(organisation uuid, first uuid, since timestamptz) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select not exists (select 1 from active_admins(organisation) a(person)
                        where second_person_fault(first, a.person, since) is null)
  $$;
