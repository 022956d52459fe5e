-- Why this person cannot answer this version for this organisation; null when nothing speaks against it.
create or replace function agreement_person_fault(agreement uuid, organisation uuid, person uuid) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select case when person in (a.created_by, a.proposed_by, a.operator_approved_by) then 'of_the_operator'
                else party_person_fault(person, organisation, p.operator_id, a.created_at) end
      from agreement a join program p on p.id = a.program_id where a.id = agreement_person_fault.agreement
  $$;
