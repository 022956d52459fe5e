-- Statement trigger on `allocation_leg`: one entry of evidence for all legs of the statement, with a hash over the
-- digest of each in the order of their key and the first four bytes of each digest, by which a changed leg is found.
create or replace function record_legs() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into evidence_entry (table_name, row_key, op, actor_id, content_hash, batch_rows, batch_marks)
  select 'allocation_leg', (select n.payment_id || '|' || n.refund_ordinal from new_rows n
                             order by n.payment_id, n.refund_ordinal limit 1),
         'batch', scope_actor(), sha256(string_agg(d.digest, ''::bytea order by d.payment_id, d.refund_ordinal, d.ordinal)),
         count(*),
         string_agg(substring(d.digest from 1 for 4), ''::bytea order by d.payment_id, d.refund_ordinal, d.ordinal)
    from (select n.payment_id, n.refund_ordinal, n.ordinal, leg_digest(n) as digest from new_rows n) d
  having count(*) > 0;
  return null;
end $$;
