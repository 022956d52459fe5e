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
     and i.expires_at > clock_timestamp() and (i.delivery = 'link_and_code' or role_moves_money(i.role))
     and may_invite(i.created_by, i.organisation_id)
     and (i.organisation_id = scope_org() or operator_confirms_team(i.organisation_id, i.created_by, i.created_at))
  union all
  select r.id, 'password.release', null, r.organisation_id, r.id, r.requested_by, r.requested_at, r.expires_at
    from password_reset r
   where r.requested_by is not null and r.released_by is null and r.used_at is null and r.revoked_at is null
     and r.expires_at > clock_timestamp() and is_resetter(r.user_id, r.requested_by)
     and (r.organisation_id = scope_org()
       or not exists (select 1 from active_admins(r.organisation_id) a(admin)
                      where a.admin <> r.user_id and second_person_fault(r.requested_by, a.admin, r.requested_at) is null));
grant select on waiting_for_second_person to purse_app;
