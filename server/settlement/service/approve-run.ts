/** The second pair of eyes: somebody else than the creator lets a run's payouts go. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import type { OperatorScope } from "@/server/platform/scope";
import type { RunState } from "../constants";
import { emitPayoutsChanged, emitRunChanged } from "../events";
import { lockProgram } from "../repository/read-program";
import { findPayouts } from "../repository/write-payout";
import * as runs from "../repository/write-run";
import { type ApprovalRefusal, refuseApproval } from "../rules/decide-payout";

export type ApproveResult = { ok: true; state: RunState } | { ok: false; reason: ApprovalRefusal };

/**
 * Approves a calculated run with all its proposed payouts. `revision` is the one that the approver saw; any edit since
 * then refuses. The database holds the same rule: an approver who is the creator violates a constraint.
 */
export async function approveRun(
  scope: OperatorScope,
  runId: string,
  revision: number,
): Promise<ApproveResult> {
  return await withScope(scope, async (tx): Promise<ApproveResult> => {
    const seen = await runs.findRun(tx, runId);
    if (!seen) throw notFound("settlement run");
    await lockProgram(tx, seen.program_id);
    const run = await runs.findRun(tx, runId, "for update");
    if (!run) throw notFound("settlement run");
    const userId = scope.actor.kind === "user" ? scope.actor.id : null;
    const refusal = refuseApproval(
      { state: run.state, revision: run.revision, createdBy: run.created_by },
      { userId, revision },
    );
    if (refusal || userId === null) return { ok: false, reason: refusal ?? "approver_unknown" };
    const at = now();
    if (!(await runs.approve(tx, runId, { userId, at, revision })))
      return { ok: false, reason: "revision_changed" };
    await audit(tx, scope, {
      action: "run.approved",
      subjectKind: "settlement_run",
      subjectId: runId,
      before: { state: run.state },
      after: { state: "approved", revision },
    });
    const payouts = await findPayouts(tx, { runId });
    await emitPayoutsChanged(
      tx,
      payouts.filter(({ state }) => state === "approved"),
      "approved",
    );
    const state = (await runs.followPayouts(tx, runId, at)) ?? "approved";
    await emitRunChanged(tx, run, state);
    return { ok: true, state };
  });
}
