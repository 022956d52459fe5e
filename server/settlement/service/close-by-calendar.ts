/** Periods close at their cut-off without anybody asking. */
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { openRound } from "@/server/platform/job-items";
import { mintSystemScope } from "@/server/platform/scope";
import { getProgram, listProgramIds } from "../repository/read-program";
import { findLastRun } from "../repository/write-run";
import { type CloseResult, closePeriod } from "./close-period";
import { firstWaiting, nextPeriod } from "./next-period";

const system = () => mintSystemScope("settlement calendar");

/**
 * Closes every period that is over, program by program and each program's in order, so that after a standstill those
 * that were missed are made up for one by one. A program begins with its first payment. Gives how many were closed.
 * Nobody is the creator of such a run: two people sign before its payouts go.
 */
export async function closeDuePeriods(): Promise<number> {
  const round = await openRound("settlement.close-periods");
  const programs = await withScope(system(), (tx) => listProgramIds(tx));
  let closed = 0;
  for (const programId of programs) {
    if (round.isWaiting(programId)) continue;
    const attempt = await round.attempt({ id: programId, programId }, () => closeDue(programId));
    if (attempt.ok) closed += attempt.value;
  }
  return closed;
}

async function closeDue(programId: string): Promise<number> {
  let closed = 0;
  for (;;) {
    if (!(await withScope(system(), (tx) => isDue(tx, programId)))) return closed;
    const result: CloseResult = await closePeriod(system(), programId);
    // A run that stopped has its exception and goes on by itself; the periods after it wait for it.
    if (!result.ok) return closed;
    closed += 1;
  }
}

/** Whether the program's next period is over and the run before is through. */
async function isDue(tx: SqlTx, programId: string): Promise<boolean> {
  const program = await getProgram(tx, programId);
  const last = await findLastRun(tx, programId);
  if (last ? last.step !== "done" : (await firstWaiting(tx, program)) === null) return false;
  const { end } = await nextPeriod(tx, program, last);
  return end <= now();
}
