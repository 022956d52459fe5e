-- Sums of a step that has nothing left on this side of a cut. It runs as the owner, because the application deletes
-- nothing; only rows that say nothing go.
create or replace function forget_empty_totals(of_tranche bigint) returns void
  language sql security definer set search_path = public, pg_temp
  as $$ delete from tranche_total where tranche_no = of_tranche and payment_count = 0 and refund_count = 0 $$;
