/** Rows of payouts, adjustments and payout rules. */
import type { SqlTx } from "@/server/platform/db";
import type { PayoutState } from "../constants";

export interface PayoutRow {
  id: string;
  statement_id: string;
  run_id: string;
  program_id: string;
  party_id: string;
  bank_account_id: string | null;
  bank_label: string | null;
  currency: string;
  amount_micros: bigint;
  reference: string;
  state: PayoutState;
  hold_transfer_id: string;
}

export interface NewPayout {
  id: string;
  statementId: string;
  partyId: string;
  bankAccountId: string | null;
  bankLabel: string | null;
  amountMicros: bigint;
  reference: string;
  holdTransferId: string;
}

export async function insertPayouts(
  tx: SqlTx,
  common: {
    runId: string;
    programId: string;
    currency: string;
    createdBy: string | null;
    at: Date;
    dueOn: string;
  },
  payouts: readonly NewPayout[],
): Promise<void> {
  await tx.query(
    `insert into payout (run_id, program_id, currency, created_by, created_at, due_on, id, statement_id, party_id,
       bank_account_id, bank_label, amount_micros, reference, hold_transfer_id)
     select $1, $2, $3, $4, $5, $6, * from unnest($7::uuid[], $8::uuid[], $9::uuid[], $10::uuid[], $11::text[],
       $12::bigint[], $13::text[], $14::uuid[])`,
    [
      common.runId,
      common.programId,
      common.currency,
      common.createdBy,
      common.at,
      common.dueOn,
      payouts.map((payout) => payout.id),
      payouts.map((payout) => payout.statementId),
      payouts.map((payout) => payout.partyId),
      payouts.map((payout) => payout.bankAccountId),
      payouts.map((payout) => payout.bankLabel),
      payouts.map((payout) => payout.amountMicros),
      payouts.map((payout) => payout.reference),
      payouts.map((payout) => payout.holdTransferId),
    ],
  );
}

export async function findPayouts(
  tx: SqlTx,
  which: { runId: string } | { payoutIds: readonly string[] },
  lock: "" | "for update" = "for update",
): Promise<PayoutRow[]> {
  const { rows } = await tx.query<PayoutRow>(
    `select * from payout where ${"runId" in which ? "run_id = $1" : "id = any($1::uuid[])"} order by id ${lock}`,
    ["runId" in which ? which.runId : which.payoutIds],
  );
  return rows;
}

export async function markSubmitted(tx: SqlTx, payoutIds: readonly string[], at: Date): Promise<void> {
  await tx.query("update payout set state = 'submitted', submitted_at = $2 where id = any($1::uuid[])", [
    payoutIds,
    at,
  ]);
}

export async function markPaid(tx: SqlTx, payoutIds: readonly string[], at: Date): Promise<void> {
  await tx.query("update payout set state = 'paid', paid_at = $2 where id = any($1::uuid[])", [
    payoutIds,
    at,
  ]);
  await tx.query(
    "update statement set state = 'paid' where id in (select statement_id from payout where id = any($1::uuid[]))",
    [payoutIds],
  );
}

/** The money is back at the payable; the party's next statement takes it up. */
export async function markCameBack(
  tx: SqlTx,
  payoutId: string,
  change: {
    state: "failed" | "returned" | "cancelled";
    reason: string;
    at: Date;
    /** The proposal that a second person confirmed; none for what was not sent. */
    confirmationId?: string;
  },
): Promise<void> {
  await tx.query(
    `update payout set state = $2, failure_reason = $3, came_back_at = $4, take_back_id = $5,
            failed_at = case when $2 = 'cancelled' then failed_at else $4 end
      where id = $1`,
    [payoutId, change.state, change.reason, change.at, change.confirmationId ?? null],
  );
  await tx.query(
    "update statement set state = 'carried' where id = (select statement_id from payout where id = $1)",
    [payoutId],
  );
}

export async function insertAdjustments(
  tx: SqlTx,
  adjustments: readonly {
    id: string;
    programId: string;
    partyId: string;
    amountMicros: bigint;
    reason: string;
    createdBy: string | null;
    confirmationId: string;
    at: Date;
  }[],
): Promise<void> {
  for (const adjustment of adjustments) {
    await tx.query(
      `insert into adjustment (id, program_id, party_id, amount_micros, reason, created_by, created_at, confirmation_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        adjustment.id,
        adjustment.programId,
        adjustment.partyId,
        adjustment.amountMicros,
        adjustment.reason,
        adjustment.createdBy,
        adjustment.at,
        adjustment.confirmationId,
      ],
    );
  }
}

export async function writePayoutRule(
  tx: SqlTx,
  rule: { programId: string; partyId: string; minimumMicros: bigint; held: boolean; confirmationId: string },
): Promise<void> {
  const values = [rule.programId, rule.partyId, rule.minimumMicros, rule.held, rule.confirmationId];
  const { rowCount } = await tx.query(
    `update payout_rule set minimum_micros = $3, held = $4, confirmation_id = $5
      where program_id = $1 and organisation_id = $2`,
    values,
  );
  if (rowCount > 0) return;
  await tx.query(
    `insert into payout_rule (program_id, organisation_id, minimum_micros, held, confirmation_id)
     values ($1, $2, $3, $4, $5)`,
    values,
  );
}

/** The programs of these payouts, read before their locks are taken. */
export async function findProgramIds(
  tx: SqlTx,
  which: { runId: string } | { payoutIds: readonly string[] },
): Promise<string[]> {
  const { rows } = await tx.query<{ program_id: string }>(
    `select distinct program_id from payout where ${"runId" in which ? "run_id = $1" : "id = any($1::uuid[])"} order by program_id`,
    ["runId" in which ? which.runId : which.payoutIds],
  );
  return rows.map(({ program_id }) => program_id);
}
