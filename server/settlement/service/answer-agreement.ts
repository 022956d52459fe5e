/** The parties' answers to a proposed version. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { continueAs, withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import type { AgencyScope, MerchantScope } from "@/server/platform/scope";
import { lockProgram } from "../repository/read-program";
import { findAnswerFault, listStanding } from "../repository/read-standing";
import * as agreements from "../repository/write-agreement";
import { AGREEMENTS_SCOPE, type ProposalState, settleProposal } from "./settle-agreement";

export type AnswerResult =
  | { ok: true; state: ProposalState }
  | {
      ok: false;
      reason:
        | "agreement_not_proposed"
        | "party_not_asked"
        | "already_answered"
        | "reason_missing"
        | "notice_over"
        | "not_a_member"
        | "of_the_operator"
        | "brought_by_operator";
    };

/**
 * A party that was asked approves or rejects a proposed version, in its own scope: the scope's type leaves the operator
 * out, and the database refuses everybody but a person of the party itself. A rejection needs a reason; a merchant with
 * a standing consent can object until its notice has passed. The answer and what follows from it are one transaction.
 */
export async function answerAgreement(
  scope: AgencyScope | MerchantScope,
  agreementId: string,
  given: { answer: "approved" | "rejected"; reason?: string | undefined },
): Promise<AnswerResult> {
  const reason = given.reason?.trim() || null;
  if (given.answer === "rejected" && !reason) return { ok: false, reason: "reason_missing" };
  const userId = scope.actor.kind === "user" ? scope.actor.id : null;
  return await withScope(scope, async (tx): Promise<AnswerResult> => {
    const seen = await agreements.findAgreement(tx, agreementId);
    if (!seen) throw notFound("agreement");
    // No allocation of the program runs from here on, so every payment captured before has its old version.
    await lockProgram(tx, seen.program_id);
    const found = await agreements.findAgreement(tx, agreementId);
    const at = now();
    const mine = (await listStanding(tx, [agreementId], at)).find(
      (row) => row.organisation_id === scope.organisationId,
    );
    if (!mine?.asked_at) return { ok: false, reason: "party_not_asked" };
    if (mine.answer) return { ok: false, reason: "already_answered" };
    if (found?.state !== "proposed") return { ok: false, reason: "agreement_not_proposed" };
    if (mine.agreed && given.answer === "rejected") return { ok: false, reason: "notice_over" };
    if (userId === null) return { ok: false, reason: "not_a_member" };
    const key = { agreementId, organisationId: scope.organisationId, userId };
    const fault = await findAnswerFault(tx, key);
    if (fault) return { ok: false, reason: fault };
    const written = await agreements.writeAnswer(tx, {
      agreementId,
      partyId: scope.organisationId,
      answer: given.answer,
      userId,
      at,
      reason,
    });
    if (!written) return { ok: false, reason: "already_answered" };
    await audit(tx, scope, {
      action: `agreement.${given.answer}`,
      subjectKind: "agreement",
      subjectId: agreementId,
      after: { answer: given.answer, reason },
    });
    const state = await continueAs(tx, { from: scope, to: AGREEMENTS_SCOPE }, () =>
      settleProposal(tx, agreementId),
    );
    return { ok: true, state };
  });
}
