/** Versions of an agreement, from the operator's draft to its proposal. */
import { createHash } from "node:crypto";
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { type Id, newId } from "@/server/platform/ids";
import type { PlatformScope } from "@/server/platform/scope";
import { checkTerms } from "../agreement/check-terms";
import { listNamedParties } from "../agreement/list-parties";
import type { AgreementIssue } from "../agreement/parse-agreement";
import { OPERATOR_PARTY } from "../constants";
import { getProgram, lockProgram } from "../repository/read-program";
import * as agreements from "../repository/write-agreement";
import { localTextToInstant } from "../rules/compute-period";
import { settleAnswers } from "./answer-agreement";

export type DraftResult =
  | { ok: true; agreementId: Id<"agreement">; version: number }
  | { ok: false; reason: "terms_invalid"; issues: AgreementIssue[] };

/**
 * Stores a version as a draft. It is refused, with every reason, when its terms are malformed, could leave money
 * unassigned, are for another program, or name somebody who is no party of the program.
 */
export async function createAgreementDraft(
  scope: PlatformScope,
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
  | { ok: false; reason: "agreement_not_draft" | "effective_in_past" | "effective_date_taken" };

/**
 * Proposes a draft to every party that it names; from now on its terms cannot change. The operator agrees to its own
 * part by proposing. Where a version governs already, the new one may not claim to have governed before today.
 */
export async function proposeAgreement(scope: PlatformScope, agreementId: string): Promise<ProposeResult> {
  const result = await withScope(scope, async (tx): Promise<ProposeResult> => {
    const found = await agreements.findAgreement(tx, agreementId, "for update");
    if (!found) throw notFound("agreement");
    if (found.state !== "draft") return { ok: false, reason: "agreement_not_draft" };
    const at = now();
    const program = await getProgram(tx, found.program_id);
    if (found.effective_from < at && (await agreements.hasGoverningVersion(tx, program.id, at))) {
      return { ok: false, reason: "effective_in_past" };
    }
    if (await agreements.hasVersionFrom(tx, program.id, found.effective_from)) {
      return { ok: false, reason: "effective_date_taken" };
    }
    const known = await agreements.readProgramParties(tx, program.id);
    const named = listNamedParties(found.terms).map((name) =>
      name === OPERATOR_PARTY ? program.operatorId : (known.get(name) ?? null),
    );
    const partyIds = [...new Set(named.filter((id) => id !== null))];
    await agreements.insertParties(tx, agreementId, partyIds);
    await agreements.setAgreementState(tx, agreementId, { state: "proposed", proposedAt: at });
    if (partyIds.includes(program.operatorId)) {
      const userId = scope.actor.kind === "user" ? scope.actor.id : null;
      await agreements.writeAnswer(tx, {
        agreementId,
        partyId: program.operatorId,
        answer: "approved",
        userId,
        at,
        reason: null,
      });
    }
    await audit(tx, scope, {
      action: "agreement.proposed",
      subjectKind: "agreement",
      subjectId: agreementId,
      after: { parties: partyIds },
    });
    return { ok: true };
  });
  // A version that names nobody but the operator has all its answers now.
  if (result.ok) await settleAnswers(agreementId);
  return result;
}
