-- Everything that waits for a second person, whatever table it stands in: one more kind is one more branch.
create or replace view waiting_for_second_person with (security_invoker = true) as
  select id, action, program_id, organisation_id, subject_id, proposed_by, proposed_at, expires_at
    from confirmation where confirmed_by is null and outcome is null
  union all
  select id, 'run.approve', program_id, null, id, signed_by, coalesce(calculated_at, created_at), null
    from settlement_run where state = 'calculated'
      or (state in ('approved', 'paying') and exists (select 1 from payout p where p.run_id = settlement_run.id and p.state = 'proposed'));
grant select on waiting_for_second_person to purse_app;
