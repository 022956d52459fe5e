/** Events of settlement. Those about a payout or an agreement go to the parties concerned. */
import type { SqlTx } from "@/server/platform/db";
import { type Currency, isCurrency, toMoneyJson } from "@/server/platform/money";
import { emit, type OutboxEvent } from "@/server/platform/outbox";
import type { ConfirmationOutcome, PayoutState, RunState } from "./constants";

export async function emitRunChanged(
  tx: SqlTx,
  run: { id: string; program_id: string },
  state: RunState,
): Promise<void> {
  await emit(tx, [
    {
      aggregateType: "settlement_run",
      aggregateId: run.id,
      type: "run.changed",
      payload: { runId: run.id, programId: run.program_id, state },
      organisationId: null,
    },
  ]);
}

export async function emitPayoutsChanged(
  tx: SqlTx,
  payouts: readonly { id: string; party_id: string; amount_micros: bigint; currency: string }[],
  state: PayoutState,
): Promise<void> {
  await emit(
    tx,
    payouts.map(
      (payout): OutboxEvent => ({
        aggregateType: "payout",
        aggregateId: payout.id,
        type: "payout.changed",
        payload: { payoutId: payout.id, state, ...moneyOf(payout.amount_micros, payout.currency) },
        organisationId: payout.party_id,
      }),
    ),
  );
}

export async function emitConfirmationChanged(
  tx: SqlTx,
  proposal: { id: string; action: string; organisationId: string | null },
  state: "proposed" | "confirmed" | ConfirmationOutcome,
): Promise<void> {
  await emit(tx, [
    {
      aggregateType: "confirmation",
      aggregateId: proposal.id,
      type: "confirmation.changed",
      payload: { confirmationId: proposal.id, action: proposal.action, state },
      // Only what concerns its own bank account is a party's to hear before it is done.
      organisationId: proposal.action === "bank_account.use" ? proposal.organisationId : null,
    },
  ]);
}

/** Tells each of the organisations that it is asked to agree to a version, or that the version was decided. */
export async function emitAgreementEvents(
  tx: SqlTx,
  agreement: { id: string; program_id: string; version: number },
  type: "agreement.proposed" | "agreement.decided",
  organisationIds: readonly string[],
): Promise<void> {
  await emit(
    tx,
    organisationIds.map(
      (organisationId): OutboxEvent => ({
        aggregateType: "agreement",
        aggregateId: agreement.id,
        type,
        payload: { agreementId: agreement.id, programId: agreement.program_id, version: agreement.version },
        organisationId,
      }),
    ),
  );
}

export async function emitBankAccountChanged(
  tx: SqlTx,
  account: { id: string; organisationId: string },
  change: "entered" | "confirmed" | "used" | "disabled",
): Promise<void> {
  await emit(tx, [
    {
      aggregateType: "bank_account",
      aggregateId: account.id,
      type: "bank_account.changed",
      payload: { bankAccountId: account.id, change },
      organisationId: account.organisationId,
    },
  ]);
}

function moneyOf(micros: bigint, currency: string): { amount: string; currency: Currency } {
  if (!isCurrency(currency)) throw new Error(`${currency} is not a currency that is known here.`);
  return toMoneyJson(micros, currency);
}
