/** A merchant's standing consent to the terms of a program, given and withdrawn by its own people. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { newId, toPublicId } from "@/server/platform/ids";
import type { MerchantScope } from "@/server/platform/scope";
import { findInForce } from "../repository/read-agreements";
import { getProgram, listMembershipsIn } from "../repository/read-program";
import * as terms from "../repository/write-program-terms";
import type { MerchantTermsView } from "../schema";
import { presentTerms } from "../view/present-agreement";

export type ConsentResult =
  | { ok: true }
  | {
      ok: false;
      reason: "terms_changed" | "already_consented" | "person_unknown" | "not_a_member" | "of_the_operator";
    };

/**
 * From now on the merchant's silence during the notice counts as agreement to a version. `termsId` are the terms that
 * were read; when others hold by now, nothing is given. It does not reach back to versions that were proposed before.
 */
export async function giveConsent(
  scope: MerchantScope,
  input: { programId: string; termsId: string },
): Promise<ConsentResult> {
  const userId = scope.actor.kind === "user" ? scope.actor.id : null;
  if (userId === null) return { ok: false, reason: "person_unknown" };
  return await withScope(scope, async (tx): Promise<ConsentResult> => {
    const program = await getProgram(tx, input.programId);
    const [current] = await terms.listProgramTerms(tx, program.id);
    if (current?.id !== input.termsId) return { ok: false, reason: "terms_changed" };
    const organisationId = scope.organisationId;
    const fault = await terms.findConsentFault(tx, {
      userId,
      organisationId,
      operatorId: program.operatorId,
    });
    if (fault) return { ok: false, reason: fault };
    const id = newId("standingConsent");
    const given = await terms.insertConsent(tx, {
      id,
      termsId: current.id,
      organisationId,
      by: userId,
      at: now(),
    });
    if (!given) return { ok: false, reason: "already_consented" };
    await audit(tx, scope, {
      action: "standing_consent.given",
      subjectKind: "program",
      subjectId: program.id,
      after: { terms: current.version, noticeDays: current.notice_days },
    });
    return { ok: true };
  });
}

export type ConsentWithdrawal =
  | { ok: true }
  | { ok: false; reason: "not_consented" | "person_unknown" | "not_a_member" | "of_the_operator" };

/** From now on the merchant answers every version itself, also those whose notice still runs. */
export async function withdrawConsent(scope: MerchantScope, programId: string): Promise<ConsentWithdrawal> {
  const userId = scope.actor.kind === "user" ? scope.actor.id : null;
  if (userId === null) return { ok: false, reason: "person_unknown" };
  return await withScope(scope, async (tx): Promise<ConsentWithdrawal> => {
    const program = await getProgram(tx, programId);
    const organisationId = scope.organisationId;
    const fault = await terms.findConsentFault(tx, {
      userId,
      organisationId,
      operatorId: program.operatorId,
    });
    if (fault) return { ok: false, reason: fault };
    const count = await terms.withdrawConsents(tx, { programId, organisationId, by: userId, at: now() });
    if (count === 0) return { ok: false, reason: "not_consented" };
    await audit(tx, scope, {
      action: "standing_consent.withdrawn",
      subjectKind: "program",
      subjectId: program.id,
    });
    return { ok: true };
  });
}

/** What the merchant's programs offer it: terms to read, and what it has consented to. */
export async function readMerchantTerms(scope: MerchantScope): Promise<MerchantTermsView[]> {
  return await withScope(scope, async (tx) => {
    const views: MerchantTermsView[] = [];
    for (const program of await listMembershipsIn(tx, scope.organisationId)) {
      const all = await terms.listProgramTerms(tx, program.id);
      const [current] = all;
      const consents = await terms.listConsents(
        tx,
        all.map(({ id }) => id),
      );
      const own = consents.find(({ program_terms_id }) => program_terms_id === current?.id);
      const inForce = await findInForce(tx, program.id);
      views.push({
        program: {
          id: toPublicId("program", program.id),
          slug: program.slug,
          name: program.name,
          timeZone: program.time_zone,
        },
        joinedAt: program.joined_at.toISOString(),
        inForce: inForce && { id: toPublicId("agreement", inForce.id), version: inForce.version },
        terms: current ? presentTerms(current) : null,
        consent: own ? { givenAt: own.given_at.toISOString(), givenBy: own.given_by_name } : null,
        consentedBefore: !own && consents.length > 0,
      });
    }
    return views;
  });
}
