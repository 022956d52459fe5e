/** Payouts on their way: sent to the bank, paid, failed, returned, cancelled. Each is a movement in the ledger. */
import { audit } from "@/server/audit/service";
import { accountIdFor, ensureAccounts, postJournal } from "@/server/ledger/service";
import type { TransferInput } from "@/server/ledger/types";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { newId } from "@/server/platform/ids";
import type { PlatformScope } from "@/server/platform/scope";
import type { PayoutState } from "../constants";
import { emitPayoutsChanged, emitRunChanged } from "../events";
import { getProgram, lockProgram, type SettlementProgram } from "../repository/read-program";
import { raiseException, resolveException } from "../repository/write-exception";
import * as payouts from "../repository/write-payout";
import { findRun, followPayouts, setPayoutTotal } from "../repository/write-run";
import { maskAccount, mayTake, type PAYOUT_STEPS } from "../rules/decide-payout";
import { bankLedgerAccount, partyAccount, payoutAccount } from "../rules/name-accounts";

export type MoveResult =
  | { ok: true; moved: number; skipped: number }
  | { ok: false; reason: "payout_not_approved" | "payout_not_submitted" | "payout_not_open" };

type Which = { runId: string } | { payoutIds: readonly string[] };

/**
 * Sends approved payouts: their held money leaves the party for the payout's account in transit. Payouts whose party
 * has no active bank account are skipped, with an exception, and can be sent later.
 */
export async function submitPayouts(scope: PlatformScope, which: Which): Promise<MoveResult> {
  return await move(scope, which, "submit", "payout_not_approved", async (tx, program, ready) => {
    const accounts = await payouts.findActiveAccounts(
      tx,
      ready.map(({ party_id }) => party_id),
      program.currency,
    );
    const at = now();
    const journalId = newId("journal");
    const sent = ready.flatMap((payout) => {
      const account = accounts.get(payout.party_id);
      return account ? [{ payout, account }] : [];
    });
    if (sent.length > 0) {
      await postJournal(
        tx,
        sent.map(
          ({ payout }): TransferInput => ({
            id: newId("transfer"),
            kind: "post_pending",
            pendingId: payout.hold_transfer_id,
            journalId,
            effectiveAt: at,
          }),
        ),
      );
    }
    await payouts.markSubmitted(
      tx,
      sent.map(({ payout, account }) => ({
        id: payout.id,
        bankAccountId: account.id,
        bankLabel: maskAccount(account.bank_name, account.iban),
      })),
      at,
    );
    for (const payout of ready) {
      const facts = { programId: program.id, kind: "bank_account_missing", subjectId: payout.id };
      if (accounts.has(payout.party_id)) {
        await resolveException(tx, facts, "The payout was sent.", at);
      } else {
        const sentence = `Payout ${payout.reference} cannot be sent: its party has no active bank account in ${program.currency}.`;
        await raiseException(tx, { ...facts, subjectKind: "payout", sentence, detail: {} }, at);
      }
    }
    return { state: "submitted", moved: sent.map(({ payout }) => payout) };
  });
}

/** The bank has executed the payouts. */
export async function markPayoutsPaid(scope: PlatformScope, which: Which): Promise<MoveResult> {
  return await move(scope, which, "pay", "payout_not_submitted", async (tx, program, ready) => {
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

/** The bank refused a payout; its money is owed to the party again. */
export async function markPayoutFailed(
  scope: PlatformScope,
  payoutId: string,
  reason: string,
): Promise<MoveResult> {
  return await move(
    scope,
    { payoutIds: [payoutId] },
    "fail",
    "payout_not_submitted",
    async (tx, program, ready) => {
      for (const payout of ready) await comeBack(tx, program, payout, "failed", reason);
      return { state: "failed", moved: ready };
    },
  );
}

/** The money came back from the party's bank. It is owed again, and the account is not used until it is replaced. */
export async function markPayoutReturned(
  scope: PlatformScope,
  payoutId: string,
  reason: string,
): Promise<MoveResult> {
  return await move(
    scope,
    { payoutIds: [payoutId] },
    "return",
    "payout_not_submitted",
    async (tx, program, ready) => {
      for (const payout of ready) {
        await comeBack(tx, program, payout, "returned", reason);
        if (payout.bank_account_id) await payouts.disableAccounts(tx, { id: payout.bank_account_id });
      }
      return { state: "returned", moved: ready };
    },
  );
}

/** Takes a payout back before it is sent. This is an edit: it voids an approval that its run has. */
export async function cancelPayout(
  scope: PlatformScope,
  payoutId: string,
  reason: string,
): Promise<MoveResult> {
  return await move(
    scope,
    { payoutIds: [payoutId] },
    "cancel",
    "payout_not_open",
    async (tx, _program, ready) => {
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
    },
  );
}

async function comeBack(
  tx: SqlTx,
  program: SettlementProgram,
  payout: payouts.PayoutRow,
  state: "failed" | "returned",
  reason: string,
): Promise<void> {
  const at = now();
  const by = { at, journalId: newId("journal") };
  await ensureAccounts(tx, [bankLedgerAccount(program)]);
  await postJournal(tx, [
    ...(payout.state === "paid" ? [transfer(program, payout, "bank", "in_transit", by)] : []),
    transfer(program, payout, "in_transit", "party", by),
  ]);
  await payouts.markCameBack(tx, payout.id, { state, reason, at });
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

type Moving = (
  tx: SqlTx,
  program: SettlementProgram,
  ready: payouts.PayoutRow[],
) => Promise<{ state: PayoutState; moved: payouts.PayoutRow[] }>;

/** The frame of every step: lock, choose those whose state allows it, move, audit, tell, let the run follow. */
async function move(
  scope: PlatformScope,
  which: Which,
  step: keyof typeof PAYOUT_STEPS,
  refusal: "payout_not_approved" | "payout_not_submitted" | "payout_not_open",
  work: Moving,
): Promise<MoveResult> {
  return await withScope(scope, async (tx): Promise<MoveResult> => {
    const programIds = await payouts.findProgramIds(tx, which);
    if (programIds.length === 0) {
      if ("runId" in which && (await findRun(tx, which.runId))) return { ok: false, reason: refusal };
      throw notFound("payout");
    }
    let moved = 0;
    let skipped = 0;
    for (const programId of programIds) {
      await lockProgram(tx, programId);
      const program = await getProgram(tx, programId);
      const found = (await payouts.findPayouts(tx, which)).filter(
        ({ program_id }) => program_id === programId,
      );
      const ready = found.filter(({ state }) => mayTake(step, state));
      // Asked for by name, a payout in another state is a refusal; of a run, those that can move do.
      if (ready.length === 0 || ("payoutIds" in which && ready.length < found.length)) {
        return { ok: false, reason: refusal };
      }
      const done = await work(tx, program, ready);
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
  });
}
