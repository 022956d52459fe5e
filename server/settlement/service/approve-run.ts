/** The second pair of eyes: somebody else than who closed the period lets a run's payouts go. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import type { OperatorScope } from "@/server/platform/scope";
import type { RunState } from "../constants";
import { emitPayoutsChanged, emitRunChanged } from "../events";
import { lockProgram } from "../repository/read-program";
import { raiseException, resolveException } from "../repository/write-exception";
import { findPayouts, type PayoutRow } from "../repository/write-payout";
import * as runs from "../repository/write-run";
import { type ApprovalRefusal, maskAccount, refuseApproval } from "../rules/decide-payout";

export type ApproveResult =
  | { ok: true; state: RunState; waitsForSecond?: true }
  | { ok: false; reason: ApprovalRefusal };

/**
 * Approves a calculated run with all its proposed payouts that can go: those of parties that are not held and have an
 * account in use. `revision` and `sha256` are those that the approver saw; any change since then refuses. A run that the
 * calendar closed has no creator, so the first who approves it signs, and the second lets it go. The database holds
 * the same rules, and keeps the hash of what was approved until it is sent.
 */
export async function approveRun(
  scope: OperatorScope,
  runId: string,
  revision: number,
  sha256?: string,
): Promise<ApproveResult> {
  return await withScope(scope, async (tx): Promise<ApproveResult> => {
    const seen = await runs.findRun(tx, runId);
    if (!seen) throw notFound("settlement run");
    await lockProgram(tx, seen.program_id);
    const run = await runs.findRun(tx, runId, "for update");
    if (!run) throw notFound("settlement run");
    const payable = await runs.readPayable(tx, runId);
    const userId = scope.actor.kind === "user" ? scope.actor.id : null;
    const refusal = refuseApproval(
      { state: run.state, revision: run.revision, proposed: payable.proposed },
      { userId, revision },
    );
    if (refusal || userId === null) return { ok: false, reason: refusal ?? "approver_unknown" };
    if (sha256 !== undefined && sha256 !== payable.sha256) return { ok: false, reason: "revision_changed" };
    if (payable.proposed > 0 && payable.payouts.length === 0) {
      await noteMissingAccounts(tx, runId);
      return { ok: false, reason: "nothing_payable" };
    }
    const at = now();
    if (run.signed_by === null) {
      await runs.sign(tx, runId, { userId, at });
      await audit(tx, scope, {
        action: "run.signed",
        subjectKind: "settlement_run",
        subjectId: runId,
        after: { revision, sha256: payable.sha256 },
      });
      return { ok: true, state: run.state, waitsForSecond: true };
    }
    const fault = await runs.approverFault(tx, runId, userId);
    if (fault) return { ok: false, reason: FAULTS[fault] ?? "approver_is_creator" };
    const going = payable.payouts.map((payout) => ({
      ...payout,
      label: maskAccount(payout.bank_name, payout.account),
    }));
    if (!(await runs.approve(tx, runId, { userId, at, revision }, going)))
      return { ok: false, reason: "revision_changed" };
    await audit(tx, scope, {
      action: "run.approved",
      subjectKind: "settlement_run",
      subjectId: runId,
      before: { state: run.state },
      after: { state: "approved", revision, sha256: payable.sha256, payouts: going.length },
    });
    const ids = new Set(going.map(({ payout_id }) => payout_id));
    const payouts = await noteMissingAccounts(tx, runId);
    await emitPayoutsChanged(
      tx,
      payouts.filter(({ id }) => ids.has(id)),
      "approved",
    );
    const state = (await runs.followPayouts(tx, runId, at)) ?? "approved";
    await emitRunChanged(tx, run, state);
    return { ok: true, state };
  });
}

const FAULTS: Record<string, ApprovalRefusal> = {
  same_person: "approver_is_creator",
  invited_by_other: "invited_by_other",
  account_too_new: "account_too_new",
  proposed_adjustment: "approver_proposed_adjustment",
};

/** An exception for each payout that nobody could approve because its party has no account; gives all of the run. */
async function noteMissingAccounts(tx: SqlTx, runId: string): Promise<PayoutRow[]> {
  const payouts = await findPayouts(tx, { runId });
  const payable = new Set((await runs.readPayable(tx, runId)).payouts.map(({ payout_id }) => payout_id));
  const held = await runs.listHeldParties(tx, runId);
  for (const payout of payouts) {
    const facts = { programId: payout.program_id, kind: "bank_account_missing", subjectId: payout.id };
    if (payout.state !== "proposed" || payable.has(payout.id) || held.has(payout.party_id)) {
      await resolveException(tx, facts, "The payout was approved.", now());
      continue;
    }
    const sentence = `Payout ${payout.reference} cannot be approved: its party has no bank account in use in ${payout.currency}.`;
    await raiseException(tx, { ...facts, subjectKind: "payout", sentence, detail: {} }, now());
  }
  return payouts;
}
