-- The hash is taken when payouts are approved and compared when they are sent, over all of the run that has an approval.
create or replace function bind_approval() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  run record;
begin
  for run in
    select n.run_id, bool_or(o.state = 'proposed' and n.state = 'approved') as approved,
           bool_or(o.state = 'approved' and n.state = 'submitted') as sent
      from after_rows n join before_rows o using (id) where n.state <> o.state group by n.run_id loop
    if run.sent and (select approval_sha256 from settlement_run where id = run.run_id)
         is distinct from run_approval_hash(run.run_id, false) then
      raise exception 'what was approved is not what would be sent'
        using errcode = 'check_violation', constraint = 'sent_as_approved';
    end if;
    if run.approved then
      update settlement_run set approval_sha256 = run_approval_hash(id, false),
             approval_count = (select count(*) from run_payable(id, false)),
             approval_voided_at = null, approval_void_reason = null
       where id = run.run_id;
    end if;
  end loop;
  return null;
end $$;
