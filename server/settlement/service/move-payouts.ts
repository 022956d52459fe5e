/** Payouts on their way: sent to the bank, paid, failed, returned, cancelled. Each is a movement in the ledger. */
import { audit } from "@/server/audit/service";
import { accountIdFor, ensureAccounts, postJournal } from "@/server/ledger/service";
import type { TransferInput } from "@/server/ledger/types";
import { now } from "@/server/platform/clock";
import { constraintOf, type SqlTx, withScope } from "@/server/platform/db";
import { invariant, notFound } from "@/server/platform/errors";
import { newId } from "@/server/platform/ids";
import type { PlatformScope } from "@/server/platform/scope";
import type { PayoutState } from "../constants";
import { emitPayoutsChanged, emitRunChanged } from "../events";
import { getProgram, lockProgram, type SettlementProgram } from "../repository/read-program";
import type { ConfirmationRow } from "../repository/write-confirmation";
import * as payouts from "../repository/write-payout";
import { findRun, followPayouts, setPayoutTotal } from "../repository/write-run";
import { mayTake, type PAYOUT_STEPS } from "../rules/decide-payout";
import { bankLedgerAccount, partyAccount, payoutAccount } from "../rules/name-accounts";
import { endAccountUse } from "./manage-bank-account";

export type MoveResult =
  | { ok: true; moved: number; skipped: number }
  | {
      ok: false;
      reason: "payout_not_approved" | "payout_not_submitted" | "payout_not_open" | "approval_differs";
    };

type Which = { runId: string } | { payoutIds: readonly string[] };

/**
 * Sends approved payouts, as they were approved: their held money leaves the party for the payout's account in transit.
 * The database compares them with the hash of their approval, and nothing goes when they differ.
 */
export async function submitPayouts(scope: PlatformScope, which: Which): Promise<MoveResult> {
  return await moveOrRefuse(scope, which, "submit", (tx) => async (_program, ready) => {
    const at = now();
    const journalId = newId("journal");
    await postJournal(
      tx,
      ready.map(
        (payout): TransferInput => ({
          id: newId("transfer"),
          kind: "post_pending",
          pendingId: payout.hold_transfer_id,
          journalId,
          effectiveAt: at,
        }),
      ),
    );
    await payouts.markSubmitted(
      tx,
      ready.map(({ id }) => id),
      at,
    );
    return { state: "submitted", moved: ready };
  });
}

/** The bank has executed the payouts. */
export async function markPayoutsPaid(scope: PlatformScope, which: Which): Promise<MoveResult> {
  return await moveOrRefuse(scope, which, "pay", (tx) => async (program, ready) => {
    const at = now();
    const journalId = newId("journal");
    await ensureAccounts(tx, [bankLedgerAccount(program)]);
    await postJournal(
      tx,
      ready.map((payout) => transfer(program, payout, "in_transit", "bank", { at, journalId })),
    );
    await payouts.markPaid(
      tx,
      ready.map(({ id }) => id),
      at,
    );
    return { state: "paid", moved: ready };
  });
}

/**
 * A payout that was sent and did not stay: the bank refused it, or the money came back. It is owed again, and a returned
 * one's account is not used until it is replaced. Only the confirmation of a proposal leads here.
 */
export const takeBackPayout = {
  async isPossible(tx: SqlTx, payoutId: string, state: "failed" | "returned"): Promise<boolean> {
    const [payout] = await payouts.findPayouts(tx, { payoutIds: [payoutId] });
    return payout !== undefined && mayTake(state === "failed" ? "fail" : "return", payout.state);
  },

  async apply(tx: SqlTx, scope: PlatformScope, proposal: ConfirmationRow): Promise<void> {
    invariant(proposal.subject_id, "a take-back names its payout");
    const state = proposal.payload.state === "failed" ? "failed" : "returned";
    const reason = String(proposal.payload.reason);
    const step = state === "failed" ? "fail" : "return";
    await move(tx, scope, { payoutIds: [proposal.subject_id] }, step, async (program, ready) => {
      for (const payout of ready) {
        await comeBack(tx, program, payout, { state, reason, confirmationId: proposal.id });
        if (state === "returned" && payout.bank_account_id) {
          await endAccountUse(tx, scope, payout.bank_account_id, "payout_returned");
        }
      }
      return { state, moved: ready };
    });
  },
};

/** Takes a payout back before it is sent. This is an edit: it voids an approval that its run has. */
export async function cancelPayout(
  scope: PlatformScope,
  payoutId: string,
  reason: string,
): Promise<MoveResult> {
  return await moveOrRefuse(scope, { payoutIds: [payoutId] }, "cancel", (tx) => async (_program, ready) => {
    const at = now();
    for (const payout of ready) {
      await postJournal(tx, [
        {
          id: newId("transfer"),
          kind: "void_pending",
          pendingId: payout.hold_transfer_id,
          journalId: newId("journal"),
          effectiveAt: at,
        },
      ]);
      await payouts.markCameBack(tx, payout.id, { state: "cancelled", reason, at });
      await setPayoutTotal(tx, payout.run_id);
    }
    return { state: "cancelled", moved: ready };
  });
}

