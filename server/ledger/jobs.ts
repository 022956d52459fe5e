/** The worker's loops for the ledger: pending transfers whose time is over, and the hash chain over what is posted. */
import { withScope } from "@/server/platform/db";
import type { RepeatedJob } from "@/server/platform/jobs";
import { mintSystemScope } from "@/server/platform/scope";
import { expirePending, sealNextBlock } from "./service";

const platform = mintSystemScope("ledger");
const EXPIRY_BATCH = 100;

export const jobs: readonly RepeatedJob[] = [
  {
    name: "ledger.expire-pending",
    everyMs: 2_000,
    run: async () => (await withScope(platform, (tx) => expirePending(tx, EXPIRY_BATCH))) === EXPIRY_BATCH,
  },
  {
    name: "ledger.seal-blocks",
    everyMs: 2_000,
    run: async () => (await withScope(platform, (tx) => sealNextBlock(tx))) !== null,
  },
];
