/** Proof that the ledger's rows say the truth about one another, in steps that a caller can show. Changes nothing. */
import type { SqlTx } from "@/server/platform/db";
import { formatMicros } from "@/server/platform/money";
import { ACCOUNT_CODES } from "./constants";
import * as proof from "./repository/read-proof";

export interface Finding {
  /** "broken": the ledger contradicts itself. "notice": worth a look, such as money waiting in clearing. */
  severity: "broken" | "notice";
  part: "chain" | "counters" | "flags" | "balance" | "sequence" | "clearing" | "guards";
  message: string;
  seq?: bigint;
  transferId?: string;
  accountId?: string;
  blockHeight?: bigint;
}

export interface VerifyResult {
  ok: boolean;
  accounts: bigint;
  transfers: bigint;
  blocks: bigint;
  /** Highest sequence number that is sealed; what is above it is proved by counters only. */
  sealedThrough: bigint;
  /** Numbers that were drawn and rolled back: they are missing for good and nothing is wrong with that. */
  gaps: bigint;
  broken: number;
  notices: number;
}

export type VerifyStep =
  | { type: "progress"; part: string; done: number; total: number }
  | { type: "finding"; finding: Finding }
  | { type: "result"; result: VerifyResult };

export interface VerifyOptions {
  /** A head that was exported earlier; the chain must contain it unchanged. */
  head?: { height: bigint; hash: string };
  /** Accounts whose history is walked by one statement. */
  accountsPerStep?: number;
}

const CHAIN_STEP = 100;

/**
 * Checks the chain of blocks, every account's history of counters, limits, double entry, clearing and the sequence.
 * Yields progress and findings as it goes and the result last. Blocks are named by height, rows by seq and id; of
 * altered rows the one with the lowest sequence number comes first within its part.
 */
export async function* verifyLedger(tx: SqlTx, options: VerifyOptions = {}): AsyncGenerator<VerifyStep> {
  const counts = await proof.countForProof(tx);
  const tally = { broken: 0, notice: 0 };
  const report = (finding: Finding): VerifyStep => {
    tally[finding.severity]++;
    return { type: "finding", finding };
  };

  let after = 0n;
  let previous: proof.Block | null = null;
  let done = 0;
  let headSeen = !options.head;
  for (;;) {
    const blocks: proof.Block[] = await proof.listBlocks(tx, after, CHAIN_STEP);
    if (blocks.length === 0) break;
    for (const block of blocks) {
      for (const finding of await checkBlock(tx, block, previous)) yield report(finding);
      if (options.head && block.height === options.head.height) {
        headSeen = block.hash === options.head.hash.toLowerCase();
      }
      previous = block;
      after = block.height;
      yield { type: "progress", part: "chain", done: ++done, total: Number(counts.blocks) };
    }
  }
  if (!headSeen) {
    yield report({
      severity: "broken",
      part: "chain",
      message: `The chain does not contain the exported head ${options.head?.height} ${options.head?.hash}.`,
    });
  }

  const step = BigInt(options.accountsPerStep ?? 2_000);
  const total = Number((counts.lastNo + step - 1n) / step) * 2;
  let walked = 0;
  for (const side of ["debit", "credit"] as const) {
    for (let from = 1n; from <= counts.lastNo; from += step) {
      for (const found of await proof.findBreaks(tx, side, from, from + step - 1n)) {
        yield report({
          severity: "broken",
          part: "counters",
          message: found.transferId
            ? `Transfer ${found.transferId} (seq ${found.seq}), account ${found.accountId}: ${found.what}.`
            : `Account ${found.accountId}: ${found.what}.`,
          accountId: found.accountId,
          ...(found.transferId ? { transferId: found.transferId } : {}),
          ...(found.seq === null ? {} : { seq: found.seq }),
        });
      }
      yield { type: "progress", part: "counters", done: ++walked, total };
    }
  }

  for (const { accountId } of await proof.findLimitBreaks(tx)) {
    yield report({
      severity: "broken",
      part: "flags",
      message: `Account ${accountId} is past the limit that its flag sets.`,
      accountId,
    });
  }
  for (const row of await proof.findUnbalanced(tx)) {
    yield report({
      severity: "broken",
      part: "balance",
      message: `${row.currency}: debits less credits are ${formatMicros(BigInt(row.posted))} posted and ${formatMicros(BigInt(row.pending))} pending; both must be zero.`,
    });
  }
  for (const { what } of await proof.findSideBreaks(tx)) {
    yield report({ severity: "broken", part: "guards", message: what });
  }
  if (counts.lastSeq > counts.drawn) {
    yield report({
      severity: "broken",
      part: "sequence",
      message: `Transfer ${counts.lastSeq} stands above the sequence, which is at ${counts.drawn}.`,
      seq: counts.lastSeq,
    });
  }
  for (const row of await proof.findNonZero(tx, ACCOUNT_CODES.clearing, 100)) {
    yield report({
      severity: "notice",
      part: "clearing",
      message: `Clearing account ${row.accountId} holds ${formatMicros(row.net)} ${row.currency} that is not allocated yet.`,
      accountId: row.accountId,
    });
  }
  yield { type: "progress", part: "rest", done: 1, total: 1 };

  yield {
    type: "result",
    result: {
      ok: tally.broken === 0,
      accounts: counts.accounts,
      transfers: counts.transfers,
      blocks: counts.blocks,
      sealedThrough: previous?.lastSeq ?? 0n,
      gaps: counts.lastSeq - counts.transfers,
      broken: tally.broken,
      notices: tally.notice,
    },
  };
}

async function checkBlock(tx: SqlTx, block: proof.Block, previous: proof.Block | null): Promise<Finding[]> {
  const findings: Finding[] = [];
  const broken = (message: string, more: Partial<Finding> = {}) =>
    findings.push({ severity: "broken", part: "chain", message, blockHeight: block.height, ...more });
  const expected = previous?.hash ?? "0".repeat(64);
  if (block.height !== (previous?.height ?? 0n) + 1n)
    broken(`A block is missing before block ${block.height}.`);
  if (block.previousHash !== expected) {
    broken(`Block ${block.height} does not name the hash of the block before it.`);
  }
  const check = await proof.checkBlock(tx, block.height, previous?.lastSeq ?? 0n);
  if (check.hash !== block.hash || check.count !== block.transfers) {
    if (check.badSeq !== null && check.badId !== null) {
      broken(
        `Block ${block.height}: transfer ${check.badId} (seq ${check.badSeq}) is not as it was sealed, or one before it is missing.`,
        { seq: check.badSeq, transferId: check.badId },
      );
    } else if (check.count < block.transfers) {
      broken(
        `Block ${block.height}: ${block.transfers - check.count} sealed transfers are missing at its end.`,
      );
    } else {
      broken(`Block ${block.height}: its hash does not fit its rows.`);
    }
  }
  return findings;
}

/** Runs the whole proof and gives its result with all findings, for callers that show no progress. */
export async function verifyLedgerAtOnce(
  tx: SqlTx,
  options: VerifyOptions = {},
): Promise<{ result: VerifyResult; findings: Finding[] }> {
  const findings: Finding[] = [];
  for await (const step of verifyLedger(tx, options)) {
    if (step.type === "finding") findings.push(step.finding);
    if (step.type === "result") return { result: step.result, findings };
  }
  throw new Error("a proof ends with its result");
}
