-- A run takes what was captured before its end, wherever that end lies. A tranche that goes on past it is cut there: the
-- run takes the part before, and the part after waits for the next run. Legs are never changed; a part names the number
-- that its legs carry and the span of business time that is its own.
alter table tranche
  -- The number on the legs of a part that was cut off; null for a tranche whose legs carry its own number.
  add column part_of bigint,
  -- The part's span of business time: from `effective_from` up to, and without, `effective_until`. Null is open.
  add column effective_from timestamptz,
  add column effective_until timestamptz,
  add column first_effective_at timestamptz,
  add constraint span_in_order check (effective_from is null or effective_until is null or effective_from < effective_until);
update tranche set first_effective_at = period_start;
-- Where it is not known, the period begins it.

-- Only a whole tranche that no run has takes further legs; what arrives after a cut opens a new one.
drop index tranche_open;
create unique index tranche_open on tranche (program_id, period_start) where settlement_run_id is null and part_of is null;
create index tranche_waiting on tranche (program_id) where settlement_run_id is null;
create index tranche_by_part on tranche (part_of) where part_of is not null;
create index refund_by_tranche on refund (tranche_no) where tranche_no is not null;

-- Sums of a step that has nothing left on this side of a cut. It runs as the owner, because the application deletes
-- nothing; only rows that say nothing go.
create function forget_empty_totals(of_tranche bigint) returns void
  language sql security definer set search_path = public, pg_temp
  as $$ delete from tranche_total where tranche_no = of_tranche and payment_count = 0 and refund_count = 0 $$;
