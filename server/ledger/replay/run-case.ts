/** One test of a case file against a scratch ledger, step by step. */
import type { SqlTx } from "@/server/platform/db";
import {
  type AccountEvent,
  createAccounts,
  expirePending,
  postEvents,
  type TransferEvent,
} from "../repository/post-events";
import { getAccounts } from "../repository/read-accounts";
import { findTransfersById, listTransfersOfAccount } from "../repository/read-transfers";
import type { AccountTransfer } from "../types";
import { amountOf, codeInFile, currencyOf, flagBits, isKnownStep, type Step, uuidOf } from "./read-cases";
import type { ScratchLedger } from "./scratch-ledger";

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

type Batched = { step: number; expect: string } & (
  | { kind: "account"; event: AccountEvent }
  | { kind: "transfer"; event: TransferEvent }
);

const UNIT_MICROS: Record<string, bigint> = {
  microseconds: 1n,
  milliseconds: 1_000n,
  seconds: 1_000_000n,
  minutes: 60_000_000n,
  hours: 3_600_000_000n,
};
const COUNTERS = ["debits_pending", "debits_posted", "credits_pending", "credits_posted"] as const;

export async function runCase(
  ledger: ScratchLedger,
  test: { name: string; steps: readonly unknown[] },
  tally: Tally,
): Promise<void> {
  const { tx } = ledger;
  const withHistory = new Set<string>();
  let batch: Batched[] = [];
  let asked: { step: number; op: string; actual: string[][] | null; got: string[][] } | null = null;

  const check = (step: number, op: string, expected: unknown, actual: unknown) => {
    tally.expectations++;
    if (JSON.stringify(expected) !== JSON.stringify(actual)) {
      tally.unmet.push({ test: test.name, step, op, expected, actual });
    }
  };
  const absent = (column: string, what: "expectationsNotAsked" | "valuesDropped") => {
    const entry = tally.absent.get(column) ?? { expectationsNotAsked: 0, valuesDropped: 0 };
    entry[what]++;
    tally.absent.set(column, entry);
  };

  for (const [index, raw] of test.steps.entries()) {
    const step = index + 1;
    if (!isKnownStep(raw)) {
      check(step, String((raw as { op?: unknown }).op), "an operation of this form", "not understood");
      continue;
    }
    try {
      await runStep(raw, step);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      check(step, raw.op, "a value that this ledger can hold", error.message);
    }
  }
  await finishQuery();

  async function runStep(raw: Step, step: number): Promise<void> {
    if (raw.op.startsWith("lookup") || raw.op.startsWith("get_")) while (await expirePending(tx, 1000)) {}
    switch (raw.op) {
      case "create_account":
      case "create_transfer": {
        const kind = raw.op === "create_account" ? "account" : "transfer";
        const { unknown } = flagBits(kind, raw.event.flags);
        for (const name of unknown) absent(`flags.${name}`, "valuesDropped");
        if (text(raw.event.user_data_32) !== "0") absent(`${kind}.user_data_32`, "valuesDropped");
        if (raw.expect === "exists_with_different_user_data_32") {
          absent(`${kind}.user_data_32`, "expectationsNotAsked");
        } else if (unknown.length > 0 || raw.expect.startsWith("imported_")) {
          absent(
            unknown.length > 0 ? `flags.${unknown.join("+")}` : "flags.imported",
            "expectationsNotAsked",
          );
        } else if (kind === "account") {
          batch.push({ kind, step, expect: raw.expect, event: accountEvent(raw.event) });
        } else batch.push({ kind, step, expect: raw.expect, event: transferEvent(raw.event) });
        return;
      }
      case "commit":
        await finishQuery();
        await commit();
        return;
      case "set_balance":
        await tx.query(
          `update ledger.account set debits_pending = $2, debits_posted = $3, credits_pending = $4, credits_posted = $5
           where id = $1`,
          [uuidOf(raw.account), ...COUNTERS.map((name) => amountOf(raw[name]).toString())],
        );
        return;
      case "advance_clock": {
        const unit = UNIT_MICROS[raw.unit];
        if (!unit) throw new RangeError(`The clock has no unit ${raw.unit}.`);
        await ledger.advance(BigInt(raw.value) * unit);
        return;
      }
      case "lookup_account": {
        const [account] = await getAccounts(tx, [uuidOf(raw.id)]);
        const actual: Record<string, unknown> | null = account
          ? {
              debits_pending: account.debitsPending.toString(),
              debits_posted: account.debitsPosted.toString(),
              credits_pending: account.creditsPending.toString(),
              credits_posted: account.creditsPosted.toString(),
              closed: account.closed,
            }
          : null;
        checkFields(step, raw.op, raw.expect, actual);
        return;
      }
      case "lookup_transfer": {
        const [transfer] = await findTransfersById(tx, [uuidOf(raw.id)]);
        const actual: Record<string, unknown> = transfer
          ? {
              exists: true,
              amount: transfer.amountMicros.toString(),
              timeout: String(transfer.timeoutSeconds),
            }
          : { exists: false };
        checkFields(step, raw.op, raw.expect ?? { exists: false }, actual);
        return;
      }
      case "get_account_transfers":
      case "get_account_balances":
        await finishQuery();
        asked = { step, op: raw.op, actual: await query(raw.op, raw.raw), got: [] };
        if (!asked.actual) absent("transfer.user_data_32", "expectationsNotAsked");
        return;
      case "get_account_transfers_result":
      case "get_account_balances_result":
        asked?.got.push(raw.raw);
        return;
    }
  }

  function checkFields(
    step: number,
    op: string,
    expected: Record<string, unknown> | null,
    actual: Record<string, unknown> | null,
  ): void {
    if (!expected || !actual) {
      check(step, op, expected, actual);
      return;
    }
    const wanted: Record<string, unknown> = {};
    const found: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(expected)) {
      if (!(name in actual) && name !== "amount") {
        absent(`lookup.${name}`, "expectationsNotAsked");
        continue;
      }
      wanted[name] = typeof value === "string" && /^\d+$/.test(value) ? amountOf(value).toString() : value;
      found[name] = actual[name];
    }
    check(step, op, wanted, found);
  }

  /** A list of rows is compared as a whole, at the end of the query's results. */
  async function finishQuery(): Promise<void> {
    if (asked?.actual) check(asked.step, asked.op, asked.got, asked.actual);
    asked = null;
  }

  async function commit(): Promise<void> {
    const events = batch;
    batch = [];
    if (events.length === 0) return;
    const codes =
      events[0]?.kind === "account"
        ? await createAccounts(
            tx,
            events.flatMap((item) => (item.kind === "account" ? [item.event] : [])),
          )
        : await postEvents(
            tx,
            events.flatMap((item) => (item.kind === "transfer" ? [item.event] : [])),
          );
    events.forEach((item, index) => {
      check(item.step, `create_${item.kind}`, item.expect, codeInFile(codes[index] ?? "no answer"));
      if (item.kind === "account" && codes[index] === "created" && (item.event.flags ?? 0) & 8) {
        withHistory.add(item.event.id);
      }
    });
    // Ledger time goes on by a little with every event.
    await ledger.advance(BigInt(events.length + 1));
  }

  async function query(op: string, raw: string[]): Promise<string[][] | null> {
    const [
      account = "",
      data128 = "_",
      data64 = "_",
      data32 = "_",
      code = "_",
      from = "_",
      until = "_",
      limit = "0",
    ] = raw;
    if (data32 !== "_" && data32 !== "U0") return null;
    const debits = raw[8] === "DR";
    const credits = raw[9] === "CR";
    const id = uuidOf(account.replace(/^A/, ""));
    if (op === "get_account_balances" && !withHistory.has(id)) return [];
    if (!debits && !credits) return [];
    const times = { from: await momentOf(tx, from), until: await momentOf(tx, until) };
    const page = await listTransfersOfAccount(tx, id, {
      limit: 8190,
      direction: raw[10] === "REV" ? "backward" : "forward",
      sides: debits && credits ? "both" : debits ? "debit" : "credit",
      ...(times.from ? { from: times.from } : {}),
      ...(times.until ? { until: times.until } : {}),
    });
    const codes = await numericCodes(tx, page.rows);
    const number = (value: string) => value.replace(/^[A-Z]/, "");
    return page.rows
      .filter((row) => row.kind !== "expiry")
      .filter((row) => data128 === "_" || row.journalId === uuidOf(number(data128)))
      .filter((row) => data64 === "_" || row.effectiveAt.getTime() === Number(number(data64)))
      .filter((row) => code === "_" || codes.get(row.id) === Number(number(code)))
      .slice(0, Number(limit))
      .map((row) => {
        const name = `T${BigInt(`0x${row.id.replaceAll("-", "")}`)}`;
        const after = row.balanceAfter;
        return op === "get_account_transfers"
          ? [name]
          : [
              name,
              ...[after.debitsPending, after.debitsPosted, after.creditsPending, after.creditsPosted].map(
                String,
              ),
            ];
      });
  }
}

