-- Why this person cannot approve a version for the operator; null when they can.
create or replace function agreement_approver_fault(agreement uuid, person uuid) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce(second_person_fault(created_by, person, created_at), second_person_fault(proposed_by, person, proposed_at))
      from agreement a where a.id = agreement_approver_fault.agreement
  $$;
