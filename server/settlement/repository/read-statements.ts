/** Statements and payouts as pages read them. Row-level security decides whose; filters narrow. */
import type { SqlTx } from "@/server/platform/db";
import type { PayoutState, StatementState } from "../constants";
import { listLegSpans } from "./read-report";

export interface StatementRow {
  id: string;
  run_id: string;
  state: StatementState;
  party_id: string;
  party_slug: string;
  party_kind: string;
  party_name: string;
  program_id: string;
  program_slug: string;
  program_name: string;
  operator_id: string;
  currency: string;
  time_zone: string;
  period_start: Date;
  period_end: Date;
  agreement_versions: string;
  opening_micros: bigint;
  gross_micros: bigint;
  allocated_micros: bigint;
  refunds_micros: bigint;
  guarantees_micros: bigint;
  reserve_micros: bigint;
  adjustments_micros: bigint;
  returned_micros: bigint;
  payout_micros: bigint;
  closing_micros: bigint;
  payment_count: bigint;
  refund_count: bigint;
  report_sha256: string | null;
  created_at: Date;
  payout_id: string | null;
  payout_state: PayoutState | null;
}

const STATEMENT_COLUMNS = `s.*, o.slug as party_slug, o.kind as party_kind, g.slug as program_slug, g.operator_id,
  g.currency, r.period_start, r.period_end, p.id as payout_id, p.state as payout_state`;
const STATEMENT_FROM = `statement s join settlement_run r on r.id = s.run_id join program g on g.id = s.program_id
  join organisation o on o.id = s.party_id left join payout p on p.statement_id = s.id`;

export interface StatementFilter {
  partyId: string | null;
  programId: string | null;
  runId: string | null;
  before: string | null;
  limit: number;
}

/** Newest first, of runs that are calculated. */
export async function listStatementRows(tx: SqlTx, filter: StatementFilter): Promise<StatementRow[]> {
  const { rows } = await tx.query<StatementRow>(
    `select ${STATEMENT_COLUMNS} from ${STATEMENT_FROM}
      where ($1::uuid is null or s.party_id = $1) and ($2::uuid is null or s.program_id = $2)
        and ($3::uuid is null or s.run_id = $3) and ($4::uuid is null or s.id < $4) and r.step = 'done'
      order by s.id desc limit $5`,
    [filter.partyId, filter.programId, filter.runId, filter.before, filter.limit],
  );
  return rows;
}

export async function findStatementRow(
  tx: SqlTx,
  statementId: string,
  partyId: string | null,
): Promise<StatementRow | null> {
  const { rows } = await tx.query<StatementRow>(
    `select ${STATEMENT_COLUMNS} from ${STATEMENT_FROM}
      where s.id = $1 and ($2::uuid is null or s.party_id = $2) and r.step = 'done'`,
    [statementId, partyId],
  );
  return rows[0] ?? null;
}

export interface LineRow {
  day: string;
  rule: string;
  step: string;
  step_kind: string;
  payment_count: bigint;
  gross_micros: bigint;
  amount_micros: bigint;
  refund_count: bigint;
  refund_micros: bigint;
}

export async function listLineRows(
  tx: SqlTx,
  statementId: string,
  after: number,
  limit: number,
): Promise<(LineRow & { ordinal: number })[]> {
  const { rows } = await tx.query<LineRow & { ordinal: number }>(
    "select * from statement_line where statement_id = $1 and ordinal > $2 order by ordinal limit $3",
    [statementId, after, limit],
  );
  return rows;
}

export interface StepSumRow {
  party_id: string;
  party_slug: string;
  party_name: string;
  party_kind: string;
  step: string;
  step_kind: string;
  amount_micros: bigint;
  refund_micros: bigint;
  payment_count: bigint;
}

/** What a party got in a run, by step. */
export async function sumPartyBySteps(tx: SqlTx, runId: string, partyId: string): Promise<StepSumRow[]> {
  return await sumBySteps(tx, "t.party_id = $2", runId, partyId);
}

/** Who got what of a merchant's own payments in a run, by step. */
export async function sumMerchantBySteps(
  tx: SqlTx,
  runId: string,
  merchantId: string,
): Promise<StepSumRow[]> {
  return await sumBySteps(tx, "t.merchant_id = $2", runId, merchantId);
}

