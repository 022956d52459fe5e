-- Legs are millions and written in batches, so a batch is one entry: the digest of each leg, in the order of their key.
create or replace function leg_digest(l allocation_leg) returns bytea
  language sql immutable parallel safe set search_path = pg_catalog as $$
  select sha256(convert_to(concat_ws('|', l.payment_id, l.refund_ordinal, l.ordinal, l.tranche_no, l.program_id,
    l.merchant_id, l.party_id, l.agreement_id, l.amount_micros, l.short_micros,
    (extract(epoch from l.effective_at) * 1000000)::bigint, l.rule, l.step, l.step_kind, l.why), 'UTF8'))
$$;
