import { learnHabits as addToHabits, lockLearning } from "@/server/fraud/service";
import { withScope } from "@/server/platform/db";
import { openRound } from "@/server/platform/job-items";
import { mintSystemScope } from "@/server/platform/scope";
import { findProgramIds, observeCaptures } from "../repository/observe-habits";

const platform = mintSystemScope("payments");

/**
 * Teaches the fraud screen the amounts of what was captured since it last looked; true when there is more. A capture
 * that commits after a later one was learned from is left out: a habit is a statistic, not an account.
 */
export async function learnHabits(limit = 5_000): Promise<boolean> {
  const round = await openRound("payments.learn-habits");
  const programs = await withScope(platform, findProgramIds);
  let more = false;
  for (const programId of programs) {
    if (round.isWaiting(programId)) continue;
    const attempt = await round.attempt({ id: programId, programId }, () => learnOf(programId, limit));
    if (attempt.ok) more ||= attempt.value;
  }
  return more;
}

async function learnOf(programId: Parameters<typeof lockLearning>[1], limit: number): Promise<boolean> {
  return await withScope(platform, async (tx) => {
    const after = await lockLearning(tx, programId);
    const observed = await observeCaptures(tx, programId, after, limit);
    if (observed.through === after) return false;
    await addToHabits(tx, programId, observed.seen, observed.through);
    return observed.more;
  });
}