async function comeBack(
  tx: SqlTx,
  program: SettlementProgram,
  payout: payouts.PayoutRow,
  change: { state: "failed" | "returned"; reason: string; confirmationId: string },
): Promise<void> {
  const at = now();
  const by = { at, journalId: newId("journal") };
  await ensureAccounts(tx, [bankLedgerAccount(program)]);
  await postJournal(tx, [
    ...(payout.state === "paid" ? [transfer(program, payout, "bank", "in_transit", by)] : []),
    transfer(program, payout, "in_transit", "party", by),
  ]);
  await payouts.markCameBack(tx, payout.id, { ...change, at });
}

type Place = "party" | "in_transit" | "bank";

function transfer(
  program: SettlementProgram,
  payout: payouts.PayoutRow,
  from: Place,
  to: Place,
  by: { at: Date; journalId: string },
): TransferInput {
  const accountAt = (place: Place) =>
    accountIdFor(
      place === "party"
        ? partyAccount(program, payout.party_id)
        : place === "bank"
          ? bankLedgerAccount(program)
          : payoutAccount(program, payout.id),
    );
  return {
    id: newId("transfer"),
    debitAccountId: accountAt(from),
    creditAccountId: accountAt(to),
    amountMicros: payout.amount_micros,
    code: to === "bank" ? "payout" : "payout_return",
    currency: program.currency,
    journalId: by.journalId,
    effectiveAt: by.at,
  };
}

type Step = keyof typeof PAYOUT_STEPS;
type MoveRefusal = Extract<MoveResult, { ok: false }>["reason"];
type Moving = (
  program: SettlementProgram,
  ready: payouts.PayoutRow[],
) => Promise<{ state: PayoutState; moved: payouts.PayoutRow[] }>;

const REFUSALS: Record<Step, MoveRefusal> = {
  submit: "payout_not_approved",
  pay: "payout_not_submitted",
  fail: "payout_not_submitted",
  return: "payout_not_submitted",
  cancel: "payout_not_open",
};

/** Thrown so that what was moved of other programs before is taken back with it. */
class MoveRefused extends Error {
  constructor(readonly reason: MoveRefusal) {
    super(reason);
  }
}

/** One step in a transaction of its own: all of the payouts take it, or none. */
async function moveOrRefuse(
  scope: PlatformScope,
  which: Which,
  step: Step,
  work: (tx: SqlTx) => Moving,
): Promise<MoveResult> {
  try {
    return await withScope(scope, (tx) => move(tx, scope, which, step, work(tx)));
  } catch (error) {
    if (error instanceof MoveRefused) return { ok: false, reason: error.reason };
    if (constraintOf(error) === "sent_as_approved") return { ok: false, reason: "approval_differs" };
    throw error;
  }
}

/** The frame of every step: lock, choose those whose state allows it, move, audit, tell, let the run follow. */
async function move(
  tx: SqlTx,
  scope: PlatformScope,
  which: Which,
  step: Step,
  work: Moving,
): Promise<Extract<MoveResult, { ok: true }>> {
  const programIds = await payouts.findProgramIds(tx, which);
  if (programIds.length === 0) {
    if ("runId" in which && (await findRun(tx, which.runId))) throw new MoveRefused(REFUSALS[step]);
    throw notFound("payout");
  }
  let moved = 0;
  let skipped = 0;
  for (const programId of programIds) {
    await lockProgram(tx, programId);
    const program = await getProgram(tx, programId);
    const found = (await payouts.findPayouts(tx, which)).filter(({ program_id }) => program_id === programId);
    const ready = found.filter(({ state }) => mayTake(step, state));
    // Asked for by name, a payout in another state is a refusal; of a run, those that can move do.
    if (ready.length === 0 || ("payoutIds" in which && ready.length < found.length)) {
      throw new MoveRefused(REFUSALS[step]);
    }
    const done = await work(program, ready);
    moved += done.moved.length;
    skipped += ready.length - done.moved.length;
    for (const payout of done.moved) {
      await audit(tx, scope, {
        action: `payout.${done.state}`,
        subjectKind: "payout",
        subjectId: payout.id,
        organisationId: payout.party_id,
        before: { state: payout.state },
        after: { state: done.state },
      });
    }
    await emitPayoutsChanged(tx, done.moved, done.state);
    for (const runId of new Set(done.moved.map(({ run_id }) => run_id))) {
      const before = await findRun(tx, runId);
      const state = await followPayouts(tx, runId, now());
      if (before && state && state !== before.state) await emitRunChanged(tx, before, state);
    }
  }
  return { ok: true, moved, skipped };
}
