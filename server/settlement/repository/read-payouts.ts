/** Payouts, runs and splits as pages read them. Row-level security decides whose; filters narrow. */
import type { SqlTx } from "@/server/platform/db";
import type { PayoutState } from "../constants";
import type { RunRow } from "./write-run";

export interface PayoutListRow {
  id: string;
  reference: string;
  state: PayoutState;
  amount_micros: bigint;
  currency: string;
  party_id: string;
  party_slug: string;
  party_name: string;
  party_kind: string;
  program_id: string;
  program_slug: string;
  program_name: string;
  run_id: string;
  statement_id: string;
  bank_label: string | null;
  payee_holder: string | null;
  period_start: Date;
  period_end: Date;
  due_on: string | null;
  created_at: Date;
  approved_at: Date | null;
  submitted_at: Date | null;
  paid_at: Date | null;
  failed_at: Date | null;
  failure_reason: string | null;
}

const PAYOUT_COLUMNS = `p.*, o.slug as party_slug, o.name as party_name, o.kind as party_kind,
  g.slug as program_slug, g.name as program_name, r.period_start, r.period_end`;
const PAYOUT_FROM = `payout p join organisation o on o.id = p.party_id join program g on g.id = p.program_id
  join settlement_run r on r.id = p.run_id`;

export interface PayoutFilter {
  partyId: string | null;
  programId: string | null;
  runId: string | null;
  state: PayoutState | null;
  before: string | null;
  limit: number;
}

export async function listPayoutRows(tx: SqlTx, filter: PayoutFilter): Promise<PayoutListRow[]> {
  const { rows } = await tx.query<PayoutListRow>(
    `select ${PAYOUT_COLUMNS} from ${PAYOUT_FROM}
      where ($1::uuid is null or p.party_id = $1) and ($2::uuid is null or p.program_id = $2)
        and ($3::uuid is null or p.run_id = $3) and ($4::text is null or p.state = $4)
        and ($5::uuid is null or p.id < $5)
      order by p.id desc limit $6`,
    [filter.partyId, filter.programId, filter.runId, filter.state, filter.before, filter.limit],
  );
  return rows;
}

export async function countPayouts(
  tx: SqlTx,
  partyId: string | null,
  programId: string | null,
): Promise<{ state: PayoutState; n: bigint }[]> {
  const { rows } = await tx.query<{ state: PayoutState; n: bigint }>(
    `select state, count(*) as n from payout
     where ($1::uuid is null or party_id = $1) and ($2::uuid is null or program_id = $2)
     group by state`,
    [partyId, programId],
  );
  return rows;
}

/** What payouts add up to, each currency by itself. */
export async function sumPayouts(
  tx: SqlTx,
  filter: Pick<PayoutFilter, "partyId" | "programId" | "state">,
): Promise<{ currency: string; n: bigint; micros: bigint }[]> {
  const { rows } = await tx.query<{ currency: string; n: bigint; micros: bigint }>(
    `select currency, count(*) as n, sum(amount_micros)::bigint as micros from payout
     where ($1::uuid is null or party_id = $1) and ($2::uuid is null or program_id = $2)
       and ($3::text is null or state = $3)
     group by currency order by currency`,
    [filter.partyId, filter.programId, filter.state],
  );
  return rows;
}

export async function findPayoutRow(
  tx: SqlTx,
  payoutId: string,
  partyId: string | null,
): Promise<PayoutListRow | null> {
  const { rows } = await tx.query<PayoutListRow>(
    `select ${PAYOUT_COLUMNS} from ${PAYOUT_FROM} where p.id = $1 and ($2::uuid is null or p.party_id = $2)`,
    [payoutId, partyId],
  );
  return rows[0] ?? null;
}

export type RunListRow = RunRow & {
  program_slug: string;
  program_name: string;
  time_zone: string;
  currency: string;
  created_by_name: string | null;
  approved_by_name: string | null;
  signed_by_name: string | null;
  statement_count: bigint;
  /** Sums over the run's statements: carried from earlier ones; guarantees, adjustments, reserves and what came back. */
  opening_micros: bigint;
  corrections_micros: bigint;
  closing_micros: bigint;
  cancelled_micros: bigint;
  payout_counts: Record<string, number>;
};

