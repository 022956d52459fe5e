/** One test of a case file against a scratch ledger, step by step. */
import { expirePending } from "../repository/post-events";
import { getAccounts } from "../repository/read-accounts";
import { findTransfersById } from "../repository/read-transfers";
import { answerQuery, comparable, type Query } from "./answer-queries";
import type { Case, Step } from "./read-cases";
import type { ScratchLedger } from "./scratch-ledger";
import { type Memory, type Queued, sendBatch } from "./send-batch";
import { amountOf, codeInFile, uuidOf } from "./translate-values";

export interface Unmet {
  test: string;
  /** Which step of the test, from 1. */
  step: number;
  op: string;
  expected: unknown;
  actual: unknown;
}

export interface Tally {
  expectations: number;
  unmet: Unmet[];
  /** By column that this ledger does not have: how many expectations turn on it, how many values were dropped. */
  absent: Map<string, { expectationsNotAsked: number; valuesDropped: number }>;
}

export function tallyAbsent(
  tally: Tally,
  column: string,
  what: "expectationsNotAsked" | "valuesDropped",
  count = 1,
) {
  const entry = tally.absent.get(column) ?? { expectationsNotAsked: 0, valuesDropped: 0 };
  entry[what] += count;
  tally.absent.set(column, entry);
}

const UNIT_NANOS: Record<string, bigint> = {
  nanoseconds: 1n,
  microseconds: 1_000n,
  milliseconds: 1_000_000n,
  seconds: 1_000_000_000n,
  minutes: 60_000_000_000n,
  hours: 3_600_000_000_000n,
};
const COUNTERS = ["debits_pending", "debits_posted", "credits_pending", "credits_posted"] as const;
const BATCHES = new Set([
  "create_accounts",
  "create_transfers",
  "lookup_accounts",
  "lookup_transfers",
  "get_account_transfers",
  "get_account_balances",
  "query_accounts",
  "query_transfers",
  "get_change_events",
]);