async function sumBySteps(tx: SqlTx, which: string, runId: string, id: string): Promise<StepSumRow[]> {
  const { rows } = await tx.query<StepSumRow>(
    `select t.party_id, o.slug as party_slug, o.name as party_name, o.kind as party_kind, t.step,
            min(t.step_kind) as step_kind, sum(t.amount_micros)::bigint as amount_micros,
            sum(t.refund_micros)::bigint as refund_micros, sum(t.payment_count)::bigint as payment_count
       from tranche x join tranche_total t on t.tranche_no = x.no join organisation o on o.id = t.party_id
      where x.settlement_run_id = $1 and ${which}
      group by t.party_id, o.id, t.step order by sum(t.amount_micros) desc, o.name, t.step`,
    [runId, id],
  );
  return rows;
}

/** What a party got of its own payments as a merchant, and how many those were. */
export async function readOwnTakings(
  tx: SqlTx,
  runId: string,
  merchantId: string,
): Promise<{ gross: bigint; refunded: bigint; own: bigint; ownRefunds: bigint; payments: bigint }> {
  const { rows } = await tx.query<{
    gross: bigint;
    refunded: bigint;
    own: bigint;
    ownRefunds: bigint;
    payments: bigint;
  }>(
    `select coalesce(sum(t.amount_micros), 0)::bigint as gross, coalesce(sum(t.refund_micros), 0)::bigint as refunded,
            coalesce(sum(t.amount_micros) filter (where t.party_id = $2), 0)::bigint as own,
            coalesce(sum(t.refund_micros) filter (where t.party_id = $2), 0)::bigint as "ownRefunds",
            coalesce(sum(t.first_count) filter (where t.party_id = $2), 0)::bigint as payments
       from tranche x join tranche_total t on t.tranche_no = x.no
      where x.settlement_run_id = $1 and t.merchant_id = $2`,
    [runId, merchantId],
  );
  return rows[0] ?? { gross: 0n, refunded: 0n, own: 0n, ownRefunds: 0n, payments: 0n };
}

/** Money from each merchant to each party in a run; of one party when it is named. */
export async function sumRunFlows(tx: SqlTx, runId: string, partyId: string | null) {
  const { rows } = await tx.query<FlowRow>(
    `select m.id as from_id, m.slug as from_slug, m.name as from_name, o.id as to_id, o.slug as to_slug,
            o.name as to_name, o.kind as to_kind, f.micros, f.refunded_micros
       from (select t.merchant_id, t.party_id, sum(t.amount_micros)::bigint as micros,
                    sum(t.refund_micros)::bigint as refunded_micros
               from tranche x join tranche_total t on t.tranche_no = x.no
              where x.settlement_run_id = $1 and ($2::uuid is null or t.party_id = $2 or t.merchant_id = $2)
              group by 1, 2) f
       join organisation m on m.id = f.merchant_id join organisation o on o.id = f.party_id
      where f.micros <> 0 or f.refunded_micros <> 0 order by f.micros desc`,
    [runId, partyId],
  );
  return rows;
}

export interface FlowRow {
  from_id: string;
  from_slug: string;
  from_name: string;
  to_id: string;
  to_slug: string;
  to_name: string;
  to_kind: string;
  /** Before refunds. */
  micros: bigint;
  /** What refunds took back of it: zero or below. */
  refunded_micros: bigint;
}

/** Money of a program from each merchant to each party, of the local days from one to another, both included. */
export async function sumProgramFlows(
  tx: SqlTx,
  programId: string,
  fromDay: string,
  toDay: string,
): Promise<FlowRow[]> {
  const { rows } = await tx.query<FlowRow>(
    `select m.id as from_id, m.slug as from_slug, m.name as from_name, o.id as to_id, o.slug as to_slug,
            o.name as to_name, o.kind as to_kind, f.micros, f.refunded_micros
       from (select t.merchant_id, t.party_id, sum(t.amount_micros)::bigint as micros,
                    sum(t.refund_micros)::bigint as refunded_micros
               from tranche x join tranche_total t on t.tranche_no = x.no
              where x.program_id = $1 and t.day between $2 and $3 group by 1, 2) f
       join organisation m on m.id = f.merchant_id join organisation o on o.id = f.party_id
      where f.micros <> 0 or f.refunded_micros <> 0 order by f.micros desc`,
    [programId, fromDay, toDay],
  );
  return rows;
}

export interface ExtraRow {
  kind: "adjustment" | "guarantee" | "returned";
  id: string;
  text: string;
  micros: bigint;
}

