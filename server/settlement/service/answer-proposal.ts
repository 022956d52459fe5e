/** A second person's answer to a proposal. Confirming it does the deed in the same transaction. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant, notFound } from "@/server/platform/errors";
import { openRound } from "@/server/platform/job-items";
import { mintSystemScope, type OperatorScope, type PortalScope } from "@/server/platform/scope";
import type { ConfirmationOutcome } from "../constants";
import { emitConfirmationChanged } from "../events";
import { lockProgram } from "../repository/read-program";
import { refuseBankAccount } from "../repository/write-bank-account";
import * as confirmations from "../repository/write-confirmation";
import { applyAdjustment, applyPayoutRule } from "./adjust-balance";
import { type CalendarRefusal, changeCalendar } from "./change-calendar";
import { confirmBankAccount } from "./manage-bank-account";
import { takeBackPayout } from "./move-payouts";
import { subjectOf } from "./propose-change";
import { applyUndo, isUndoPossible } from "./propose-undo";

export type AnswerRefusal =
  | "same_person"
  | "invited_by_other"
  | "account_too_new"
  | "person_unknown"
  | "not_a_signer"
  | "above_limit"
  | "party_must_confirm"
  | "answered_already"
  | "expired"
  | "proposal_changed"
  | "payout_not_submitted"
  | "import_changed"
  | CalendarRefusal
  | "not_the_proposer";

export type AnswerResult = { ok: true } | { ok: false; reason: AnswerRefusal };

/**
 * Confirms a proposal and does what it says. `sha256` is that of the proposal which the person saw. The database
 * refuses the same people for the same reasons, whoever asks it.
 */
export async function confirmProposal(
  scope: PortalScope,
  confirmationId: string,
  sha256: string,
): Promise<AnswerResult> {
  return await withScope(scope, async (tx): Promise<AnswerResult> => {
    const proposal = await lockProposal(tx, confirmationId);
    if (scope.actor.kind !== "user") return { ok: false, reason: "person_unknown" };
    if (proposal.payload_sha256 !== sha256) return { ok: false, reason: "proposal_changed" };
    const by = { userId: scope.actor.id, organisationId: scope.organisationId, at: now() };
    const fault = await confirmations.confirmationFault(tx, proposal.id, by);
    if (fault) return { ok: false, reason: fault as AnswerRefusal };
    if (proposal.action === "payout.take_back") {
      invariant(proposal.subject_id, "a take-back names its payout");
      const { state } = proposal.payload;
      if (
        !(await takeBackPayout.isPossible(
          tx,
          proposal.subject_id,
          state === "failed" ? "failed" : "returned",
        ))
      ) {
        return { ok: false, reason: "payout_not_submitted" };
      }
    }
    if (proposal.action === "import.undo" && !(await isUndoPossible(tx, proposal))) {
      return { ok: false, reason: "import_changed" };
    }
    if (proposal.action === "calendar.change") {
      const reason = await changeCalendar.faultOf(tx, proposal);
      if (reason) return { ok: false, reason };
    }
    await confirmations.markConfirmed(tx, proposal.id, by);
    await audit(tx, scope, {
      action: `${subjectOf(proposal.action)}.confirmed`,
      subjectKind: "confirmation",
      subjectId: proposal.id,
      organisationId: proposal.organisation_id ?? scope.organisationId,
      after: { action: proposal.action, proposedBy: proposal.proposed_by, ...proposal.payload },
    });
    await apply(tx, scope, proposal, by.at);
    await emitConfirmationChanged(tx, proposalFacts(proposal), "confirmed");
    return { ok: true };
  });
}

