/** Cuts tranches that go on past the end of a run, so that the run gets what was captured before it and nothing else. */
import type { SqlTx } from "@/server/platform/db";

interface Straddling {
  no: bigint;
  legs_no: bigint;
}

/** The local day in which the end lies, and the moment at which that day is over. */
export interface EndDay {
  day: string;
  over: Date;
}

/** Cuts at `end` every tranche of the program that no run has and that reaches past it on both sides. */
export async function cutTranches(tx: SqlTx, programId: string, end: Date, endDay: EndDay): Promise<void> {
  const { rows } = await tx.query<Straddling>(
    `select no, coalesce(part_of, no) as legs_no from tranche
      where program_id = $1 and settlement_run_id is null and coalesce(first_effective_at, period_start) < $2
        and last_effective_at >= $2
      order by no for update`,
    [programId, end],
  );
  for (const tranche of rows) await cut(tx, tranche, end, endDay);
}

/**
 * Whole days go to their side as the sums that they are; only the day of the end is added up anew from its legs after
 * the end. So a cut costs at most one day's legs, whatever the tranche holds.
 */
async function cut(tx: SqlTx, { no, legs_no: legsNo }: Straddling, end: Date, endDay: EndDay): Promise<void> {
  const { rows } = await tx.query<{ no: bigint }>(
    `insert into tranche (program_id, period_start, period_end, opened_at, part_of, effective_from, first_effective_at,
       last_effective_at)
     select program_id, period_start, period_end, opened_at, $2, $3, $3, last_effective_at from tranche where no = $1
     returning no`,
    [no, legsNo, end],
  );
  const after = rows[0]?.no;
  if (after === undefined) throw new Error("A tranche that is cut has a part after the cut.");
  await tx.query("update tranche_total set tranche_no = $2 where tranche_no = $1 and day > $3", [
    no,
    after,
    endDay.day,
  ]);
  await addUpRestOfDay(tx, { no, legsNo, after }, end, endDay);
  await takeFromBefore(tx, no, after, endDay.day);
  await tx.query("select forget_empty_totals($1)", [no]);
  await divideCounts(tx, { no, legsNo, after }, end);
}

interface Cut {
  no: bigint;
  legsNo: bigint;
  after: bigint;
}

async function addUpRestOfDay(
  tx: SqlTx,
  { no, legsNo, after }: Cut,
  end: Date,
  endDay: EndDay,
): Promise<void> {
  await tx.query(
    `insert into tranche_total (tranche_no, day, party_id, merchant_id, agreement_id, rule, step, step_kind, payment_count,
       gross_micros, amount_micros, first_count, first_gross_micros, refund_count, refund_micros, first_refund_count,
       first_refund_gross_micros)
     select $1, $2::date, party_id, merchant_id, agreement_id, rule, step, min(step_kind),
            count(*) filter (where not back), coalesce(sum(whole) filter (where not back), 0),
            coalesce(sum(amount_micros) filter (where not back), 0),
            count(*) filter (where not back and first), coalesce(sum(whole) filter (where not back and first), 0),
            count(*) filter (where back), coalesce(sum(amount_micros) filter (where back), 0),
            count(*) filter (where back and first), coalesce(-sum(whole) filter (where back and first), 0)
       from (select l.*, l.refund_ordinal > 0 as back,
                    sum(l.amount_micros) over (partition by l.payment_id, l.refund_ordinal) as whole,
                    l.ordinal = min(l.ordinal) over (partition by l.payment_id, l.refund_ordinal, l.party_id) as first
               from (select distinct party_id from tranche_total where tranche_no = $3 and day = $2::date) p
               cross join lateral (
                 select * from allocation_leg
                  where tranche_no = $4 and party_id = p.party_id and effective_at >= $5 and effective_at < $6) l) legs
      group by party_id, merchant_id, agreement_id, rule, step`,
    [after, endDay.day, no, legsNo, end, endDay.over],
  );
}

async function takeFromBefore(tx: SqlTx, no: bigint, after: bigint, day: string): Promise<void> {
  await tx.query(
    `update tranche_total b set payment_count = b.payment_count - a.payment_count,
            gross_micros = b.gross_micros - a.gross_micros, amount_micros = b.amount_micros - a.amount_micros,
            first_count = b.first_count - a.first_count, first_gross_micros = b.first_gross_micros - a.first_gross_micros,
            refund_count = b.refund_count - a.refund_count, refund_micros = b.refund_micros - a.refund_micros,
            first_refund_count = b.first_refund_count - a.first_refund_count,
            first_refund_gross_micros = b.first_refund_gross_micros - a.first_refund_gross_micros
       from tranche_total a
      where b.tranche_no = $1 and b.day = $3 and a.tranche_no = $2 and a.day = $3 and a.party_id = b.party_id
        and a.merchant_id = b.merchant_id and a.agreement_id = b.agreement_id and a.rule = b.rule and a.step = b.step`,
    [no, after, day],
  );
}

/** Money by the sums, numbers by the payments and refunds themselves: sums count a payment once for each party. */
async function divideCounts(tx: SqlTx, { no, legsNo, after }: Cut, end: Date): Promise<void> {
  await tx.query(
    `with counted as (
       select (select count(*) from payment where tranche_no = $2 and captured_at >= $4
                 and merchant_id in (select distinct merchant_id from tranche_total where tranche_no = $3)) as payments,
              (select count(*) from refund where tranche_no = $2 and created_at >= $4) as refunds,
              coalesce(sum(amount_micros), 0) as gross, -coalesce(sum(refund_micros), 0) as refunded
         from tranche_total where tranche_no = $3),
     before as (
       update tranche t set effective_until = $4,
              last_effective_at = least(t.last_effective_at, $4::timestamptz - interval '1 millisecond'),
              payment_count = t.payment_count - c.payments, gross_micros = t.gross_micros - c.gross,
              refund_count = t.refund_count - c.refunds, refund_micros = t.refund_micros - c.refunded
         from counted c where t.no = $1)
     update tranche t set payment_count = c.payments, gross_micros = c.gross, refund_count = c.refunds,
            refund_micros = c.refunded
       from counted c where t.no = $3`,
    [no, legsNo, after, end],
  );
}
