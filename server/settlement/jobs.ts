/** What settlement does by itself. Each may be called at any time, by several processes, and stopped at any moment. */
import { withScope } from "@/server/platform/db";
import type { RepeatedJob } from "@/server/platform/jobs";
import { loggerFor } from "@/server/platform/logger";
import { mintSystemScope } from "@/server/platform/scope";
import { listProgramIds } from "./repository/read-program";
import { allocatePending } from "./service/allocate-pending";
import { expireProposals } from "./service/answer-proposal";
import { finishRuns } from "./service/close-period";
import { advanceAgreements } from "./service/settle-agreement";
import { simulateProposals } from "./service/simulate-agreement";

const log = loggerFor("settlement");

/** Every program's captured payments and refunds. One program's trouble does not hold up the others. */
export async function allocateAllPrograms(): Promise<number> {
  const programs = await withScope(mintSystemScope("allocator"), (tx) => listProgramIds(tx));
  let done = 0;
  for (const programId of programs) {
    try {
      const { payments, refunds } = await allocatePending(programId);
      done += payments + refunds;
    } catch (error) {
      log.error({ err: error, programId }, "allocation failed; it is tried again with the next round");
    }
  }
  return done;
}

export const jobs: readonly RepeatedJob[] = [
  { name: "settlement.allocate", everyMs: 1_000, run: allocateAllPrograms },
  { name: "settlement.agreements", everyMs: 5_000, run: advanceAgreements },
  { name: "settlement.expire-proposals", everyMs: 60_000, run: expireProposals },
  { name: "settlement.simulate-proposals", everyMs: 5_000, run: simulateProposals },
  { name: "settlement.finish-runs", everyMs: 5_000, run: finishRuns },
];