async function apply(
  tx: SqlTx,
  scope: PortalScope,
  proposal: confirmations.ConfirmationRow,
  at: Date,
): Promise<void> {
  switch (proposal.action) {
    case "adjustment.add":
      return await applyAdjustment(tx, scope, proposal);
    case "payout_rule.set":
      return await applyPayoutRule(tx, scope, proposal);
    case "payout.take_back":
      return await takeBackPayout.apply(tx, scope as OperatorScope, proposal);
    case "authority_setting.set":
      return await confirmations.writeSetting(tx, {
        name: String(proposal.payload.name),
        value: String(proposal.payload.value),
        confirmationId: proposal.id,
        at,
      });
    case "import.undo":
      return await applyUndo(tx, scope, proposal);
    case "calendar.change":
      return await changeCalendar.apply(tx, proposal);
    case "bank_account.use":
      return await confirmBankAccount(tx, scope, proposal);
  }
}

/** Says no, with a reason. Whoever could confirm may, and whoever could not because they proposed it withdraws it. */
export async function rejectProposal(
  scope: PortalScope,
  confirmationId: string,
  reason: string,
): Promise<AnswerResult> {
  return await end(scope, confirmationId, "rejected", reason);
}

export async function withdrawProposal(scope: PortalScope, confirmationId: string): Promise<AnswerResult> {
  return await end(scope, confirmationId, "withdrawn", null);
}

async function end(
  scope: PortalScope,
  confirmationId: string,
  outcome: ConfirmationOutcome,
  reason: string | null,
): Promise<AnswerResult> {
  return await withScope(scope, async (tx): Promise<AnswerResult> => {
    const proposal = await lockProposal(tx, confirmationId);
    if (proposal.confirmed_by || proposal.outcome) return { ok: false, reason: "answered_already" };
    if (scope.actor.kind !== "user") return { ok: false, reason: "person_unknown" };
    if (outcome === "withdrawn" && proposal.proposed_by !== scope.actor.id) {
      return { ok: false, reason: "not_the_proposer" };
    }
    await endProposal(tx, scope, proposal, { outcome, by: scope.actor.id, reason });
    return { ok: true };
  });
}

async function endProposal(
  tx: SqlTx,
  scope: PortalScope | ReturnType<typeof mintSystemScope>,
  proposal: confirmations.ConfirmationRow,
  how: { outcome: ConfirmationOutcome; by: string | null; reason: string | null },
): Promise<void> {
  await confirmations.markEnded(tx, proposal.id, { ...how, at: now() });
  if (proposal.action === "bank_account.use" && proposal.subject_id) {
    await refuseBankAccount(tx, proposal.subject_id);
  }
  await audit(tx, scope, {
    action: `${subjectOf(proposal.action)}.${how.outcome}`,
    subjectKind: "confirmation",
    subjectId: proposal.id,
    organisationId: proposal.organisation_id ?? scope.organisationId,
    after: { action: proposal.action, ...(how.reason && { reason: how.reason }) },
  });
  await emitConfirmationChanged(tx, proposalFacts(proposal), how.outcome);
}

/** Ends every proposal that nobody answered in time. Gives how many. */
export async function expireProposals(): Promise<number> {
  const system = mintSystemScope("settlement");
  const stale = await withScope(system, (tx) => confirmations.listStale(tx, now()));
  const round = await openRound("settlement.expire-proposals");
  for (const id of stale) {
    if (round.isWaiting(id)) continue;
    await round.attempt({ id, programId: null }, () =>
      withScope(system, async (tx) => {
        const proposal = await lockProposal(tx, id);
        if (proposal.confirmed_by || proposal.outcome) return;
        await endProposal(tx, system, proposal, { outcome: "expired", by: null, reason: null });
      }),
    );
  }
  return stale.length;
}

/** Programs are locked before proposals, as by everything else that moves their money. */
async function lockProposal(tx: SqlTx, id: string): Promise<confirmations.ConfirmationRow> {
  const programId = await confirmations.findProgramOf(tx, id);
  if (programId) await lockProgram(tx, programId);
  const proposal = await confirmations.findConfirmation(tx, id);
  if (!proposal) throw notFound("proposal");
  return proposal;
}

function proposalFacts(proposal: confirmations.ConfirmationRow) {
  return { id: proposal.id, action: proposal.action, organisationId: proposal.organisation_id };
}
