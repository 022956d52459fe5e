/** What settlement does by itself. Each may be called at any time, by several processes, and stopped at any moment. */
import { withScope } from "@/server/platform/db";
import { openRound } from "@/server/platform/job-items";
import type { RepeatedJob } from "@/server/platform/jobs";
import { mintSystemScope } from "@/server/platform/scope";
import { listProgramIds } from "./repository/read-program";
import { ALLOCATE_JOB, allocatePending } from "./service/allocate-pending";
import { expireProposals } from "./service/answer-proposal";
import { closeDuePeriods } from "./service/close-by-calendar";
import { finishRuns } from "./service/close-period";
import { startRestedAccounts } from "./service/manage-bank-account";
import { advanceAgreements } from "./service/settle-agreement";
import { simulateProposals } from "./service/simulate-agreement";

/** Every program's captured payments and refunds. One program's trouble does not hold up the others. */
export async function allocateAllPrograms(): Promise<number> {
  const programs = await withScope(mintSystemScope("allocator"), (tx) => listProgramIds(tx));
  const round = await openRound(ALLOCATE_JOB);
  let done = 0;
  for (const programId of programs) {
    if (round.isWaiting(programId)) continue;
    const attempt = await round.attempt({ id: programId, programId }, () =>
      allocatePending(programId, Number.POSITIVE_INFINITY, { round }),
    );
    if (attempt.ok) done += attempt.value.payments + attempt.value.refunds;
  }
  return done;
}

export const jobs: readonly RepeatedJob[] = [
  { name: "settlement.allocate", everyMs: 1_000, run: allocateAllPrograms },
  { name: "settlement.agreements", everyMs: 5_000, run: advanceAgreements },
  { name: "settlement.start-rested-accounts", everyMs: 30_000, run: startRestedAccounts },
  { name: "settlement.expire-proposals", everyMs: 60_000, run: expireProposals },
  { name: "settlement.simulate-proposals", everyMs: 5_000, run: simulateProposals },
  { name: "settlement.close-periods", everyMs: 5_000, run: closeDuePeriods },
  { name: "settlement.finish-runs", everyMs: 5_000, run: finishRuns },
];
