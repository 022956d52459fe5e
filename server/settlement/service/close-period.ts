/** The closing of a program's period: a run is opened here and taken through its steps. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { type Id, newId } from "@/server/platform/ids";
import { openRound } from "@/server/platform/job-items";
import { mintSystemScope, type PlatformScope } from "@/server/platform/scope";
import { emitRunChanged } from "../events";
import { getProgram, lockProgram } from "../repository/read-program";
import { findLastRun, findRunByEnd, insertRun, listUnfinishedRuns } from "../repository/write-run";
import type { Period } from "../rules/compute-period";
import { periodBefore } from "../rules/plan-periods";
import { advanceRun } from "./advance-run";
import { nextPeriod } from "./next-period";

/** So many periods are closed by one request at most. */
const MOST_PERIODS = 400;

export type CloseResult =
  | { ok: true; runId: Id<"settlementRun">; existing: boolean; runs: Id<"settlementRun">[] }
  | { ok: false; reason: "period_not_over" | "period_before_last_run" | "too_many_periods"; message: string }
  | { ok: false; reason: "run_unfinished" | "run_stopped"; runId: Id<"settlementRun">; message: string };

/**
 * Closes a period and calculates statements and payouts. Without `periodEnd` it is the period after the last run's,
 * or for a first run the one of the first payment. A `periodEnd` within a period makes an interim run of what was
 * captured until then; one after several periods closes each of them, in order, as a run of its own: `runs` names all,
 * `runId` the last. Asking for a period that is closed gives its run; what arrived late waits for the next one.
 *
 * A run is stored first and then worked through, so it survives the end of the process: `finishRuns` goes on.
 */
export async function closePeriod(
  scope: PlatformScope,
  programId: string,
  periodEnd?: Date,
): Promise<CloseResult> {
  const closed: Id<"settlementRun">[] = [];
  for (;;) {
    const opened = await openRun(scope, programId, periodEnd);
    if (!opened.ok) return opened;
    const { runId, existing } = opened;
    closed.push(runId);
    const stoppedBy = await finishRun(runId);
    if (stoppedBy) {
      const message = `The run stopped for ${stoppedBy.replaceAll("_", " ")}; nothing was stated. See the exceptions.`;
      return { ok: false, reason: "run_stopped", runId, message };
    }
    if (!opened.further) return { ok: true, runId, existing, runs: closed };
  }
}

type Opened =
  | { ok: true; runId: Id<"settlementRun">; existing: boolean; further: boolean }
  | Extract<CloseResult, { ok: false }>;

/** Stores the next run towards `periodEnd`; `further` says that more follow. */
async function openRun(scope: PlatformScope, programId: string, periodEnd?: Date): Promise<Opened> {
  return await withScope(scope, async (tx): Promise<Opened> => {
    await lockProgram(tx, programId);
    const program = await getProgram(tx, programId);
    const last = await findLastRun(tx, programId);
    if (periodEnd) {
      const same = await findRunByEnd(tx, programId, periodEnd);
      if (same) return { ok: true, runId: same.id as Id<"settlementRun">, existing: true, further: false };
    }
    if (last && (last.state === "open" || last.state === "closing")) {
      const message = last.stopped_by
        ? `The run before is not finished: it stopped for ${last.stopped_by.replaceAll("_", " ")}.`
        : "The run before is not finished yet.";
      return { ok: false, reason: "run_unfinished", runId: last.id as Id<"settlementRun">, message };
    }
    const at = now();
    if (last && periodEnd && periodEnd <= last.period_end) {
      const message = `Everything up to ${last.period_end.toISOString()} is closed already.`;
      return { ok: false, reason: "period_before_last_run", message };
    }
    const { start, end } = await nextPeriod(tx, program, last, periodEnd);
    const until = periodEnd ?? end;
    if (until > at) {
      const message = `The period ends at ${until.toISOString()} and cannot be closed before.`;
      return { ok: false, reason: "period_not_over", message };
    }
    if (isLongWay(periodBefore(program, end), until)) {
      const message = `From ${start.toISOString()} to ${until.toISOString()} are more than ${MOST_PERIODS} periods; close up to an earlier moment first.`;
      return { ok: false, reason: "too_many_periods", message };
    }
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
    return { ok: true, runId, existing: false, further: end < until };
  });
}

/** By the length of one period, which is near enough to refuse what nobody means. */
function isLongWay({ start, end }: Period, until: Date): boolean {
  return until.getTime() - end.getTime() > MOST_PERIODS * (end.getTime() - start.getTime());
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
  const round = await openRound("settlement.finish-runs");
  let finished = 0;
  for (const { id, program_id: programId } of runs) {
    if (round.isWaiting(id)) continue;
    const attempt = await round.attempt({ id, programId }, () => finishRun(id));
    if (attempt.ok && attempt.value === null) finished += 1;
  }
  return finished;
}
