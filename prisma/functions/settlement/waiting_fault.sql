-- Why this person, acting for this organisation, cannot answer what waits; null when they can.
create or replace function waiting_fault(p_action text, p_id uuid, person uuid, in_organisation uuid, moment timestamptz) returns text
  language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  of_program uuid;
begin
  if p_action = 'membership.grant' then
    return (select case when m.user_id = person then 'same_person'
                        else team_confirmer_fault(g.organisation_id, g.proposed_by, person, g.proposed_at) end
              from role_grant g join membership m on m.id = g.membership_id where g.id = p_id);
  elsif p_action = 'invitation.release' then
    return (select team_confirmer_fault(i.organisation_id, i.created_by, person, i.created_at) from invitation i where i.id = p_id);
  elsif p_action = 'password.release' then
    return (select reset_releaser_fault(r.user_id, r.requested_by, person, r.requested_at) from password_reset r where r.id = p_id);
  elsif p_action not in ('run.approve', 'agreement.approve', 'program_terms.confirm') then
    return confirmation_fault(p_id, person, in_organisation, moment);
  end if;
  of_program := case p_action
    when 'run.approve' then (select program_id from settlement_run where id = p_id)
    when 'agreement.approve' then (select program_id from agreement where id = p_id)
    else (select program_id from program_terms where id = p_id) end;
  if signing_role(person, in_organisation) is null
     or not exists (select 1 from program p where p.id = of_program and p.operator_id = in_organisation) then
    return 'not_a_signer';
  end if;
  return case p_action
    when 'run.approve' then run_approver_fault(p_id, person)
    when 'agreement.approve' then agreement_approver_fault(p_id, person)
    else (select second_person_fault(t.drafted_by, person, t.drafted_at) from program_terms t where t.id = p_id) end;
end $$;
