/**
 * The proof as the console starts it: one at a time in a process, in the background, watched by asking. Its result
 * goes into the audit log, which is also where the last one is read from after a restart.
 */
import { audit, listAuditEntries } from "@/server/audit/service";
import { namesOf } from "@/server/identity/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { loggerFor } from "@/server/platform/logger";
import type { OperatorScope } from "@/server/platform/scope";
import { type ProofRecord, type ProofView, proofRecord } from "./schema";
import { exportHead, type Finding, listTransfers, type VerifyResult, verifyLedger } from "./service";

const log = loggerFor("ledger");
const ACTION = "ledger.verified";
const MOST_FINDINGS = 50;

interface Running {
  startedAt: Date;
  parts: Map<string, { part: string; done: number; total: number }>;
  findings: Finding[];
}

let running: Running | null = null;
let failure: string | null = null;

/** Starts a proof unless one runs already in this process; tells whether it did. */
export function startProof(scope: OperatorScope): boolean {
  if (running) return false;
  running = { startedAt: now(), parts: new Map(), findings: [] };
  failure = null;
  void prove(scope, running)
    .catch((error: unknown) => {
      log.error({ err: error }, "a proof of the ledger did not come to its end");
      failure = "The proof did not come to its end; the server's log says why. Start it again.";
    })
    .finally(() => {
      running = null;
    });
  return true;
}

async function prove(scope: OperatorScope, run: Running): Promise<void> {
  const began = performance.now();
  await withScope(scope, async (tx) => {
    run.parts.clear();
    run.findings = [];
    let result: VerifyResult | null = null;
    for await (const step of verifyLedger(tx)) {
      if (step.type === "progress") {
        const { part, done, total } = step;
        run.parts.set(part, { part, done, total });
      }
      if (step.type === "finding" && run.findings.length < MOST_FINDINGS) run.findings.push(step.finding);
      if (step.type === "result") result = step.result;
    }
    if (!result) throw new Error("a proof ends with its result");
    await audit(tx, scope, {
      action: ACTION,
      subjectKind: "ledger",
      subjectId: null,
      after: {
        seconds: Math.round((performance.now() - began) / 10) / 100,
        result: inNumbers(result),
        findings: run.findings.map(inWords),
      },
    });
  });
}

function inNumbers(result: VerifyResult): ProofRecord["result"] {
  return {
    ok: result.ok,
    accounts: Number(result.accounts),
    transfers: Number(result.transfers),
    blocks: Number(result.blocks),
    sealedThrough: Number(result.sealedThrough),
    gaps: Number(result.gaps),
    broken: result.broken,
    notices: result.notices,
  };
}

/** The chain's head, the proof that runs, and the last one that came to its end, whoever started it. */
export async function readProof(scope: OperatorScope): Promise<ProofView> {
  // Taken first: a proof that ends while the rest is read has its result there, and is asked for once more.
  const current = running;
  const { head, newest } = await withScope(scope, async (tx) => ({
    head: await exportHead(tx),
    newest: (await listTransfers(tx, { limit: 1 })).rows[0],
  }));
  const { entries } = await listAuditEntries(scope, { action: ACTION }, { beforeSeq: null, limit: 1 });
  const entry = entries[0];
  const kept = entry ? proofRecord.safeParse(entry.after) : null;
  const users = entry?.actorKind === "user" && entry.actorId ? [entry.actorId] : [];
  const names = await namesOf(scope, { users, organisations: [] });
  return {
    head: head && {
      ...head,
      height: head.height.toString(),
      firstSeq: head.firstSeq.toString(),
      lastSeq: head.lastSeq.toString(),
      sealedAt: head.sealedAt.toISOString(),
    },
    newestSequence: newest?.seq.toString() ?? null,
    running: current && {
      startedAt: current.startedAt.toISOString(),
      parts: [...current.parts.values()],
      findings: current.findings.map(inWords),
    },
    last:
      entry && kept?.success
        ? { at: entry.at.toISOString(), by: names.users.get(users[0] ?? "") ?? null, ...kept.data }
        : null,
    failure,
  };
}

const inWords = ({ severity, part, message }: Finding) => ({ severity, part, message });