/** What a run gave or took from a party beside allocations, each with its reason. */
export async function listExtras(tx: SqlTx, runId: string, partyId: string): Promise<ExtraRow[]> {
  const { rows } = await tx.query<ExtraRow>(
    `select 'guarantee' as kind, g.run_id || ':' || g.ordinal as id, g.why as text,
            case when g.to_party_id = $2 then g.amount_micros else -g.amount_micros end as micros
       from run_guarantee g
      where g.run_id = $1 and g.from_party_id is not null and $2 in (g.to_party_id, g.from_party_id)
     union all
     select 'adjustment', a.id::text, a.reason, a.amount_micros from adjustment a
      where a.settlement_run_id = $1 and a.party_id = $2
     union all
     select 'returned', p.id::text, p.reference || ': ' || coalesce(p.failure_reason, p.state), p.amount_micros from payout p
      where p.returned_run_id = $1 and p.party_id = $2
     order by kind, id`,
    [runId, partyId],
  );
  return rows;
}

export interface ItemRow {
  tranche_no: bigint;
  payment_id: string;
  refund_ordinal: number;
  effective_at: Date;
  merchant_slug: string;
  merchant_name: string;
  device_kind: string;
  description: string | null;
  captured_micros: bigint;
  amount_micros: bigint;
  quantity: Record<string, string> | null;
  /** Null for parties that may not read the merchant's devices. */
  device_name: string | null;
}

export interface ItemKey {
  trancheNo: string;
  effectiveAt: string;
  paymentId: string;
  refundOrdinal: number;
}

/** The payments and refunds of a party in a run, one row each, in the order of business time within each tranche. */
export interface ItemFilter {
  /** Local day of the program, YYYY-MM-DD. */
  day?: string | undefined;
  rule?: string | undefined;
  step?: string | undefined;
  merchantId?: string | undefined;
  only?: "payments" | "refunds" | undefined;
}

export async function listItems(
  tx: SqlTx,
  which: { runId: string; partyId: string; timeZone: string } & ItemFilter,
  after: ItemKey | null,
  limit: number,
): Promise<ItemRow[]> {
  const spans = (await listLegSpans(tx, which.runId))
    .filter(({ legs_no }) => legs_no >= BigInt(after?.trancheNo ?? 0))
    .sort((a, b) => (a.legs_no < b.legs_no ? -1 : 1));
  const items: ItemRow[] = [];
  for (const span of spans) {
    const within = after && String(span.legs_no) === after.trancheNo ? after : null;
    const { rows } = await tx.query<ItemRow>(
      `select l.*, m.slug as merchant_slug, m.name as merchant_name, p.device_kind, p.description, p.captured_micros,
              p.quantity, d.name as device_name
         from (select tranche_no, effective_at, payment_id, refund_ordinal, sum(amount_micros)::bigint as amount_micros
                 from allocation_leg
                where tranche_no = $1 and party_id = $2
                  and effective_at >= $11::timestamptz and effective_at < $12::timestamptz
                  and (effective_at, payment_id, refund_ordinal) > ($3::timestamptz, $4::uuid, $5::smallint)
                  and ($7::date is null or (effective_at at time zone $8)::date = $7::date)
                  and ($9::text is null or rule = $9) and ($10::text is null or step = $10)
                  and ($13::uuid is null or merchant_id = $13)
                  and ($14::text is null or (refund_ordinal > 0) = ($14 = 'refunds'))
                group by tranche_no, party_id, effective_at, payment_id, refund_ordinal
                order by effective_at, payment_id, refund_ordinal limit $6) l
         join payment p on p.id = l.payment_id join organisation m on m.id = p.merchant_id
         left join device d on d.id = p.device_id
        order by l.effective_at, l.payment_id, l.refund_ordinal`,
      [
        span.legs_no,
        which.partyId,
        within?.effectiveAt ?? "-infinity",
        within?.paymentId ?? "00000000-0000-0000-0000-000000000000",
        within?.refundOrdinal ?? -1,
        limit - items.length,
        which.day ?? null,
        which.timeZone,
        which.rule ?? null,
        which.step ?? null,
        span.effective_from ?? "-infinity",
        span.effective_until ?? "infinity",
        which.merchantId ?? null,
        which.only ?? null,
      ],
    );
    items.push(...rows);
    if (items.length >= limit) break;
  }
  return items;
}