const RUN_SELECT = `select r.*, g.slug as program_slug, g.name as program_name, g.time_zone, g.currency,
    c.name as created_by_name, a.name as approved_by_name, f.name as signed_by_name,
    t.statement_count, t.opening_micros, t.corrections_micros, t.closing_micros,
    (select coalesce(sum(amount_micros), 0)::bigint from payout where run_id = r.id and state = 'cancelled')
      as cancelled_micros,
    (select coalesce(jsonb_object_agg(state, n), '{}') from (
       select state, count(*) as n from payout where run_id = r.id group by state) q) as payout_counts
  from settlement_run r join program g on g.id = r.program_id
  left join app_user c on c.id = r.created_by left join app_user a on a.id = r.approved_by
  left join app_user f on f.id = r.signed_by
  cross join lateral (
    select count(*) as statement_count, coalesce(sum(opening_micros), 0)::bigint as opening_micros,
           coalesce(sum(guarantees_micros + adjustments_micros + returned_micros + reserve_micros), 0)::bigint
             as corrections_micros,
           coalesce(sum(closing_micros), 0)::bigint as closing_micros
      from statement s where s.run_id = r.id) t`;

export async function listRunRows(
  tx: SqlTx,
  filter: { programId: string | null; state: string | null; before: string | null; limit: number },
): Promise<RunListRow[]> {
  const { rows } = await tx.query<RunListRow>(
    `${RUN_SELECT} where ($1::uuid is null or r.program_id = $1) and ($2::text is null or r.state = $2)
        and ($3::uuid is null or r.id < $3) order by r.id desc limit $4`,
    [filter.programId, filter.state, filter.before, filter.limit],
  );
  return rows;
}

export async function findRunRow(tx: SqlTx, runId: string): Promise<RunListRow | null> {
  const { rows } = await tx.query<RunListRow>(`${RUN_SELECT} where r.id = $1`, [runId]);
  return rows[0] ?? null;
}

export interface SplitHeadRow {
  allocated_at: Date | null;
  journal_id: string | null;
  currency: string;
  run_id: string | null;
  merchant_id: string;
}

/** A payment's allocation; null when the payment is not to be seen. */
export async function findSplitHead(tx: SqlTx, paymentId: string): Promise<SplitHeadRow | null> {
  const { rows } = await tx.query<SplitHeadRow>(
    `select p.allocated_at, p.allocation_journal_id as journal_id, p.currency, x.settlement_run_id as run_id, p.merchant_id
       from payment p
       left join tranche x on (x.no = p.tranche_no and x.part_of is null or x.part_of = p.tranche_no)
         and (x.effective_from is null or p.captured_at >= x.effective_from)
         and (x.effective_until is null or p.captured_at < x.effective_until)
      where p.id = $1`,
    [paymentId],
  );
  return rows[0] ?? null;
}

export interface SplitLegRow {
  refund_ordinal: number;
  party_id: string;
  party_slug: string;
  party_name: string;
  party_kind: string;
  agreement_id: string;
  agreement_version: number | null;
  rule: string;
  step: string;
  step_kind: string;
  amount_micros: bigint;
  short_micros: bigint;
  why: string;
}

export async function listSplitLegs(tx: SqlTx, paymentId: string): Promise<SplitLegRow[]> {
  const { rows } = await tx.query<SplitLegRow>(
    `select l.refund_ordinal, l.party_id, o.slug as party_slug, o.name as party_name, o.kind as party_kind, l.agreement_id,
            a.version as agreement_version, l.rule, l.step, l.step_kind, l.amount_micros, l.short_micros, l.why
       from allocation_leg l join organisation o on o.id = l.party_id left join agreement a on a.id = l.agreement_id
      where l.payment_id = $1 order by l.refund_ordinal, l.ordinal`,
    [paymentId],
  );
  return rows;
}

/** The statement and payout of a party in a run. */
export async function findOutcome(
  tx: SqlTx,
  runId: string,
  partyId: string,
): Promise<{ statement_id: string; payout_id: string | null } | null> {
  const { rows } = await tx.query<{ statement_id: string; payout_id: string | null }>(
    `select s.id as statement_id, p.id as payout_id from statement s
       join settlement_run r on r.id = s.run_id left join payout p on p.statement_id = s.id
      where s.run_id = $1 and s.party_id = $2 and r.step = 'done'`,
    [runId, partyId],
  );
  return rows[0] ?? null;
}
