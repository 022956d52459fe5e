/** What the allocator reads and writes, a batch at a time and set-wise. */
import type { SqlTx } from "@/server/platform/db";

export interface PendingPayment {
  id: string;
  merchant_id: string;
  merchant_slug: string;
  device_kind: string;
  zone: string | null;
  captured_at: Date;
  captured_micros: bigint;
}

/**
 * The next payments in the order of capture, locked. Payments that no version governs and amounts that are not whole
 * minor units are left out; `summariseWaiting` tells of them.
 */
export async function takePayments(
  tx: SqlTx,
  next: {
    programId: string;
    governedFrom: Date;
    unitMicros: bigint;
    limit: number;
    /** Payments that wait for their next try. */
    held: readonly string[];
  },
): Promise<PendingPayment[]> {
  const { rows } = await tx.query<PendingPayment>(
    `with next as materialized (
       select id, merchant_id, device_kind, zone, captured_at, captured_micros, capture_seq from payment
        where program_id = $1 and capture_seq is not null and allocated_at is null
          and captured_at >= $2 and captured_micros % $3 = 0
          and id <> all($5::uuid[])
        order by capture_seq limit $4 for no key update)
     select n.*, o.slug as merchant_slug from next n join organisation o on o.id = n.merchant_id order by n.capture_seq`,
    [next.programId, next.governedFrom, next.unitMicros, next.limit, next.held],
  );
  return rows;
}

export interface PendingRefund {
  id: string;
  payment_id: string;
  merchant_id: string;
  ordinal: number;
  amount_micros: bigint;
  created_at: Date;
}

/** The next refunds of payments that are allocated, in their order, locked. */
export async function takeRefunds(
  tx: SqlTx,
  programId: string,
  limit: number,
  held: readonly string[],
): Promise<PendingRefund[]> {
  const { rows } = await tx.query<PendingRefund>(
    `select r.id, r.payment_id, r.merchant_id, r.ordinal, r.amount_micros, r.created_at
       from refund r join payment p on p.id = r.payment_id
      where r.program_id = $1 and r.allocated_at is null and p.allocated_at is not null
        and r.id <> all($3::uuid[])
      order by r.refund_seq limit $2 for no key update of r`,
    [programId, limit, held],
  );
  return rows;
}

export interface OpenLeg {
  payment_id: string;
  ordinal: number;
  party_id: string;
  agreement_id: string;
  rule: string;
  step: string;
  step_kind: string;
  left_micros: bigint;
}

/** What earlier refunds left of the legs of these payments. */
export async function readLegsLeft(tx: SqlTx, paymentIds: readonly string[]): Promise<OpenLeg[]> {
  const { rows } = await tx.query<OpenLeg>(
    `select payment_id, ordinal, party_id, agreement_id, rule, step, step_kind, sum(amount_micros)::bigint as left_micros
       from allocation_leg where payment_id = any($1::uuid[])
      group by payment_id, ordinal, party_id, agreement_id, rule, step, step_kind
      order by payment_id, ordinal`,
    [paymentIds],
  );
  return rows;
}

export async function readBases(
  tx: SqlTx,
  programId: string,
  periodStarts: readonly Date[],
): Promise<{ period_start: Date; name: string; micros: bigint }[]> {
  const { rows } = await tx.query<{ period_start: Date; name: string; micros: bigint }>(
    `select period_start, name, micros from allocation_basis
      where program_id = $1 and period_start = any($2::timestamptz[])`,
    [programId, periodStarts],
  );
  return rows;
}

export async function writeBases(
  tx: SqlTx,
  programId: string,
  bases: readonly { periodStart: Date; name: string; micros: bigint }[],
): Promise<void> {
  await tx.query(
    `insert into allocation_basis (program_id, period_start, name, micros)
     select $1, * from unnest($2::timestamptz[], $3::text[], $4::bigint[])
     on conflict (program_id, period_start, name) do update set micros = excluded.micros`,
    [
      programId,
      bases.map((basis) => basis.periodStart),
      bases.map((basis) => basis.name),
      bases.map((basis) => basis.micros),
    ],
  );
}

export interface NewLeg {
  paymentId: string;
  refundOrdinal: number;
  ordinal: number;
  trancheNo: bigint;
  merchantId: string;
  partyId: string;
  agreementId: string;
  rule: string;
  step: string;
  stepKind: string;
  amountMicros: bigint;
  shortMicros: bigint;
  why: string;
  effectiveAt: Date;
}

/**
 * Legs of a batch. What legs share (their payment, party, rule and step) is sent once and referred to by position,
 * because parsing parameters would otherwise cost more than inserting.
 */
