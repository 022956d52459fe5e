/** The parties' answers to a proposed version, and its coming into force. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { type AgencyScope, type MerchantScope, mintSystemScope } from "@/server/platform/scope";
import { lockProgram } from "../repository/read-program";
import * as agreements from "../repository/write-agreement";

export type AnswerResult =
  | { ok: true; state: "proposed" | "approved" | "in_force" | "rejected" }
  | {
      ok: false;
      reason: "agreement_not_proposed" | "party_not_named" | "already_answered" | "reason_missing";
    };

/**
 * A named party approves or rejects a proposed version, in its own scope: the scope's type leaves the operator out,
 * and row-level security refuses it as well. A rejection needs a reason. When the last party has approved, the
 * version is approved and comes into force at its date (or now, when that has passed).
 */
export async function answerAgreement(
  scope: AgencyScope | MerchantScope,
  agreementId: string,
  given: { answer: "approved" | "rejected"; reason?: string | undefined },
): Promise<AnswerResult> {
  const reason = given.reason?.trim() || null;
  if (given.answer === "rejected" && !reason) return { ok: false, reason: "reason_missing" };
  const refusal = await withScope(scope, async (tx): Promise<AnswerResult | null> => {
    const found = await agreements.findAgreement(tx, agreementId);
    if (!found) throw notFound("agreement");
    const mine = (await agreements.listAnswers(tx, [agreementId])).find(
      (row) => row.organisation_id === scope.organisationId,
    );
    if (!mine) return { ok: false, reason: "party_not_named" };
    if (mine.answer) return { ok: false, reason: "already_answered" };
    if (found.state !== "proposed") return { ok: false, reason: "agreement_not_proposed" };
    const written = await agreements.writeAnswer(tx, {
      agreementId,
      partyId: scope.organisationId,
      answer: given.answer,
      userId: scope.actor.kind === "user" ? scope.actor.id : null,
      at: now(),
      reason,
    });
    if (!written) return { ok: false, reason: "already_answered" };
    await audit(tx, scope, {
      action: `agreement.${given.answer}`,
      subjectKind: "agreement",
      subjectId: agreementId,
      after: { answer: given.answer, reason },
    });
    return null;
  });
  if (refusal) return refusal;
  return { ok: true, state: await settleAnswers(agreementId) };
}

/**
 * Draws the consequence of the answers so far: approved when all named parties did, rejected when one did. Safe to
 * call at any time; a job calls it for proposals whose last answer came just before a crash.
 */
export async function settleAnswers(
  agreementId: string,
): Promise<"proposed" | "approved" | "in_force" | "rejected"> {
  return await withScope(mintSystemScope("agreements"), async (tx) => {
    const seen = await agreements.findAgreement(tx, agreementId);
    if (!seen) throw notFound("agreement");
    // No allocation of the program runs from here on, so every payment captured before `at` has its old version.
    await lockProgram(tx, seen.program_id);
    const found = await agreements.findAgreement(tx, agreementId, "for update");
    if (found?.state !== "proposed") return asAnswerState(found?.state);
    const answers = await agreements.listAnswers(tx, [agreementId]);
    const at = now();
    if (answers.some(({ answer }) => answer === "rejected")) {
      await agreements.setAgreementState(tx, agreementId, { state: "rejected", decidedAt: at });
      return "rejected";
    }
    if (answers.some(({ answer }) => answer === null)) return "proposed";
    const late =
      found.effective_from < at && (await agreements.hasGoverningVersion(tx, found.program_id, at));
    const governsFrom = late ? at : found.effective_from;
    await agreements.setAgreementState(tx, agreementId, { state: "approved", decidedAt: at, governsFrom });
    await audit(tx, mintSystemScope("agreements"), {
      action: "agreement.accepted",
      subjectKind: "agreement",
      subjectId: agreementId,
      after: { governsFrom: governsFrom.toISOString() },
    });
    const changed = await agreements.flipVersions(tx, at);
    return changed.some(({ id, state }) => id === agreementId && state === "in_force")
      ? "in_force"
      : "approved";
  });
}

function asAnswerState(state: string | undefined): "proposed" | "approved" | "in_force" | "rejected" {
  if (state === "rejected" || state === "in_force" || state === "approved") return state;
  return "proposed";
}

/** Moves versions whose date has come into force, and finishes proposals that are fully answered. */
export async function advanceAgreements(): Promise<number> {
  const scope = mintSystemScope("agreements");
  const answered = await withScope(scope, (tx) => agreements.listAnsweredProposals(tx));
  for (const id of answered) await settleAnswers(id);
  const changed = await withScope(scope, (tx) => agreements.flipVersions(tx, now()));
  return answered.length + changed.length;
}
