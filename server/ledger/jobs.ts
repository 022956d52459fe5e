/** The worker's loops for the ledger: pending transfers whose time is over, and the hash chain over what is posted. */
import { withScope } from "@/server/platform/db";
import { openRound } from "@/server/platform/job-items";
import type { RepeatedJob } from "@/server/platform/jobs";
import { mintSystemScope } from "@/server/platform/scope";
import { expireThese, findNextToSeal, listExpired, sealNextBlock } from "./service";

const platform = mintSystemScope("ledger");
const EXPIRY_BATCH = 100;
const SEAL_BATCH = 10_000;

export async function releaseExpired(): Promise<boolean> {
  const round = await openRound("ledger.expire-pending");
  const due = await withScope(platform, (tx) => listExpired(tx, EXPIRY_BATCH, round.waiting));
  await round.attemptAll(
    due.map((id) => ({ id, programId: null })),
    (some) =>
      withScope(platform, (tx) =>
        expireThese(
          tx,
          some.map(({ id }) => id),
        ),
      ),
  );
  return due.length === EXPIRY_BATCH;
}

/** A chain has no gaps: what comes before a transfer that cannot be sealed is sealed, what comes after it waits. */
export async function sealBlocks(): Promise<boolean> {
  const round = await openRound("ledger.seal-blocks");
  const height = await round.attemptInOrder(
    SEAL_BATCH,
    (limit) => withScope(platform, (tx) => sealNextBlock(tx, limit)),
    async () => ({ id: `transfer ${await withScope(platform, findNextToSeal)}`, programId: null }),
  );
  return height !== null;
}

export const jobs: readonly RepeatedJob[] = [
  { name: "ledger.expire-pending", everyMs: 2_000, run: releaseExpired },
  { name: "ledger.seal-blocks", everyMs: 2_000, run: sealBlocks },
];
