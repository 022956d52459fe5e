/** Rows of settlement runs, and what a freeze gives to one. */
import type { SqlTx } from "@/server/platform/db";
import type { RunState, RunStep } from "../constants";
import { cutTranches, type EndDay } from "./cut-tranche";

export interface RunRow {
  id: string;
  program_id: string;
  period_start: Date;
  period_end: Date;
  state: RunState;
  step: RunStep;
  stopped_by: string | null;
  created_by: string | null;
  created_at: Date;
  calculated_at: Date | null;
  approved_by: string | null;
  approved_at: Date | null;
  settled_at: Date | null;
  payment_count: bigint;
  gross_micros: bigint;
  refunds_micros: bigint;
  payout_micros: bigint;
  revision: number;
  signed_by: string | null;
  signed_at: Date | null;
  approval_sha256: string | null;
  approval_voided_at: Date | null;
  approval_void_reason: string | null;
}

export async function findRun(
  tx: SqlTx,
  runId: string,
  lock: "" | "for update" = "",
): Promise<RunRow | null> {
  const { rows } = await tx.query<RunRow>(`select * from settlement_run where id = $1 ${lock}`, [runId]);
  return rows[0] ?? null;
}

export async function findLastRun(tx: SqlTx, programId: string): Promise<RunRow | null> {
  const { rows } = await tx.query<RunRow>(
    "select * from settlement_run where program_id = $1 order by period_end desc limit 1",
    [programId],
  );
  return rows[0] ?? null;
}

export async function findRunByEnd(tx: SqlTx, programId: string, end: Date): Promise<RunRow | null> {
  const { rows } = await tx.query<RunRow>(
    "select * from settlement_run where program_id = $1 and period_end = $2",
    [programId, end],
  );
  return rows[0] ?? null;
}

/** When the first of what no run has was captured or refunded, allocated or about to be. */
export async function findFirstWaiting(
  tx: SqlTx,
  programId: string,
  allocatable: { governedFrom: Date | null; unitMicros: bigint },
): Promise<Date | null> {
  const { rows } = await tx.query<{ first: Date | null }>(
    `select least(
       (select min(coalesce(first_effective_at, period_start)) from tranche
         where program_id = $1 and settlement_run_id is null),
       (select min(captured_at) from payment
         where program_id = $1 and capture_seq is not null and allocated_at is null and captured_at >= $2
           and captured_micros % $3 = 0)) as first`,
    [programId, allocatable.governedFrom, allocatable.unitMicros],
  );
  return rows[0]?.first ?? null;
}

