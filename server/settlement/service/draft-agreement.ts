/** Versions of an agreement, from the operator's draft to its proposal. */
import { createHash } from "node:crypto";
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { type Id, newId } from "@/server/platform/ids";
import type { OperatorScope } from "@/server/platform/scope";
import { checkTerms } from "../agreement/check-terms";
import type { AgreementIssue } from "../agreement/parse-agreement";
import { emitAgreementEvents } from "../events";
import { getProgram, lockProgram } from "../repository/read-program";
import * as agreements from "../repository/write-agreement";
import { localTextToInstant } from "../rules/compute-period";

export type DraftResult =
  | { ok: true; agreementId: Id<"agreement">; version: number }
  | { ok: false; reason: "terms_invalid"; issues: AgreementIssue[] };

/**
 * Stores a version as a draft. It is refused, with every reason, when its terms are malformed, could leave money
 * unassigned, are for another program, or name somebody who is no party of the program.
 */
export async function createAgreementDraft(
  scope: OperatorScope,
  input: { programId: string; terms: unknown },
): Promise<DraftResult> {
  return await withScope(scope, async (tx) => {
    const program = await getProgram(tx, input.programId);
    const checked = checkTerms(input.terms, program, await agreements.readProgramParties(tx, program.id));
    if (!checked.ok) return { ok: false, reason: "terms_invalid", issues: checked.issues };
    const terms = checked.agreement;
    await lockProgram(tx, program.id);
    const id = newId("agreement");
    const version = await agreements.insertDraft(tx, {
      id,
      programId: program.id,
      terms,
      sha256: createHash("sha256").update(JSON.stringify(terms)).digest("hex"),
      effectiveFrom: localTextToInstant(terms.effectiveFrom, program.timeZone),
      createdBy: scope.actor.kind === "user" ? scope.actor.id : null,
      createdAt: now(),
    });
    await audit(tx, scope, {
      action: "agreement.drafted",
      subjectKind: "agreement",
      subjectId: id,
      after: { version, terms },
    });
    return { ok: true, agreementId: id, version };
  });
}

export type ProposeResult =
  | { ok: true }
  | {
      ok: false;
      reason: "agreement_not_draft" | "effective_in_past" | "effective_date_taken" | "person_unknown";
    };

/**
 * Proposes a draft to everybody whose money it touches; from now on its terms cannot change. The operator's own side
 * is approved by a second person. Where a version governs already, the new one may not claim to have governed before
 * today, and no two versions begin at one moment.
 */
export async function proposeAgreement(scope: OperatorScope, agreementId: string): Promise<ProposeResult> {
  const userId = scope.actor.kind === "user" ? scope.actor.id : null;
  if (userId === null) return { ok: false, reason: "person_unknown" };
  return await withScope(scope, async (tx): Promise<ProposeResult> => {
    const seen = await agreements.findAgreement(tx, agreementId);
    if (!seen) throw notFound("agreement");
    await lockProgram(tx, seen.program_id);
    const found = await agreements.findAgreement(tx, agreementId, "for update");
    if (found?.state !== "draft") return { ok: false, reason: "agreement_not_draft" };
    const at = now();
    const programId = found.program_id;
    if (found.effective_from < at && (await agreements.hasGoverningVersion(tx, programId, at))) {
      return { ok: false, reason: "effective_in_past" };
    }
    if (await agreements.isDateTaken(tx, { programId, agreementId, from: found.effective_from })) {
      return { ok: false, reason: "effective_date_taken" };
    }
    await agreements.setProposed(tx, agreementId, userId, at);
    const asked = await agreements.askRequired(tx, agreementId, at);
    await audit(tx, scope, {
      action: "agreement.proposed",
      subjectKind: "agreement",
      subjectId: agreementId,
      after: { parties: asked },
    });
    await emitAgreementEvents(tx, found, "agreement.proposed", asked);
    return { ok: true };
  });
}
