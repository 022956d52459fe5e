-- Everything that waits for a second person stands in one view, whatever table it waits in, and one function says for
-- each of it why somebody cannot be that person.

-- Whether it falls to the operator to confirm what `first` decided about a team, as none of its own admins can.
create function operator_confirms_team(organisation uuid, first uuid, since timestamptz) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select not exists (select 1 from active_admins(organisation) a(person)
                        where second_person_fault(first, a.person, since) is null)
  $$;

create or replace function team_confirmer_fault(organisation uuid, first uuid, second uuid, since timestamptz) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce(second_person_fault(first, second, since), case
      when is_active_admin(second, organisation) then null
      when second in (select operator_admins()) and operator_confirms_team(organisation, first, since) then null
      else 'not_entitled'
    end)
  $$;

-- Why this person cannot let a run's payouts go; null when they can. Nobody has signed a run that the calendar closed.
create function run_approver_fault(run uuid, person uuid) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce(case when r.signed_by is not null then second_person_fault(r.signed_by, person, r.created_at) end,
      (select 'proposed_adjustment' from adjustment a join confirmation c on c.id = a.confirmation_id
        where a.settlement_run_id = r.id and second_person_fault(c.proposed_by, person, c.proposed_at) is not null limit 1))
      from settlement_run r where r.id = run
  $$;

-- Why this person cannot approve a version for the operator; null when they can.
create function agreement_approver_fault(agreement uuid, person uuid) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce(second_person_fault(created_by, person, created_at), second_person_fault(proposed_by, person, proposed_at))
      from agreement a where a.id = agreement_approver_fault.agreement
  $$;

-- What a scope sees of it: the platform everything of money, and of teams what falls to the operator; an organisation
-- what concerns itself alone.
create or replace view waiting_for_second_person with (security_invoker = true) as
  select id, action, program_id, organisation_id, subject_id, proposed_by, proposed_at, expires_at
    from confirmation where confirmed_by is null and outcome is null
  union all
  select id, 'run.approve', program_id, null, id, signed_by, coalesce(calculated_at, created_at), null
    from settlement_run where scope_is_platform() and (state = 'calculated'
      or (state in ('approved', 'paying') and exists (select 1 from payout p where p.run_id = settlement_run.id and p.state = 'proposed')))
  union all
  select id, 'agreement.approve', program_id, null, id, proposed_by, proposed_at,
         agreement_expires_at(effective_from, proposed_at, program_terms_id)
    from agreement where scope_is_platform() and state = 'proposed' and operator_approved_by is null
  union all
  select id, 'program_terms.confirm', program_id, null, id, drafted_by, drafted_at, null
    from program_terms t where scope_is_platform() and confirmed_by is null
      and not exists (select 1 from program_terms later where later.program_id = t.program_id and later.version > t.version)
  union all
  select g.id, 'membership.grant', null, g.organisation_id, g.membership_id, g.proposed_by, g.proposed_at, null
    from role_grant g join membership m on m.id = g.membership_id
   where g.confirmed_at is null and g.withdrawn_at is null and m.revoked_at is null
     and (g.organisation_id = scope_org() or operator_confirms_team(g.organisation_id, g.proposed_by, g.proposed_at))
  union all
  select i.id, 'invitation.release', null, i.organisation_id, i.id, i.created_by, i.created_at, i.expires_at
    from invitation i
   where i.accepted_at is null and i.revoked_at is null and i.released_by is null and i.email is not null
     and i.expires_at > clock_timestamp() and (i.delivery = 'release' or role_moves_money(i.role))
     and may_invite(i.created_by, i.organisation_id)
     and (i.organisation_id = scope_org() or operator_confirms_team(i.organisation_id, i.created_by, i.created_at));

-- Why this person, acting for this organisation, cannot answer what waits; null when they can.
create function waiting_fault(p_action text, p_id uuid, person uuid, in_organisation uuid, moment timestamptz) returns text
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