export async function insertRun(
  tx: SqlTx,
  run: { id: string; programId: string; start: Date; end: Date; createdBy: string | null; at: Date },
): Promise<void> {
  await tx.query(
    `insert into settlement_run (id, program_id, period_start, period_end, created_by, created_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [run.id, run.programId, run.start, run.end, run.createdBy, run.at],
  );
}

export async function listUnfinishedRuns(tx: SqlTx): Promise<Pick<RunRow, "id" | "program_id">[]> {
  const { rows } = await tx.query<Pick<RunRow, "id" | "program_id">>(
    "select id, program_id from settlement_run where state in ('open', 'closing') order by created_at",
  );
  return rows;
}

export async function moveRun(
  tx: SqlTx,
  runId: string,
  change: { state: RunState; step: RunStep; calculatedAt?: Date; settledAt?: Date },
): Promise<void> {
  await tx.query(
    `update settlement_run set state = $2, step = $3, stopped_by = null, calculated_at = coalesce($4, calculated_at),
            settled_at = coalesce($5, settled_at)
      where id = $1`,
    [runId, change.state, change.step, change.calculatedAt ?? null, change.settledAt ?? null],
  );
}

export async function stopRun(tx: SqlTx, runId: string, stoppedBy: string): Promise<void> {
  await tx.query("update settlement_run set stopped_by = $2 where id = $1", [runId, stoppedBy]);
}

/** What the period still has to allocate before it can be frozen, leaving out what is named. */
export async function countUnallocated(
  tx: SqlTx,
  programId: string,
  before: Date,
  by: { governedFrom: Date | null; unitMicros: bigint; without: readonly string[] },
): Promise<bigint> {
  const { rows } = await tx.query<{ n: bigint }>(
    `select (select count(*) from payment where program_id = $1 and capture_seq is not null and allocated_at is null
               and captured_at >= $3 and captured_at < $2 and captured_micros % $4 = 0 and id <> all($5::uuid[]))
          + (select count(*) from refund r join payment p on p.id = r.payment_id
              where r.program_id = $1 and r.allocated_at is null and p.allocated_at is not null and r.created_at < $2
                and r.id <> all($5::uuid[])) as n`,
    [programId, before, by.governedFrom, by.unitMicros, by.without],
  );
  return rows[0]?.n ?? 0n;
}

/**
 * What stands in clearing, and what explains it: captured and not allocated payments less refunds that wait. Payments
 * of one statement see one state of everything.
 */
export async function readClearing(
  tx: SqlTx,
  programId: string,
  clearingAccountId: string,
): Promise<{ posted: bigint; explained: bigint }> {
  const { rows } = await tx.query<{ posted: bigint; explained: bigint }>(
    `select coalesce((select credits_posted - debits_posted from ledger.account where id = $2), 0) as posted,
            (coalesce((select sum(captured_micros) from payment
                        where program_id = $1 and capture_seq is not null and allocated_at is null), 0)
             - coalesce((select sum(amount_micros) from refund where program_id = $1 and allocated_at is null), 0))::bigint
              as explained`,
    [programId, clearingAccountId],
  );
  return rows[0] ?? { posted: 0n, explained: 0n };
}

/**
 * Gives the run everything from before its end that no run has: tranches, cut where they go on past it, and whatever
 * was corrected or came back until now.
 */
export async function freezeInto(tx: SqlTx, run: RunRow, endDay: EndDay): Promise<void> {
  await cutTranches(tx, run.program_id, run.period_end, endDay);
  await tx.query(
    `update tranche set settlement_run_id = $1
      where program_id = $2 and settlement_run_id is null and last_effective_at < $3`,
    [run.id, run.program_id, run.period_end],
  );
  await tx.query(
    "update adjustment set settlement_run_id = $1 where program_id = $2 and settlement_run_id is null",
    [run.id, run.program_id],
  );
  await tx.query(
    `update payout set returned_run_id = $1
      where program_id = $2 and came_back_at is not null and returned_run_id is null`,
    [run.id, run.program_id],
  );
  await tx.query(
    `update settlement_run r set payment_count = t.payments, gross_micros = t.gross, refunds_micros = t.refunds
       from (select coalesce(sum(payment_count), 0) as payments, coalesce(sum(gross_micros), 0) as gross,
                    coalesce(sum(refund_micros), 0) as refunds
               from tranche where settlement_run_id = $1) t
      where r.id = $1`,
    [run.id],
  );
}

/** What each party was allocated, net of refunds, by the runs that end in (from, to]. */
export async function readNetByParty(
  tx: SqlTx,
  programId: string,
  from: Date,
  to: Date,
): Promise<Map<string, bigint>> {
  const { rows } = await tx.query<{ party_id: string; micros: bigint }>(
    `select t.party_id, sum(t.amount_micros + t.refund_micros)::bigint as micros
       from settlement_run r join tranche x on x.settlement_run_id = r.id join tranche_total t on t.tranche_no = x.no
      where r.program_id = $1 and r.period_end > $2 and r.period_end <= $3
      group by t.party_id`,
    [programId, from, to],
  );
  return new Map(rows.map(({ party_id, micros }) => [party_id, micros]));
}

export interface GuaranteeMove {
  toPartyId: string;
  /** Null for a part that nobody could fund. */
  fromPartyId: string | null;
  amountMicros: bigint;
  why: string;
}

export async function insertGuarantees(
  tx: SqlTx,
  runId: string,
  moves: readonly GuaranteeMove[],
): Promise<void> {
  await tx.query(
    `insert into run_guarantee (run_id, ordinal, to_party_id, from_party_id, amount_micros, why)
     select $1, row_number() over (), * from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[])`,
    [
      runId,
      moves.map((move) => move.toPartyId),
      moves.map((move) => move.fromPartyId),
      moves.map((move) => move.amountMicros),
      moves.map((move) => move.why),
    ],
  );
}

/** The first signature under a run that the calendar closed. */
export async function sign(tx: SqlTx, runId: string, by: { userId: string; at: Date }): Promise<void> {
  await tx.query("update settlement_run set signed_by = $2, signed_at = $3 where id = $1", [
    runId,
    by.userId,
    by.at,
  ]);
}

/** Why this person may not be the second one of a run; null when they may. */
export async function approverFault(tx: SqlTx, runId: string, userId: string): Promise<string | null> {
  const { rows } = await tx.query<{ fault: string | null }>("select run_approver_fault($1, $2) as fault", [
    runId,
    userId,
  ]);
  return rows[0]?.fault ?? null;
}

export interface PayablePayout {
  payout_id: string;
  bank_account_id: string;
  party_name: string;
  holder: string;
  account: string;
  bank_name: string;
}

/** What an approval now would cover: its hash, the payouts that it would newly let go, and how many would wait. */
export async function readPayable(
  tx: SqlTx,
  runId: string,
): Promise<{ sha256: string; payouts: PayablePayout[]; proposed: number }> {
  const { rows: payouts } = await tx.query<PayablePayout>(
    `select payout_id, bank_account_id, party_name, holder, account, bank_name
       from run_payable($1, true) where is_new order by payout_id`,
    [runId],
  );
  const { rows } = await tx.query<{ sha256: string; proposed: bigint }>(
    `select run_approval_hash($1, true) as sha256,
            (select count(*) from payout where run_id = $1 and state = 'proposed') as proposed`,
    [runId],
  );
  return { sha256: rows[0]?.sha256 ?? "", payouts, proposed: Number(rows[0]?.proposed ?? 0) };
}

/** Approves the run that was seen, with the payouts that can go. False when it was changed meanwhile. */
export async function approve(
  tx: SqlTx,
  runId: string,
  by: { userId: string; at: Date; revision: number },
  payouts: readonly (PayablePayout & { label: string })[],
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update settlement_run set state = case when state = 'calculated' then 'approved' else state end,
            approved_by = $2, approved_at = $3
      where id = $1 and state in ('calculated', 'approved', 'paying') and revision = $4`,
    [runId, by.userId, by.at, by.revision],
  );
  if (rowCount !== 1) return false;
  await tx.query(
    `update payout p set state = 'approved', approved_by = $2, approved_at = $3, bank_account_id = n.account_id,
            bank_label = n.label, payee_name = n.name, payee_holder = n.holder, payee_account = n.account
       from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[])
              as n(id, account_id, label, name, holder, account)
      where p.id = n.id and p.run_id = $1 and p.state = 'proposed'`,
    [
      runId,
      by.userId,
      by.at,
      payouts.map((payout) => payout.payout_id),
      payouts.map((payout) => payout.bank_account_id),
      payouts.map((payout) => payout.label),
      payouts.map((payout) => payout.party_name),
      payouts.map((payout) => payout.holder),
      payouts.map((payout) => payout.account),
    ],
  );
  await tx.query(
    `update statement s set state = 'approved' where s.run_id = $1 and s.state = 'calculated'
        and not exists (select 1 from payout p where p.statement_id = s.id and p.state = 'proposed')`,
    [runId],
  );
  return true;
}

