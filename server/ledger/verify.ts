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
  /** About how many legs of accounts' histories one statement walks. */
  legsPerStep?: number;
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

  let walked = 0;
  for (const side of ["debit", "credit"] as const) {
    for await (const { breaks, legs } of walkHistories(tx, side, options.legsPerStep ?? 50_000)) {
      for (const found of breaks) {
        yield report({
          severity: "broken",
          part: "counters",
          message: `Transfer ${found.transferId} (seq ${found.seq}), account ${found.accountId}: ${found.what}.`,
          accountId: found.accountId,
          transferId: found.transferId,
          seq: found.seq,
        });
      }
      walked += legs;
      const total = Math.max(walked, Number(counts.transfers) * 2);
      yield { type: "progress", part: "counters", done: walked, total };
    }
    for (const { accountId } of await proof.findFreeCounters(tx, side)) {
      yield report({
        severity: "broken",
        part: "counters",
        message: `Account ${accountId}: the account has ${side} counters but no transfer.`,
        accountId,
      });
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
  for (const { accountId, closed } of await proof.findClosedBreaks(tx)) {
    yield report({
      severity: "broken",
      part: "flags",
      message: closed
        ? `Account ${accountId} is closed, and no transfer that closes it holds.`
        : `Account ${accountId} is open, and a transfer that closes it holds.`,
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

/** Each step walks a stretch of accounts, or a part of an account that has more legs than one step takes. */
async function* walkHistories(
  tx: SqlTx,
  side: "debit" | "credit",
  size: number,
): AsyncGenerator<{ breaks: proof.ChainBreak[]; legs: number }> {
  for (const stretch of await proof.planStretches(tx, side, size)) {
    if (stretch.legs <= size * 2 || stretch.from !== stretch.to) {
      const { breaks } = await proof.findBreaks(tx, side, stretch, null, null);
      yield { breaks, legs: stretch.legs };
      continue;
    }
    let left = stretch.legs;
    let since: proof.Standing | null = null;
    do {
      const walk: Awaited<ReturnType<typeof proof.findBreaks>> = await proof.findBreaks(
        tx,
        side,
        stretch,
        size,
        since,
      );
      since = walk.standing;
      yield { breaks: walk.breaks, legs: since ? size : Math.max(left, 0) };
      left -= size;
    } while (since);
  }
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
  if (block.accountsThrough !== null && block.accountsAfter !== (previous?.accountsThrough ?? 0n)) {
    broken(`Block ${block.height} does not seal the accounts that follow on those of the block before it.`);
  }
  const check = await proof.checkBlock(tx, block.height, previous?.lastSeq ?? 0n);
  if (check.badAccount !== null) {
    broken(
      `Block ${block.height}: account ${check.badAccount} is not as it was sealed, or one before it is missing.`,
      {
        accountId: check.badAccount,
      },
    );
  } else if (check.accounts < check.accountsSealed) {
    broken(
      `Block ${block.height}: ${check.accountsSealed - check.accounts} sealed accounts are missing at its end.`,
    );
  }
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
    } else if (findings.length === 0) {
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
