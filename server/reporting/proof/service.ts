/**
 * The proof of the whole: figures against what they are made of, rows against their log, the log against its chain, the
 * guards against what the migrations left, and the ledger. Reads only. Each check is its own transaction and answers
 * with the first contradictions; nothing grows with the data but the time.
 */
import { createHash } from "node:crypto";
import { audit, listAuditEntries } from "@/server/audit/service";
import { namesOf } from "@/server/identity/service";
import { verifyLedgerAtOnce } from "@/server/ledger/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { openRound } from "@/server/platform/job-items";
import { loggerFor } from "@/server/platform/logger";
import { mintSystemScope, type OperatorScope, type PlatformScope } from "@/server/platform/scope";
import { hashTerms } from "@/server/settlement/service/hash-terms";
import { makeReportText } from "../exports/service";
import * as evidence from "./repository/check-evidence";
import * as settlement from "./repository/check-settlement";
import * as seals from "./repository/seal-evidence";
import { type CheckName, type CheckResult, type WholeProof, type WholeProofView, wholeProof } from "./schema";
import type { Found } from "./types";

const log = loggerFor("proof");
const ACTION = "platform.verified";
const MOST = 20;
const FIRST = "00000000-0000-0000-0000-000000000000";

export interface ExportedHead {
  height: bigint;
  hash: string;
}

export interface ProveOptions {
  /** A head that was exported earlier; the chain must contain it unchanged. */
  head?: ExportedHead | undefined;
}

type Check = { check: CheckName; title: string; run: (tx: SqlTx, options: ProveOptions) => Promise<Found> };

const CHECKS: readonly Check[] = [
  {
    check: "guards",
    title: "Guards of the tables stand as the migrations left them",
    run: evidence.checkGuards,
  },
  { check: "chain", title: "Sealed blocks of the log hashed again", run: checkChainAndHead },
  { check: "log", title: "Entries of the log are what their hashes are over", run: evidence.checkLog },
  { check: "rows", title: "Rows are as they were recorded", run: evidence.checkRows },
  { check: "batches", title: "Legs are as they were written", run: evidence.checkBatches },
  { check: "legs", title: "Legs add up to their payments and refunds", run: settlement.checkLegs },
  { check: "totals", title: "Sums of periods are those of the legs", run: settlement.checkTotals },
  { check: "ledger_shares", title: "The ledger moved what the legs say", run: settlement.checkLedgerShares },
  {
    check: "statements",
    title: "Statements are their legs, lines and corrections",
    run: settlement.checkStatements,
  },
  {
    check: "payouts",
    title: "Payouts are their statements and the ledger's holds",
    run: settlement.checkPayouts,
  },
  { check: "approvals", title: "Approvals have two people who are two", run: settlement.checkApprovals },
  { check: "terms", title: "Agreements are the terms that were agreed", run: checkTerms },
  { check: "reports", title: "Reports are the ones that were made", run: checkReports },
  { check: "ledger", title: "The ledger's own proof", run: checkLedger },
];

/** The chain, the head that was exported, and the head that the last proof saw: blocks do not go from its end. */
async function checkChainAndHead(tx: SqlTx, { head }: ProveOptions): Promise<Found> {
  const found = await evidence.checkChain(tx);
  for (const known of [head, await evidence.findHeadOfLastProof(tx, ACTION)]) {
    if (!known) continue;
    const seen = await evidence.checkHead(tx, known);
    found.broken += seen.broken;
    found.findings.push(...seen.findings);
  }
  return found;
}

async function checkTerms(tx: SqlTx): Promise<Found> {
  const found: Found = { broken: 0, findings: [] };
  for (let after = FIRST; ; ) {
    const page = await settlement.listTerms(tx, after, 200);
    for (const { id, terms, terms_sha256 } of page) {
      if (hashTerms(terms) !== terms_sha256)
        note(found, `agreement ${id}`, "its terms are not those of its hash");
      after = id;
    }
    if (page.length < 200) return found;
  }
}

/** Makes every report again, as a stream, and compares its hash with that of the first time. */
async function checkReports(tx: SqlTx): Promise<Found> {
  const found: Found = { broken: 0, findings: [] };
  for (let after = FIRST; ; ) {
    const page = await settlement.listHashedStatements(tx, after, 200);
    for (const { id, report_sha256 } of page) {
      const made = await makeReportText(id);
      if (!made.ok) note(found, `statement ${id}`, `its report cannot be made: ${made.reason}`);
      else {
        const hash = createHash("sha256");
        try {
          for await (const chunk of made.chunks()) hash.update(chunk);
          if (hash.digest("hex") !== report_sha256)
            note(found, `statement ${id}`, "its report is not the one that was made");
        } catch (error) {
          if (!(error instanceof Error) || error.name !== "ReportDiffersError") throw error;
          note(found, `statement ${id}`, error.message);
        }
      }
      after = id;
    }
    if (page.length < 200) return found;
  }
}