/** Throws what the database throws; the caller then counts the test as broken off. */
export async function runCase(ledger: ScratchLedger, test: Case, tally: Tally): Promise<void> {
  const { tx } = ledger;
  const memory: Memory = { imported: new Set(), data64: new Map(), withHistory: new Set() };
  let batch: Queued[] = [];
  let asked: { step: number; op: Query; rows: string[][] | null; got: string[][] } | null = null;

  const check = (step: number, op: string, expected: unknown, actual: unknown) => {
    tally.expectations++;
    if (JSON.stringify(expected) !== JSON.stringify(actual)) {
      tally.unmet.push({ test: test.name, step, op, expected, actual });
    }
  };
  const notAsked = (column: string) => tallyAbsent(tally, column, "expectationsNotAsked");

  for (const [index, raw] of test.steps.entries()) {
    const step = index + 1;
    try {
      await runStep(raw, step);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      check(step, raw.op, "a value that this ledger can hold", error.message);
    }
  }
  finishQuery();
  for (const { step, kind, expect } of batch) check(step, `create_${kind}`, expect, "never committed");

  async function runStep(raw: Step, step: number): Promise<void> {
    if (raw.op.startsWith("lookup") || raw.op.startsWith("get_")) await expireAll();
    switch (raw.op) {
      case "unknown":
        check(step, raw.name, "an operation of this form", "not understood");
        return;
      case "create_account":
        batch.push({ kind: "account", step, expect: raw.expect, event: raw.event });
        return;
      case "create_transfer":
        batch.push({ kind: "transfer", step, expect: raw.expect, event: raw.event });
        return;
      case "commit":
        finishQuery();
        await commit(step, raw.batch);
        return;
      case "set_balance": {
        const { rowCount } = await tx.query(
          `update ledger.account set debits_pending = $2, debits_posted = $3, credits_pending = $4, credits_posted = $5
           where id = $1`,
          [uuidOf(raw.account), ...COUNTERS.map((name) => amountOf(raw[name]).toString())],
        );
        if (rowCount !== 1) check(step, raw.op, "an account", "there is none of this id");
        return;
      }
      case "advance_clock": {
        const unit = UNIT_NANOS[raw.unit];
        if (!unit) throw new RangeError(`The clock has no unit ${raw.unit}.`);
        await ledger.advance(BigInt(raw.value) * unit);
        await expireAll();
        return;
      }
      case "lookup_account":
        await lookupAccount(step, raw.id, raw.expect);
        return;
      case "lookup_transfer":
        await lookupTransfer(step, raw.id, raw.expect);
        return;
      case "get_account_transfers":
      case "get_account_balances":
      case "query_accounts":
      case "query_transfers":
      case "get_change_events": {
        finishQuery();
        const answer = await answerQuery(tx, raw.op, raw.raw, memory.withHistory);
        if ("absent" in answer) notAsked(answer.absent);
        asked = { step, op: raw.op, rows: "rows" in answer ? answer.rows : null, got: [] };
        return;
      }
      default:
        if (asked && raw.op === `${asked.op}_result`) asked.got.push(raw.raw);
        else check(step, raw.op, "a query before its results", "none was asked");
    }
  }

  async function expireAll(): Promise<void> {
    while (await expirePending(tx, 1000)) {}
  }

  type Expected = Record<string, string | number | boolean> | null;

  async function lookupAccount(step: number, id: string, expected: Expected): Promise<void> {
    const [account] = await getAccounts(tx, [uuidOf(id)]);
    checkFields(
      step,
      "lookup_account",
      expected,
      account
        ? {
            debits_pending: account.debitsPending.toString(),
            debits_posted: account.debitsPosted.toString(),
            credits_pending: account.creditsPending.toString(),
            credits_posted: account.creditsPosted.toString(),
            closed: account.closed,
          }
        : null,
    );
  }

  async function lookupTransfer(step: number, id: string, expected: Expected): Promise<void> {
    const [transfer] = await findTransfersById(tx, [uuidOf(id)]);
    checkFields(
      step,
      "lookup_transfer",
      expected?.exists === false ? null : expected,
      transfer
        ? { exists: true, amount: transfer.amountMicros.toString(), timeout: String(transfer.timeoutSeconds) }
        : null,
    );
  }

  /** Compares the fields that were expected; one that this ledger does not have is named, and the row must be there. */
  function checkFields(
    step: number,
    op: string,
    expected: Expected,
    actual: Record<string, unknown> | null,
  ): void {
    if (!expected || !actual) {
      check(step, op, expected, actual);
      return;
    }
    const wanted: Record<string, unknown> = {};
    const found: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(expected)) {
      if (!(name in actual)) {
        notAsked(`${op}.${name}`);
        continue;
      }
      wanted[name] = typeof value === "boolean" ? value : amountOf(String(value)).toString();
      found[name] = actual[name];
    }
    check(step, op, wanted, found);
  }

  /** A list of rows is compared as a whole, once all results of the query have been read. */
  function finishQuery(): void {
    if (asked?.rows) {
      const { op, rows, got } = asked;
      const pairs = got.map((cells, index) => comparable(op, cells, rows[index]));
      check(
        asked.step,
        op,
        pairs.map(({ wanted }) => wanted),
        [...pairs.map(({ found }) => found), ...rows.slice(got.length)],
      );
    }
    asked = null;
  }

  async function commit(step: number, name: string): Promise<void> {
    const queued = batch;
    batch = [];
    if (!BATCHES.has(name)) {
      check(step, "commit", "a batch of this form", `${name} is not understood`);
      return;
    }
    const stranger = queued.find(({ kind }) => name !== `create_${kind}s`);
    if (stranger) {
      check(stranger.step, `create_${stranger.kind}`, stranger.expect, `committed as ${name}`);
      return;
    }
    if (!name.startsWith("create_")) return;
    const answers = await sendBatch(ledger, queued, memory);
    if (queued.length === 0) check(step, `commit ${name}`, [], answers.codes);
    for (const column of answers.notAsked) notAsked(column);
    for (const column of answers.dropped) tallyAbsent(tally, column, "valuesDropped");
    for (const { queued: item, code } of answers.codes) {
      check(item.step, `create_${item.kind}`, item.expect, codeInFile(code));
    }
    // Ledger time goes on by a little with every event.
    await ledger.advance(BigInt(queued.length + 1) * 1_000n);
  }
}