export async function insertLegs(tx: SqlTx, programId: string, legs: readonly NewLeg[]): Promise<void> {
  const items = new Positions<NewLeg>((leg) => `${leg.paymentId}${leg.refundOrdinal}`);
  const parties = new Positions<NewLeg>((leg) => leg.partyId);
  const steps = new Positions<NewLeg>(
    (leg) => `${leg.agreementId}\n${leg.rule}\n${leg.step}\n${leg.stepKind}`,
  );
  const itemOf = legs.map((leg) => items.of(leg));
  const partyOf = legs.map((leg) => parties.of(leg));
  const stepOf = legs.map((leg) => steps.of(leg));
  await tx.query(
    `insert into allocation_leg (program_id, payment_id, refund_ordinal, tranche_no, merchant_id, effective_at, party_id,
       agreement_id, rule, step, step_kind, ordinal, amount_micros, short_micros, why)
     select $1, ($2::uuid[])[l.item], ($3::smallint[])[l.item], ($4::bigint[])[l.item], ($5::uuid[])[l.item],
            ($6::timestamptz[])[l.item], ($7::uuid[])[l.party], ($8::uuid[])[l.step], ($9::text[])[l.step],
            ($10::text[])[l.step], ($11::text[])[l.step], l.ordinal, l.amount, l.short, l.why
       from unnest($12::int[], $13::int[], $14::int[], $15::smallint[], $16::bigint[], $17::bigint[], $18::text[])
         as l(item, party, step, ordinal, amount, short, why)`,
    [
      programId,
      items.rows.map((leg) => leg.paymentId),
      items.rows.map((leg) => leg.refundOrdinal),
      items.rows.map((leg) => leg.trancheNo),
      items.rows.map((leg) => leg.merchantId),
      items.rows.map((leg) => leg.effectiveAt.toISOString()),
      parties.rows.map((leg) => leg.partyId),
      steps.rows.map((leg) => leg.agreementId),
      steps.rows.map((leg) => leg.rule),
      steps.rows.map((leg) => leg.step),
      steps.rows.map((leg) => leg.stepKind),
      itemOf,
      partyOf,
      stepOf,
      legs.map((leg) => leg.ordinal),
      legs.map((leg) => leg.amountMicros),
      legs.map((leg) => leg.shortMicros),
      legs.map((leg) => leg.why),
    ],
  );
}

/** Rows that differ by a key, each with its position from 1, as SQL counts. */
class Positions<Row> {
  readonly rows: Row[] = [];
  private readonly positions = new Map<string, number>();

  constructor(private readonly keyOf: (row: Row) => string) {}

  of(row: Row): number {
    const key = this.keyOf(row);
    const known = this.positions.get(key);
    if (known !== undefined) return known;
    const position = this.rows.push(row);
    this.positions.set(key, position);
    return position;
  }
}

export interface TrancheShare {
  periodStart: Date;
  periodEnd: Date;
  firstEffectiveAt: Date;
  lastEffectiveAt: Date;
  paymentCount: number;
  grossMicros: bigint;
  refundCount: number;
  refundMicros: bigint;
}

/** Adds to the open tranches of these periods, opening those that are not; gives their numbers in order. */
export async function addToTranches(
  tx: SqlTx,
  programId: string,
  shares: readonly TrancheShare[],
  at: Date,
): Promise<bigint[]> {
  const { rows } = await tx.query<{ no: bigint; period_start: Date }>(
    `insert into tranche as t (program_id, opened_at, period_start, period_end, first_effective_at, last_effective_at,
       payment_count, gross_micros, refund_count, refund_micros)
     select $1, $2, * from unnest($3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::bigint[],
       $8::bigint[], $9::bigint[], $10::bigint[])
     on conflict (program_id, period_start) where settlement_run_id is null and part_of is null do update set
       first_effective_at = least(t.first_effective_at, excluded.first_effective_at),
       last_effective_at = greatest(t.last_effective_at, excluded.last_effective_at),
       payment_count = t.payment_count + excluded.payment_count, gross_micros = t.gross_micros + excluded.gross_micros,
       refund_count = t.refund_count + excluded.refund_count, refund_micros = t.refund_micros + excluded.refund_micros
     returning no, period_start`,
    [
      programId,
      at,
      shares.map((share) => share.periodStart),
      shares.map((share) => share.periodEnd),
      shares.map((share) => share.firstEffectiveAt),
      shares.map((share) => share.lastEffectiveAt),
      shares.map((share) => share.paymentCount),
      shares.map((share) => share.grossMicros),
      shares.map((share) => share.refundCount),
      shares.map((share) => share.refundMicros),
    ],
  );
  const noByStart = new Map(rows.map((row) => [row.period_start.getTime(), row.no]));
  return shares.map((share) => noByStart.get(share.periodStart.getTime()) ?? 0n);
}

export interface TrancheTotal {
  trancheNo: bigint;
  partyId: string;
  merchantId: string;
  day: string;
  agreementId: string;
  rule: string;
  step: string;
  stepKind: string;
  paymentCount: number;
  grossMicros: bigint;
  amountMicros: bigint;
  firstCount: number;
  firstGrossMicros: bigint;
  refundCount: number;
  refundMicros: bigint;
  firstRefundCount: number;
  firstRefundGrossMicros: bigint;
}

