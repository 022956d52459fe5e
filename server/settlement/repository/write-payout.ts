/** Rows of payouts and bank accounts. */
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

/** The accounts of parties that can receive money now. */
export async function findActiveAccounts(
  tx: SqlTx,
  partyIds: readonly string[],
  currency: string,
): Promise<Map<string, { id: string; bank_name: string; iban: string }>> {
  const { rows } = await tx.query<{ id: string; organisation_id: string; bank_name: string; iban: string }>(
    `select id, organisation_id, bank_name, iban from bank_account
      where organisation_id = any($1::uuid[]) and currency = $2 and state = 'active'`,
    [partyIds, currency],
  );
  return new Map(rows.map((row) => [row.organisation_id, row]));
}

export async function markSubmitted(
  tx: SqlTx,
  payouts: readonly { id: string; bankAccountId: string; bankLabel: string }[],
  at: Date,
): Promise<void> {
  await tx.query(
    `update payout p set state = 'submitted', submitted_at = $1, bank_account_id = n.account, bank_label = n.label
       from unnest($2::uuid[], $3::uuid[], $4::text[]) as n(id, account, label) where p.id = n.id`,
    [
      at,
      payouts.map(({ id }) => id),
      payouts.map(({ bankAccountId }) => bankAccountId),
      payouts.map(({ bankLabel }) => bankLabel),
    ],
  );
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

export interface BankAccountRow {
  id: string;
  organisation_id: string;
  currency: string;
  holder: string;
  iban: string;
  bank_name: string;
  state: "waiting" | "active" | "disabled";
  created_by: string | null;
  approved_by: string | null;
  created_at: Date;
}

export async function insertBankAccount(
  tx: SqlTx,
  account: {
    id: string;
    organisationId: string;
    currency: string;
    holder: string;
    iban: string;
    bankName: string;
    state: "waiting" | "active";
    createdBy: string | null;
    at: Date;
  },
): Promise<void> {
  await tx.query(
    `insert into bank_account (id, organisation_id, currency, holder, iban, bank_name, state, created_by, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      account.id,
      account.organisationId,
      account.currency,
      account.holder,
      account.iban,
      account.bankName,
      account.state,
      account.createdBy,
      account.at,
    ],
  );
}

export async function findBankAccount(tx: SqlTx, id: string): Promise<BankAccountRow | null> {
  const { rows } = await tx.query<BankAccountRow>("select * from bank_account where id = $1 for update", [
    id,
  ]);
  return rows[0] ?? null;
}

export async function listBankAccountRows(tx: SqlTx, organisationId: string): Promise<BankAccountRow[]> {
  const { rows } = await tx.query<BankAccountRow>(
    "select * from bank_account where organisation_id = $1 order by id desc",
    [organisationId],
  );
  return rows;
}

export async function disableAccounts(
  tx: SqlTx,
  which: { organisationId: string; currency: string } | { id: string },
): Promise<void> {
  if ("id" in which) {
    await tx.query("update bank_account set state = 'disabled' where id = $1", [which.id]);
    return;
  }
  await tx.query(
    "update bank_account set state = 'disabled' where organisation_id = $1 and currency = $2 and state = 'active'",
    [which.organisationId, which.currency],
  );
}

export async function activateAccount(tx: SqlTx, id: string, approvedBy: string): Promise<void> {
  await tx.query("update bank_account set state = 'active', approved_by = $2 where id = $1", [
    id,
    approvedBy,
  ]);
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
