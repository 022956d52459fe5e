import { learnHabits as addToHabits, lockLearning } from "@/server/fraud/service";
import { withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { findProgramIds, observeCaptures } from "../repository/observe-habits";

const platform = mintSystemScope("payments");

/**
 * Teaches the fraud screen the amounts of what was captured since it last looked; true when there is more. A capture
 * that commits after a later one was learned from is left out: a habit is a statistic, not an account.
 */
export async function learnHabits(limit = 5_000): Promise<boolean> {
  const programs = await withScope(platform, findProgramIds);
  let more = false;
  for (const programId of programs) {
    await withScope(platform, async (tx) => {
      const after = await lockLearning(tx, programId);
      const observed = await observeCaptures(tx, programId, after, limit);
      if (observed.through === after) return;
      await addToHabits(tx, programId, observed.seen, observed.through);
      more ||= observed.more;
    });
  }
  return more;
}
