-- Why this person cannot let a run's payouts go; null when they can. Nobody has signed a run that the calendar closed.
create or replace function run_approver_fault(run uuid, person uuid) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce(case when r.signed_by is not null then second_person_fault(r.signed_by, person, r.created_at) end,
      (select 'proposed_adjustment' from adjustment a join confirmation c on c.id = a.confirmation_id
        where a.settlement_run_id = r.id and second_person_fault(c.proposed_by, person, c.proposed_at) is not null limit 1))
      from settlement_run r where r.id = run
  $$;
