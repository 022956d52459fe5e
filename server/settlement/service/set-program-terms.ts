/** A program's terms for its merchants: drafted by one person of the operator, confirmed by another. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { type Id, newId, toPublicId } from "@/server/platform/ids";
import type { OperatorScope } from "@/server/platform/scope";
import { getProgram, listMerchantsOf, lockProgram } from "../repository/read-program";
import type { SecondPersonFault } from "../repository/read-standing";
import * as terms from "../repository/write-program-terms";
import type { OperatorTermsView } from "../schema";
import { presentTerms } from "../view/present-agreement";

export type TermsDraft =
  | { ok: true; termsId: Id<"programTerms">; version: number }
  | { ok: false; reason: "person_unknown" };

/** Drafts the next terms. Nothing changes for merchants until a second person confirms them. */
export async function draftProgramTerms(
  scope: OperatorScope,
  input: { programId: string; body: string; noticeDays: number },
): Promise<TermsDraft> {
  const userId = scope.actor.kind === "user" ? scope.actor.id : null;
  if (userId === null) return { ok: false, reason: "person_unknown" };
  return await withScope(scope, async (tx): Promise<TermsDraft> => {
    const program = await getProgram(tx, input.programId);
    await lockProgram(tx, program.id);
    const id = newId("programTerms");
    const version = await terms.insertProgramTerms(tx, { id, ...input, by: userId, at: now() });
    await audit(tx, scope, {
      action: "program_terms.drafted",
      subjectKind: "program",
      subjectId: program.id,
      after: { version, noticeDays: input.noticeDays, body: input.body },
    });
    return { ok: true, termsId: id, version };
  });
}

export type TermsConfirmation =
  | { ok: true }
  | { ok: false; reason: "terms_not_newest" | "already_confirmed" | SecondPersonFault };

/**
 * Confirms the newest terms as a person who did not draft them. Consents to earlier terms do not carry over: from here
 * on every merchant is asked anew, and versions proposed before keep the terms that they were proposed under.
 */
export async function confirmProgramTerms(scope: OperatorScope, termsId: string): Promise<TermsConfirmation> {
  const userId = scope.actor.kind === "user" ? scope.actor.id : null;
  if (userId === null) return { ok: false, reason: "person_unknown" };
  return await withScope(scope, async (tx): Promise<TermsConfirmation> => {
    const found = await terms.findProgramTerms(tx, termsId);
    if (!found) throw notFound("terms");
    await lockProgram(tx, found.program_id);
    const [newest] = await terms.listProgramTerms(tx, found.program_id);
    if (newest?.id !== termsId) return { ok: false, reason: "terms_not_newest" };
    if (newest.confirmed_by) return { ok: false, reason: "already_confirmed" };
    const fault = await terms.findConfirmFault(tx, termsId, userId);
    if (fault) return { ok: false, reason: fault };
    await terms.setConfirmed(tx, termsId, userId, now());
    await audit(tx, scope, {
      action: "program_terms.confirmed",
      subjectKind: "program",
      subjectId: found.program_id,
      after: { version: found.version, noticeDays: found.notice_days },
    });
    return { ok: true };
  });
}

/** The terms that hold, those that wait for a second person, and which merchants consent. */
export async function readOperatorTerms(scope: OperatorScope, programId: string): Promise<OperatorTermsView> {
  return await withScope(scope, async (tx) => {
    const program = await getProgram(tx, programId);
    const all = await terms.listProgramTerms(tx, program.id);
    const current = all.find(({ confirmed_at }) => confirmed_at !== null) ?? null;
    const waiting = all[0] && all[0].confirmed_at === null ? all[0] : null;
    const consents = await terms.listConsents(tx, current ? [current.id] : []);
    const userId = scope.actor.kind === "user" ? scope.actor.id : null;
    const merchants = await listMerchantsOf(tx, program.id);
    return {
      current: current && presentTerms(current),
      waiting: waiting && presentTerms(waiting),
      ownFault: waiting && userId ? await terms.findConfirmFault(tx, waiting.id, userId) : null,
      merchants: merchants.map(({ id, slug, name, joined_at }) => ({
        party: { id: toPublicId("organisation", id), slug, name, kind: "merchant" },
        joinedAt: joined_at.toISOString(),
        consentedAt:
          consents.find(({ organisation_id }) => organisation_id === id)?.given_at.toISOString() ?? null,
      })),
    };
  });
}
