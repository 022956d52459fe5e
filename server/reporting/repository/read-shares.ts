/** Figures of allocation legs; whose they are is decided by the transaction's scope and the party asked for. */
import type { SqlTx } from "@/server/platform/db";

/**
 * What no statement has settled with a party yet, with its sign: what it was allocated less refunds, corrections and
 * payouts that came back since, and what its last statement carried, a debt as well as a balance too small to be paid.
 */
export async function readNotSettled(tx: SqlTx, programId: string, partyId: string): Promise<bigint> {
  const { rows } = await tx.query<{ micros: bigint }>(
    `with unfinished as (select id from settlement_run where program_id = $1 and step <> 'done')
     select (coalesce((select sum(t.amount_micros + t.refund_micros)
                         from tranche x join tranche_total t on t.tranche_no = x.no and t.party_id = $2
                        where x.program_id = $1
                          and (x.settlement_run_id is null or x.settlement_run_id in (select id from unfinished))), 0)
           + coalesce((select sum(amount_micros) from adjustment
                        where program_id = $1 and party_id = $2
                          and (settlement_run_id is null or settlement_run_id in (select id from unfinished))), 0)
           + coalesce((select sum(amount_micros) from payout
                        where program_id = $1 and party_id = $2 and came_back_at is not null
                          and (returned_run_id is null or returned_run_id in (select id from unfinished))), 0)
           + coalesce((select s.closing_micros from statement s join settlement_run r on r.id = s.run_id
                        where s.program_id = $1 and s.party_id = $2 and r.step = 'done'
                        order by r.period_end desc limit 1), 0))::bigint as micros`,
    [programId, partyId],
  );
  return rows[0]?.micros ?? 0n;
}

export interface ShareSpan {
  programId: string;
  partyId: string;
  from: Date;
  to: Date;
}

/** Allocated in the span and, apart, what refunds took back. */
export async function readShare(tx: SqlTx, span: ShareSpan): Promise<{ allocated: bigint; refunds: bigint }> {
  const { rows } = await tx.query<{ allocated: bigint; refunds: bigint }>(
    `select coalesce(sum(amount_micros) filter (where refund_ordinal = 0), 0)::bigint as allocated,
            coalesce(sum(amount_micros) filter (where refund_ordinal > 0), 0)::bigint as refunds
       from allocation_leg where program_id = $1 and party_id = $2 and effective_at >= $3 and effective_at < $4`,
    [span.programId, span.partyId, span.from, span.to],
  );
  return rows[0] ?? { allocated: 0n, refunds: 0n };
}

/** Net payouts of statements made in the span. */
export async function readSettled(tx: SqlTx, span: ShareSpan): Promise<bigint> {
  const { rows } = await tx.query<{ micros: bigint }>(
    `select coalesce(sum(s.allocated_micros + s.refunds_micros + s.guarantees_micros + s.adjustments_micros), 0)::bigint as micros
       from statement s join settlement_run r on r.id = s.run_id
      where s.program_id = $1 and s.party_id = $2 and r.period_end > $3 and r.period_end <= $4`,
    [span.programId, span.partyId, span.from, span.to],
  );
  return rows[0]?.micros ?? 0n;
}

export interface ShareDayRow {
  day: string;
  kind: string;
  micros: bigint;
}

/** The scope's own share: whose it is follows from the transaction, not from an argument. */
export async function readOwnShareByDayAndKind(
  tx: SqlTx,
  span: Omit<ShareSpan, "partyId">,
  timeZone: string,
): Promise<ShareDayRow[]> {
  const { rows } = await tx.query<ShareDayRow>("select * from scope_share_by_day($1, $2, $3, $4)", [
    span.programId,
    span.from,
    span.to,
    timeZone,
  ]);
  return rows;
}

export interface ShareStepRow {
  rule: string;
  step: string;
  micros: bigint;
  payments: bigint;
}

export async function readShareBySteps(tx: SqlTx, span: ShareSpan): Promise<ShareStepRow[]> {
  const { rows } = await tx.query<ShareStepRow>(
    `select rule, step, sum(amount_micros)::bigint as micros, count(distinct payment_id) as payments
       from allocation_leg
      where program_id = $1 and party_id = $2 and effective_at >= $3 and effective_at < $4
      group by rule, step order by 3 desc limit 12`,
    [span.programId, span.partyId, span.from, span.to],
  );
  return rows;
}

export interface PartyAmountRow {
  slug: string;
  name: string;
  kind: string;
  micros: bigint;
  /** What refunds took back of it: zero or below. */
  refunded_micros: bigint;
}

/** Who got what of one merchant's payments in a span, and what refunds of the span took back. */
export async function readSplitOfMerchant(
  tx: SqlTx,
  span: Omit<ShareSpan, "partyId"> & { merchantId: string },
): Promise<PartyAmountRow[]> {
  const { rows } = await tx.query<PartyAmountRow>(
    `select o.slug, o.name, o.kind, coalesce(sum(l.amount_micros) filter (where l.refund_ordinal = 0), 0)::bigint as micros,
            coalesce(sum(l.amount_micros) filter (where l.refund_ordinal > 0), 0)::bigint as refunded_micros
       from allocation_leg l join organisation o on o.id = l.party_id
      where l.program_id = $1 and l.merchant_id = $2 and l.effective_at >= $3 and l.effective_at < $4
      group by o.id order by 4 desc`,
    [span.programId, span.merchantId, span.from, span.to],
  );
  return rows;
}

export interface FlowRow {
  from_slug: string;
  from_name: string;
  to_slug: string;
  to_name: string;
  micros: bigint;
  /** What refunds took back of it: zero or below. */
  refunded_micros: bigint;
}

/** Money of a program from each merchant to each party, largest first, and what refunds took back. */
export async function readFlow(tx: SqlTx, programId: string, from: Date, to: Date): Promise<FlowRow[]> {
  const { rows } = await tx.query<FlowRow>(
    `select m.slug as from_slug, m.name as from_name, o.slug as to_slug, o.name as to_name, f.micros,
            f.refunded_micros
       from (select merchant_id, party_id,
                    coalesce(sum(amount_micros) filter (where refund_ordinal = 0), 0)::bigint as micros,
                    coalesce(sum(amount_micros) filter (where refund_ordinal > 0), 0)::bigint as refunded_micros
               from allocation_leg where program_id = $1 and effective_at >= $2 and effective_at < $3
              group by merchant_id, party_id) f
       join organisation m on m.id = f.merchant_id join organisation o on o.id = f.party_id
      order by f.micros desc`,
    [programId, from, to],
  );
  return rows;
}
