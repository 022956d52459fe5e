-- Batches as they stand now: all legs of one journal, in which their money moved.
create or replace view leg_batch with (security_invoker = true) as
  select d.journal_id, count(*) as legs,
         sha256(string_agg(d.digest, ''::bytea order by d.payment_id, d.refund_ordinal, d.ordinal)) as content_hash,
         string_agg(substring(d.digest from 1 for 4), ''::bytea order by d.payment_id, d.refund_ordinal, d.ordinal) as marks
    from (select coalesce(r.allocation_journal_id, p.allocation_journal_id) as journal_id, leg_digest(l) as digest,
                 l.payment_id, l.refund_ordinal, l.ordinal
            from allocation_leg l
            left join payment p on p.id = l.payment_id and l.refund_ordinal = 0
            left join refund r on r.payment_id = l.payment_id and r.ordinal = l.refund_ordinal) d
   group by d.journal_id;
grant select on leg_batch to purse_app;
