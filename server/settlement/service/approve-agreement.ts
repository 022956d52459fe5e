/** The operator's own side of a proposal: a second person approves it, or somebody withdraws it. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { continueAs, type SqlTx, withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import type { OperatorScope } from "@/server/platform/scope";
import { emitAgreementEvents } from "../events";
import { lockProgram } from "../repository/read-program";
import { findApprovalFault, listStanding, type SecondPersonFault } from "../repository/read-standing";
import * as agreements from "../repository/write-agreement";
import { AGREEMENTS_SCOPE, type ProposalState, settleProposal } from "./settle-agreement";

export type OperatorApproval =
  | { ok: true; state: ProposalState }
  | { ok: false; reason: "agreement_not_proposed" | "already_answered" | SecondPersonFault };

/**
 * Approves a proposed version for the operator. Whoever drafted or proposed it cannot, nor whom they invited, nor an
 * account that is younger than the draft; the database refuses the same (`two_people`).
 */
export async function approveAgreement(scope: OperatorScope, agreementId: string): Promise<OperatorApproval> {
  const userId = scope.actor.kind === "user" ? scope.actor.id : null;
  return await withScope(scope, async (tx): Promise<OperatorApproval> => {
    const found = await lockProposal(tx, agreementId);
    if (found.state !== "proposed") return { ok: false, reason: "agreement_not_proposed" };
    if (found.operator_approved_by) return { ok: false, reason: "already_answered" };
    if (userId === null) return { ok: false, reason: "person_unknown" };
    const fault = await findApprovalFault(tx, agreementId, userId);
    if (fault) return { ok: false, reason: fault };
    await agreements.setOperatorApproved(tx, agreementId, userId, now());
    await audit(tx, scope, {
      action: "agreement.operator_approved",
      subjectKind: "agreement",
      subjectId: agreementId,
      after: { version: found.version, sha256: found.terms_sha256 },
    });
    const state = await continueAs(tx, { from: scope, to: AGREEMENTS_SCOPE }, () =>
      settleProposal(tx, agreementId),
    );
    return { ok: true, state };
  });
}

export type Withdrawal =
  | { ok: true }
  | { ok: false; reason: "agreement_not_proposed" | "reason_missing" | "person_unknown" };

/** Takes a proposal back before it was approved. One person may: nobody's money moves. */
export async function withdrawAgreement(
  scope: OperatorScope,
  agreementId: string,
  given: { reason: string },
): Promise<Withdrawal> {
  const reason = given.reason.trim();
  if (!reason) return { ok: false, reason: "reason_missing" };
  const userId = scope.actor.kind === "user" ? scope.actor.id : null;
  if (userId === null) return { ok: false, reason: "person_unknown" };
  return await withScope(scope, async (tx): Promise<Withdrawal> => {
    const found = await lockProposal(tx, agreementId);
    if (found.state !== "proposed") return { ok: false, reason: "agreement_not_proposed" };
    const at = now();
    const asked = (await listStanding(tx, [agreementId], at)).map(({ organisation_id }) => organisation_id);
    await agreements.setRejected(tx, agreementId, { at, outcome: "withdrawn", by: userId, reason });
    await audit(tx, scope, {
      action: "agreement.withdrawn",
      subjectKind: "agreement",
      subjectId: agreementId,
      after: { reason },
    });
    await emitAgreementEvents(tx, found, "agreement.decided", asked);
    return { ok: true };
  });
}

async function lockProposal(tx: SqlTx, agreementId: string): Promise<agreements.AgreementRow> {
  const seen = await agreements.findAgreement(tx, agreementId);
  if (!seen) throw notFound("agreement");
  await lockProgram(tx, seen.program_id);
  const found = await agreements.findAgreement(tx, agreementId, "for update");
  if (!found) throw notFound("agreement");
  return found;
}