async function checkLedger(tx: SqlTx): Promise<Found> {
  const { result, findings } = await verifyLedgerAtOnce(tx);
  const inWords = (severity: string) =>
    findings
      .filter((finding) => finding.severity === severity)
      .slice(0, MOST)
      .map(({ part, message }) => ({ subject: part, message }));
  return { broken: result.broken, findings: inWords("broken"), notices: inWords("notice") };
}

function note(found: Found, subject: string, message: string): void {
  found.broken += 1;
  if (found.findings.length < MOST) found.findings.push({ subject, message });
}

/** Runs every check and yields each result as it comes. */
export async function* proveWhole(options: ProveOptions = {}): AsyncGenerator<CheckResult> {
  for (const { check, title, run } of CHECKS) {
    const began = performance.now();
    const found = await withScope(mintSystemScope("proof"), async (tx) => {
      // Millions of rows are read in one statement; the pool's limits are for requests.
      await tx.query("set local statement_timeout = 0");
      await tx.query("set local idle_in_transaction_session_timeout = 0");
      return await run(tx, options);
    });
    yield {
      check,
      title,
      ok: found.broken === 0,
      broken: found.broken,
      findings: found.findings,
      notices: found.notices ?? [],
      seconds: Math.round((performance.now() - began) / 10) / 100,
    };
  }
}

export const CHECK_COUNT = CHECKS.length;

function sum(checks: CheckResult[]): WholeProof {
  const broken = checks.reduce((all, each) => all + each.broken, 0);
  const seconds = checks.reduce((all, each) => all + each.seconds, 0);
  return { ok: broken === 0, broken, seconds: Math.round(seconds * 100) / 100, checks };
}

/** The whole proof, with its result in the audit log, from which the console reads the last one. */
export async function proveAndRecord(
  scope: PlatformScope,
  onCheck: (result: CheckResult) => void = () => {},
  options: ProveOptions = {},
): Promise<WholeProof> {
  const checks: CheckResult[] = [];
  for await (const result of proveWhole(options)) {
    checks.push(result);
    onCheck(result);
    if (!result.ok)
      log.error({ check: result.check, findings: result.findings }, "the proof found contradictions");
  }
  const proof = sum(checks);
  await withScope(scope, async (tx) => {
    const head = await evidence.findHead(tx);
    const after = { ...proof, head: head && { height: Number(head.height), hash: head.hash } };
    await audit(tx, scope, { action: ACTION, subjectKind: "platform", subjectId: null, after });
  });
  return proof;
}

let running: { startedAt: Date; done: CheckResult[] } | null = null;
let failure: string | null = null;

/** Starts the proof in the background unless one runs already in this process; tells whether it did. */
export function startWholeProof(scope: OperatorScope): boolean {
  if (running) return false;
  const run = { startedAt: now(), done: [] as CheckResult[] };
  running = run;
  failure = null;
  void proveAndRecord(scope, (result) => run.done.push(result))
    .catch((error: unknown) => {
      log.error({ err: error }, "the proof did not come to its end");
      failure = "The proof did not come to its end; the server's log says why. Start it again.";
    })
    .finally(() => {
      running = null;
    });
  return true;
}

/** The proof that runs, and the last one that came to its end, whoever started it. */
export async function readWholeProof(scope: OperatorScope): Promise<WholeProofView> {
  const current = running;
  const { entries } = await listAuditEntries(scope, { action: ACTION }, { beforeSeq: null, limit: 1 });
  const entry = entries[0];
  const kept = entry ? wholeProof.safeParse(entry.after) : null;
  const users = entry?.actorKind === "user" && entry.actorId ? [entry.actorId] : [];
  const names = await namesOf(scope, { users, organisations: [] });
  return {
    running: current && {
      startedAt: current.startedAt.toISOString(),
      done: [...current.done],
      total: CHECK_COUNT,
    },
    last:
      entry && kept?.success
        ? { at: entry.at.toISOString(), by: names.users.get(users[0] ?? "") ?? null, ...kept.data }
        : null,
    failure,
  };
}

/** The newest sealed block of the log, to be kept where nobody of the platform can write; null when nothing is sealed. */
export async function readEvidenceHead(scope: PlatformScope): Promise<ExportedHead | null> {
  return await withScope(scope, (tx) => evidence.findHead(tx));
}

/** When the last proof came to its end. */
export async function lastProofAt(scope: PlatformScope): Promise<Date | null> {
  const { entries } = await listAuditEntries(scope, { action: ACTION }, { beforeSeq: null, limit: 1 });
  return entries[0]?.at ?? null;
}

const SEAL_BATCH = 10_000;

/**
 * Seals the next entries of the log; null when there is nothing to seal yet. A chain has no gaps: what comes before an
 * entry that cannot be sealed is sealed, what comes after it waits.
 */
export async function sealEvidence(): Promise<bigint | null> {
  const scope = mintSystemScope("evidence");
  const round = await openRound("proof.seal-evidence");
  return await round.attemptInOrder(
    SEAL_BATCH,
    (limit) => withScope(scope, (tx) => seals.sealEvidence(tx, limit)),
    async () => ({ id: `entry ${await withScope(scope, seals.findNextToSeal)}`, programId: null }),
  );
}
