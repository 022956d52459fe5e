/** The worker's part: the log of evidence is sealed behind its head, and the whole is proved every night. */
import { now } from "@/server/platform/clock";
import { openRound } from "@/server/platform/job-items";
import type { RepeatedJob } from "@/server/platform/jobs";
import { mintSystemScope } from "@/server/platform/scope";
import { lastProofAt, proveAndRecord, sealEvidence } from "./service";

const platform = mintSystemScope("proof");
/** In UTC; most programs close and pay in daytime. */
const NIGHT_HOUR = 2;
const HOUR_MS = 3_600_000;

/** The newest moment at which a proof was due. */
export function lastNight(at: Date): Date {
  const night = new Date(at);
  night.setUTCHours(NIGHT_HOUR, 0, 0, 0);
  return night > at ? new Date(night.getTime() - 24 * HOUR_MS) : night;
}

export const jobs: readonly RepeatedJob[] = [
  { name: "proof.seal-evidence", everyMs: 2_000, run: async () => (await sealEvidence()) !== null },
  {
    name: "proof.nightly",
    everyMs: 10 * 60_000,
    run: async () => {
      const last = await lastProofAt(platform);
      // A new installation is proved in its first night, not in its first minute.
      if (last ? last >= lastNight(now()) : now().getUTCHours() !== NIGHT_HOUR) return;
      const round = await openRound("proof.nightly");
      const proof = { id: "whole proof", programId: null };
      if (!round.isWaiting(proof.id)) await round.attempt(proof, () => proveAndRecord(platform));
    },
  },
];
