/** What a proof of the whole says, for the console, the command line and the log of proofs. */
import { z } from "zod";

export const CHECK_NAMES = [
  "guards",
  "chain",
  "log",
  "rows",
  "batches",
  "legs",
  "totals",
  "ledger_shares",
  "statements",
  "payouts",
  "approvals",
  "terms",
  "reports",
  "ledger",
] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

export const proofFinding = z.object({
  /** What is wrong: "payout 0193…". */
  subject: z.string(),
  message: z.string(),
});
export type ProofFinding = z.infer<typeof proofFinding>;

export const checkResult = z.object({
  check: z.enum(CHECK_NAMES),
  title: z.string(),
  ok: z.boolean(),
  /** How many were found; the first of them follow. */
  broken: z.number(),
  findings: z.array(proofFinding),
  notices: z.array(proofFinding),
  seconds: z.number(),
});
export type CheckResult = z.infer<typeof checkResult>;

export const wholeProof = z.object({
  ok: z.boolean(),
  broken: z.number(),
  seconds: z.number(),
  checks: z.array(checkResult),
  /** The newest sealed block of the log when it ended. */
  head: z.object({ height: z.number(), hash: z.string() }).nullish(),
});
export type WholeProof = z.infer<typeof wholeProof>;

export const wholeProofView = z.object({
  running: z.object({ startedAt: z.string(), done: z.array(checkResult), total: z.number() }).nullable(),
  last: wholeProof.extend({ at: z.string(), by: z.string().nullable() }).nullable(),
  failure: z.string().nullable(),
});
export type WholeProofView = z.infer<typeof wholeProofView>;