function text(value: unknown): string {
  return value === undefined || value === null ? "0" : String(value);
}

function accountEvent(event: Record<string, unknown>): AccountEvent {
  const zeroAsNull = (value: unknown) => (text(value) === "0" ? null : text(value));
  const data64 = zeroAsNull(event.user_data_64);
  return {
    id: uuidOf(text(event.id)),
    currency: currencyOf(text(event.ledger)),
    code: Number(text(event.code)),
    owner_ref: zeroAsNull(event.user_data_128),
    program_ref: data64 === null ? null : uuidOf(data64),
    flags: flagBits("account", event.flags).bits,
    recorded_at: text(event.timestamp),
    reserved: text(event.reserved),
    debits_pending: text(event.debits_pending),
    debits_posted: text(event.debits_posted),
    credits_pending: text(event.credits_pending),
    credits_posted: text(event.credits_posted),
  };
}

function transferEvent(event: Record<string, unknown>): TransferEvent {
  const data128 = text(event.user_data_128);
  const data64 = text(event.user_data_64);
  const timestamp = text(event.timestamp);
  return {
    id: uuidOf(text(event.id)),
    debit: uuidOf(text(event.debit_account_id)),
    credit: uuidOf(text(event.credit_account_id)),
    amount: amountOf(text(event.amount)),
    code: Number(text(event.code)),
    flags: flagBits("transfer", event.flags).bits,
    pending: uuidOf(text(event.pending_id)),
    timeout: Number(text(event.timeout)),
    currency: currencyOf(text(event.ledger)),
    journal: data128 === "0" ? null : uuidOf(data128),
    effective: data64 === "0" ? null : new Date(Number(data64)),
    recorded: timestamp === "0" ? null : new Date(Number(timestamp)),
  };
}

/** When a transfer was recorded, to the microsecond. */
async function momentOf(tx: SqlTx, name: string): Promise<string | null> {
  if (name === "_") return null;
  if (!/^T\d+$/.test(name)) throw new RangeError(`The moment ${name} is not that of a transfer.`);
  const { rows } = await tx.query<{ at: string }>(
    "select recorded_at::text as at from ledger.transfer where id = $1",
    [uuidOf(name.slice(1))],
  );
  const at = rows[0]?.at;
  if (!at) throw new RangeError(`There is no transfer ${name}.`);
  return at;
}

/** Codes of a case file are any numbers; the ledger's own reads know only those of its chart. */
async function numericCodes(tx: SqlTx, rows: readonly AccountTransfer[]): Promise<Map<string, number>> {
  const found = await tx.query<{ id: string; code: number }>(
    "select id, code from ledger.transfer where id = any($1::uuid[])",
    [rows.map((row) => row.id)],
  );
  return new Map(found.rows.map((row) => [row.id, row.code]));
}