export async function addTotals(tx: SqlTx, totals: readonly TrancheTotal[]): Promise<void> {
  await tx.query(
    `insert into tranche_total as t (tranche_no, party_id, merchant_id, day, agreement_id, rule, step, step_kind,
       payment_count, gross_micros, amount_micros, first_count, first_gross_micros, refund_count, refund_micros,
       first_refund_count, first_refund_gross_micros)
     select * from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::date[], $5::uuid[], $6::text[], $7::text[],
       $8::text[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
       $15::bigint[], $16::bigint[], $17::bigint[])
     on conflict (tranche_no, party_id, merchant_id, day, agreement_id, rule, step) do update set
       payment_count = t.payment_count + excluded.payment_count, gross_micros = t.gross_micros + excluded.gross_micros,
       amount_micros = t.amount_micros + excluded.amount_micros, first_count = t.first_count + excluded.first_count,
       first_gross_micros = t.first_gross_micros + excluded.first_gross_micros,
       refund_count = t.refund_count + excluded.refund_count, refund_micros = t.refund_micros + excluded.refund_micros,
       first_refund_count = t.first_refund_count + excluded.first_refund_count,
       first_refund_gross_micros = t.first_refund_gross_micros + excluded.first_refund_gross_micros`,
    [
      totals.map((total) => total.trancheNo),
      totals.map((total) => total.partyId),
      totals.map((total) => total.merchantId),
      totals.map((total) => total.day),
      totals.map((total) => total.agreementId),
      totals.map((total) => total.rule),
      totals.map((total) => total.step),
      totals.map((total) => total.stepKind),
      totals.map((total) => total.paymentCount),
      totals.map((total) => total.grossMicros),
      totals.map((total) => total.amountMicros),
      totals.map((total) => total.firstCount),
      totals.map((total) => total.firstGrossMicros),
      totals.map((total) => total.refundCount),
      totals.map((total) => total.refundMicros),
      totals.map((total) => total.firstRefundCount),
      totals.map((total) => total.firstRefundGrossMicros),
    ],
  );
}

/** When each came into being, from which `promptSeconds` count. */
const SINCE = { payment: "captured_at", refund: "created_at" } as const;

/** Marks payments or refunds as allocated: when, in which tranche, by which journal. */
export async function markAllocated(
  tx: SqlTx,
  table: "payment" | "refund",
  rows: readonly { id: string; trancheNo: bigint }[],
  by: { at: Date; promptSeconds: number | null; journalId: string },
): Promise<void> {
  await tx.query(
    `update ${table} set allocated_at = least($1, ${SINCE[table]} + make_interval(secs => $5)), allocation_journal_id = $2, tranche_no = a.no
       from unnest($3::uuid[], $4::bigint[]) as a(id, no) where ${table}.id = a.id`,
    [by.at, by.journalId, rows.map((row) => row.id), rows.map((row) => row.trancheNo), by.promptSeconds],
  );
}

export interface WaitingSummary {
  ungoverned: bigint;
  ungoverned_micros: bigint;
  first_at: Date | null;
  uneven: bigint;
  uneven_micros: bigint;
  /** Of which splitting failed; they are tried again. */
  stuck: bigint;
  stuck_micros: bigint;
  stuck_reason: string | null;
}

/** Captured payments that cannot be allocated: without a version, finer than a minor unit, or failed by themselves. */
export async function summariseWaiting(
  tx: SqlTx,
  programId: string,
  by: { governedFrom: Date | null; unitMicros: bigint; job: string },
): Promise<WaitingSummary> {
  const { rows } = await tx.query<WaitingSummary>(
    `select count(*) filter (where ungoverned) as ungoverned,
            coalesce(sum(captured_micros) filter (where ungoverned), 0)::bigint as ungoverned_micros,
            min(captured_at) filter (where ungoverned) as first_at,
            count(*) filter (where not ungoverned and uneven) as uneven,
            coalesce(sum(captured_micros) filter (where not ungoverned and uneven), 0)::bigint as uneven_micros,
            count(*) filter (where not ungoverned and not uneven and reason is not null) as stuck,
            coalesce(sum(captured_micros) filter (where not ungoverned and not uneven and reason is not null), 0)::bigint
              as stuck_micros,
            min(reason) filter (where not ungoverned and not uneven) as stuck_reason
       from (select p.captured_micros, p.captured_at, f.reason, p.captured_micros % $3 <> 0 as uneven,
                    $2::timestamptz is null or p.captured_at < $2 as ungoverned
               from payment p
               left join job_failure f on f.job = $4 and f.item = p.id::text and f.resolved_at is null
              where p.program_id = $1 and p.capture_seq is not null and p.allocated_at is null) w`,
    [programId, by.governedFrom, by.unitMicros, by.job],
  );
  const row = rows[0];
  if (!row) throw new Error("An aggregate always gives a row.");
  return row;
}