/** Moves an approved run on: paying once a payout was sent, settled once none is under way. Gives its state. */
export async function followPayouts(tx: SqlTx, runId: string, at: Date): Promise<RunState | null> {
  const { rows } = await tx.query<{ state: RunState }>(
    `with open as (
       select count(*) filter (where state in ('proposed', 'approved', 'submitted')) as left,
              count(*) filter (where state in ('submitted', 'paid', 'failed', 'returned')) as sent
         from payout where run_id = $1)
     update settlement_run r
        set state = case when o.left = 0 then 'settled' when o.sent > 0 then 'paying' else r.state end,
            settled_at = case when o.left = 0 then coalesce(r.settled_at, $2) end
       from open o where r.id = $1 and r.state in ('approved', 'paying', 'settled')
     returning r.state`,
    [runId, at],
  );
  return rows[0]?.state ?? null;
}

export async function setPayoutTotal(tx: SqlTx, runId: string): Promise<void> {
  await tx.query(
    `update settlement_run set payout_micros =
       (select coalesce(sum(amount_micros), 0) from payout where run_id = $1 and state <> 'cancelled') where id = $1`,
    [runId],
  );
}

/** The parties of a run whose payouts are held back. */
export async function listHeldParties(tx: SqlTx, runId: string): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(
    `select u.organisation_id as id from payout p
       join payout_rule u on u.program_id = p.program_id and u.organisation_id = p.party_id and u.held
      where p.run_id = $1`,
    [runId],
  );
  return new Set(rows.map(({ id }) => id));
}
