-- Takes back the approval of whatever of a run was not sent yet, and says why.
create or replace function void_run_approval(run uuid, why text) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update settlement_run r
     set revision = revision + 1, approved_by = null, approved_at = null, approval_sha256 = null, approval_count = null,
         approval_voided_at = now(), approval_void_reason = why,
         -- Whoever signed first for the calendar's run signed what stood then.
         signed_by = case when created_by is null then null else signed_by end,
         signed_at = case when created_by is null then null else signed_at end,
         state = case when state = 'approved' then 'calculated' else state end
   where id = run and (state in ('calculated', 'approved')
     or (state = 'paying' and exists (select 1 from payout where run_id = run and state = 'approved')));
  if not found then return; end if;
  with taken_back as (
    update payout set state = 'proposed', approved_by = null, approved_at = null,
           payee_name = null, payee_holder = null, payee_account = null
     where run_id = run and state = 'approved' returning statement_id)
  update statement set state = 'calculated' where id in (select statement_id from taken_back) and state = 'approved';
end $$;

revoke execute on function void_run_approval from public;
