/** The closing of a program's period: a run is opened here and taken through its steps. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { type Id, newId } from "@/server/platform/ids";
import { loggerFor } from "@/server/platform/logger";
import { mintSystemScope, type PlatformScope } from "@/server/platform/scope";
import { emitRunChanged } from "../events";
import { getProgram, lockProgram } from "../repository/read-program";
import { findLastRun, insertRun, listUnfinishedRuns } from "../repository/write-run";
import { lastFinishedPeriod, periodOf } from "../rules/compute-period";
import { advanceRun } from "./advance-run";

const log = loggerFor("settlement");

export type CloseResult =
  | { ok: true; runId: Id<"settlementRun">; existing: boolean }
  | { ok: false; reason: "period_not_over" | "period_before_last_run"; message: string }
  | { ok: false; reason: "run_unfinished" | "run_stopped"; runId: Id<"settlementRun">; message: string };

/**
 * Closes a period and calculates statements and payouts. Without `periodEnd` it is the period after the last run's,
 * or for a first run the last one that is over. A `periodEnd` within a period makes an interim run of what was
 * captured until then. Asking for a period that is closed gives its run; what arrived late waits for the next one.
 *
 * The run is stored first and then worked through, so it survives the end of the process: `finishRuns` goes on.
 */
export async function closePeriod(
  scope: PlatformScope,
  programId: string,
  periodEnd?: Date,
): Promise<CloseResult> {
  const opened = await withScope(scope, async (tx): Promise<CloseResult> => {
    await lockProgram(tx, programId);
    const program = await getProgram(tx, programId);
    const last = await findLastRun(tx, programId);
    const lastId = last?.id as Id<"settlementRun"> | undefined;
    if (last && lastId && periodEnd && last.period_end.getTime() === periodEnd.getTime()) {
      return { ok: true, runId: lastId, existing: true };
    }
    if (last && lastId && (last.state === "open" || last.state === "closing")) {
      const message = last.stopped_by
        ? `The run before is not finished: it stopped for ${last.stopped_by.replaceAll("_", " ")}.`
        : "The run before is not finished yet.";
      return { ok: false, reason: "run_unfinished", runId: lastId, message };
    }
    const at = now();
    const end =
      periodEnd ??
      (last
        ? periodOf(last.period_end, program.calendar, program.timeZone).end
        : lastFinishedPeriod(at, program.calendar, program.timeZone).end);
    if (end > at) {
      const message = `The period ends at ${end.toISOString()} and cannot be closed before.`;
      return { ok: false, reason: "period_not_over", message };
    }
    if (last && end <= last.period_end) {
      const message = `Everything up to ${last.period_end.toISOString()} is closed already.`;
      return { ok: false, reason: "period_before_last_run", message };
    }
    const start =
      last?.period_end ?? periodOf(new Date(end.getTime() - 1), program.calendar, program.timeZone).start;
    const runId = newId("settlementRun");
    const createdBy = scope.actor.kind === "user" ? scope.actor.id : null;
    await insertRun(tx, { id: runId, programId, start, end, createdBy, at });
    await audit(tx, scope, {
      action: "run.created",
      subjectKind: "settlement_run",
      subjectId: runId,
      after: { programId, periodStart: start.toISOString(), periodEnd: end.toISOString() },
    });
    await emitRunChanged(tx, { id: runId, program_id: programId }, "open");
    return { ok: true, runId, existing: false };
  });
  if (!opened.ok) return opened;
  const stoppedBy = await finishRun(opened.runId);
  if (!stoppedBy) return opened;
  const message = `The run stopped for ${stoppedBy.replaceAll("_", " ")}; nothing was stated. See the exceptions.`;
  return { ok: false, reason: "run_stopped", runId: opened.runId, message };
}

/** Takes a run to its end, from wherever it stands; gives what stopped it, or null. */
export async function finishRun(runId: string): Promise<string | null> {
  for (;;) {
    const outcome = await advanceRun(runId);
    if (outcome === "done") return null;
    if (outcome !== "advanced") return outcome.stoppedBy;
  }
}

/**
 * Goes on with every run that is not finished: after a crash, or when what stopped it may have passed. Gives how many
 * it finished; the trouble of one does not hold up the others.
 */
export async function finishRuns(): Promise<number> {
  const runs = await withScope(mintSystemScope("settlement"), (tx) => listUnfinishedRuns(tx));
  let finished = 0;
  for (const runId of runs) {
    try {
      if ((await finishRun(runId)) === null) finished += 1;
    } catch (error) {
      log.error({ err: error, runId }, "a run did not go on; it is tried again with the next round");
    }
  }
  return finished;
}
