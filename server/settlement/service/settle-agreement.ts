/** What follows from the answers to a proposal, drawn in the transaction of the answer, and the worker's round. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant, notFound } from "@/server/platform/errors";
import { type JobRound, openRound } from "@/server/platform/job-items";
import { mintSystemScope } from "@/server/platform/scope";
import { emitAgreementEvents } from "../events";
import { lockProgram } from "../repository/read-program";
import { findExpiry, listStanding } from "../repository/read-standing";
import * as agreements from "../repository/write-agreement";
import { raiseException, resolveException } from "../repository/write-exception";

/** Under which answers are counted and versions come into force; nobody of the operator acts in it. */
export const AGREEMENTS_SCOPE = mintSystemScope("agreements");

export type ProposalState = "proposed" | "approved" | "in_force" | "rejected";

/**
 * Draws the consequence of what everybody has said so far: rejected when one has rejected or time has run out, approved
 * when the operator's second person and everybody whose money it touches agree. A proposal whose date comes before that
 * waits, and governs from the moment of the last answer. Runs in a system scope, under the program's lock; calling it
 * again does no harm.
 */
export async function settleProposal(tx: SqlTx, agreementId: string): Promise<ProposalState> {
  const found = await agreements.findAgreement(tx, agreementId, "for update");
  if (!found) throw notFound("agreement");
  if (found.state !== "proposed") return asProposalState(found.state);
  const at = now();
  const asked = await agreements.askRequired(tx, agreementId, at);
  await emitAgreementEvents(tx, found, "agreement.proposed", asked);
  const standing = await listStanding(tx, [agreementId], at);
  const everybody = standing.map(({ organisation_id }) => organisation_id);
  const rejection = standing.find(({ answer }) => answer === "rejected");
  const expiry = await findExpiry(tx, agreementId);
  if (rejection || (expiry && at > expiry)) {
    const outcome = rejection ? "rejected" : "expired";
    await agreements.setRejected(tx, agreementId, {
      at,
      outcome,
      by: null,
      reason: rejection ? rejection.reason : null,
    });
    await audit(tx, AGREEMENTS_SCOPE, {
      action: `agreement.${rejection ? "refused" : "expired"}`,
      subjectKind: "agreement",
      subjectId: agreementId,
    });
    await emitAgreementEvents(tx, found, "agreement.decided", everybody);
    return "rejected";
  }
  const waits = standing.some(({ because, agreed }) => because !== null && !agreed);
  if (waits || found.operator_approved_by === null) return "proposed";
  const late = found.effective_from < at && (await agreements.hasGoverningVersion(tx, found.program_id, at));
  // Of two that would begin at one moment the one accepted later governs later.
  const governsFrom = await agreements.firstFreeMoment(
    tx,
    found.program_id,
    late ? at : found.effective_from,
  );
  await agreements.setApproved(tx, agreementId, at, governsFrom);
  await audit(tx, AGREEMENTS_SCOPE, {
    action: "agreement.accepted",
    subjectKind: "agreement",
    subjectId: agreementId,
    after: {
      governsFrom: governsFrom.toISOString(),
      bySilence: standing.filter(({ answer, because }) => because !== null && answer === null).length,
    },
  });
  await emitAgreementEvents(tx, found, "agreement.decided", everybody);
  const changed = await agreements.flipVersions(tx, found.program_id, at);
  return changed.some(({ id, state }) => id === agreementId && state === "in_force")
    ? "in_force"
    : "approved";
}

function asProposalState(state: string): ProposalState {
  if (state === "rejected" || state === "in_force" || state === "approved") return state;
  invariant(state === "superseded", "only what was proposed is settled");
  return "approved";
}

/**
 * One round over every program: notices that have run out, proposals that expire, versions whose date has come. A
 * version that fails is recorded as an exception of its program and does not hold up any other.
 */
export async function advanceAgreements(): Promise<number> {
  const { proposals, programs } = await withScope(AGREEMENTS_SCOPE, async (tx) => ({
    proposals: await agreements.listProposals(tx),
    programs: await agreements.listProgramsToFlip(tx, now()),
  }));
  const round = await openRound("settlement.agreements");
  let moved = 0;
  for (const { id, program_id } of proposals) {
    const subject = { programId: program_id, subjectKind: "agreement", subjectId: id };
    const state = await isolated(round, subject, (tx) => settleProposal(tx, id));
    if (state !== null && state !== "proposed") moved += 1;
  }
  for (const programId of programs) {
    const subject = { programId, subjectKind: "program", subjectId: programId };
    const changed = await isolated(round, subject, (tx) => agreements.flipVersions(tx, programId, now()));
    moved += changed?.length ?? 0;
  }
  return moved;
}

const STUCK = "agreement_stuck";

/** What fails is an exception of its program too: whoever looks after it sees it where they work. */
async function isolated<T>(
  round: JobRound,
  subject: { programId: string; subjectKind: string; subjectId: string },
  work: (tx: SqlTx) => Promise<T>,
): Promise<T | null> {
  const { subjectId: id, programId } = subject;
  if (round.isWaiting(id)) return null;
  const attempt = await round.attempt({ id, programId }, () =>
    withScope(AGREEMENTS_SCOPE, async (tx) => {
      await lockProgram(tx, programId);
      const value = await work(tx);
      await resolveException(tx, { ...subject, kind: STUCK }, "It went on by itself.", now());
      return value;
    }),
  );
  if (attempt.ok) return attempt.value;
  const { error } = attempt;
  await withScope(AGREEMENTS_SCOPE, (tx) =>
    raiseException(
      tx,
      {
        ...subject,
        kind: STUCK,
        sentence:
          "A version of the agreement cannot go on by itself. It is tried again after growing pauses.",
        detail: { error: error instanceof Error ? error.message : String(error) },
      },
      now(),
    ),
  );
  return null;
}
