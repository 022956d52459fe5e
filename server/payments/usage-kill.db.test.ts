/** A worker that is killed (SIGKILL) while it closes a window, at every step that it writes, and run again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { useTestDatabase } from "@/server/platform/testing";
import { carryAccount, clearingAccount, walletAccount } from "./rules/derive-accounts";
import { closeDueWindows } from "./service/close-windows";
import { listPayments } from "./service/list-payments";
import { recordUsage } from "./service/record-usage";
import { addWallet, balanceOf, createWorld, drainWallet, system, type TestWorld } from "./testing";

const database = useTestDatabase();

const ROOT = join(import.meta.dirname, "../..");
const GATE = 4_711;

interface Step {
  name: string;
  table: string;
  when: string;
}

/** What the closing writes, in its order. */
const STEPS: readonly Step[] = [
  { name: "before the money moves", table: "ledger.transfer", when: "before insert" },
  { name: "after the money moved, before the payment", table: "payment", when: "before insert" },
  { name: "after the payment, before its timeline", table: "payment_event", when: "before insert" },
  { name: "after the timeline, before the window is closed", table: "usage_window", when: "before update" },
  { name: "after the window is closed, before the event", table: "outbox", when: "before insert" },
];
/** The commit was sent and nobody is left to hear what came of it. */
const COMMIT_SENT: Step = { name: "after it sent its commit", table: "outbox", when: "after insert" };

function startWorker(at: Date): ChildProcess {
  const program = `
    import { withClock } from "@/server/platform/clock";
    import { closePool } from "@/server/platform/db";
    import { closeDueWindows } from "@/server/payments/service/close-windows";
    await withClock(new Date("${at.toISOString()}"), () => closeDueWindows());
    await closePool();`;
  return spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program], {
    cwd: ROOT,
    env: {
      ...process.env,
      DATABASE_URL: database.loginUrl(),
      NEXTAUTH_SECRET: "Vb3mQ0xk7TzR5nLw9dYc1HsJ8uEfG2aP4iOq6oXt",
    },
    stdio: "ignore",
  });
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await holds()) return;
    await sleep(25);
  }
  throw new Error(`It never came to this: ${what}.`);
}

/** Lets the worker run into a closed gate at this step, kills it there and opens the gate. */
async function killAt({ table, when }: Step, at: Date): Promise<void> {
  const owner = new pg.Client({ connectionString: database.url() });
  await owner.connect();
  try {
    await owner.query(
      `create function wait_at_gate() returns trigger language plpgsql security definer as $$
       begin perform pg_advisory_xact_lock_shared(${GATE}); return new; end $$`,
    );
    await owner.query(
      when === "after insert"
        ? `create constraint trigger gate after insert on ${table} deferrable initially deferred
           for each row execute function wait_at_gate()`
        : `create trigger gate ${when} on ${table} for each row execute function wait_at_gate()`,
    );
    await owner.query("select pg_advisory_lock($1)", [GATE]);
    const worker = startWorker(at);
    const ended = once(worker, "exit");
    const waiting = "select pid from pg_locks where locktype = 'advisory' and objid = $1 and not granted";
    await until("the worker waits at the gate", async () => {
      if (worker.exitCode !== null) throw new Error("The worker ended before it came to the gate.");
      return (await owner.query(waiting, [GATE])).rowCount === 1;
    });
    worker.kill("SIGKILL");
    await ended;
    await owner.query("select pg_advisory_unlock($1)", [GATE]);
    await until("its connection is gone", async () => {
      const { rowCount } = await owner.query(
        "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'",
      );
      return rowCount === 0;
    });
    await owner.query("drop function wait_at_gate cascade");
  } finally {
    await owner.end();
  }
}

async function made(world: TestWorld) {
  const { items } = await listPayments(world.merchant, {}, { limit: 10 });
  return items.map((payment) => [payment.state, payment.amountMicros]);
}

async function windowsOf(world: TestWorld) {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ state: string; owed: bigint }>(
      "select state, owed_in_micros as owed from usage_window where merchant_id = $1 order by opened_at, id",
      [world.merchantId],
    ),
  );
  return rows.map(({ state, owed }) => [state, owed]);
}

describe("a worker that is killed while it closes a window", () => {
  test("leaves nothing at any step, and the window becomes one payment when it is run again", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 10_000_000n);
    const record = { instrumentToken: wallet.token, currency: "EUR" as const, occurredAt: new Date() };
    await recordUsage(world.device, [
      { ...record, key: "a", amountMicros: 1_234_567n },
      { ...record, key: "b", amountMicros: 5n },
    ]);
    const tomorrow = new Date(Date.now() + 25 * 3_600_000);
    for (const step of STEPS) {
      await killAt(step, tomorrow);
      expect(await made(world), step.name).toEqual([]);
      expect(await windowsOf(world), step.name).toEqual([["open", 0n]]);
      expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted, step.name).toBe(10_000_000n);
    }
    await killAt(COMMIT_SENT, tomorrow);
    expect(await withClock(tomorrow, () => closeDueWindows())).toBe(0);
    expect(await made(world)).toEqual([["captured", 1_230_000n]]);
    expect(await windowsOf(world)).toEqual([["closed", 0n]]);
    expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted).toBe(10_000_000n - 1_234_572n);
    expect((await balanceOf(carryAccount(world.programId, world.merchantId, wallet.id, "EUR"))).posted).toBe(
      4_572n,
    );
    expect((await balanceOf(clearingAccount(world.programId, "EUR"))).posted).toBe(1_230_000n);
  }, 60_000);

  test("owes a debt once, however often the declined closing is cut off", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 1_000_000n);
    await recordUsage(world.device, [
      {
        key: "a",
        instrumentToken: wallet.token,
        amountMicros: 900_000n,
        currency: "EUR",
        occurredAt: new Date(),
      },
    ]);
    await drainWallet(world, wallet.id, 500_000n);
    const tomorrow = new Date(Date.now() + 25 * 3_600_000);
    for (const step of STEPS.slice(3)) await killAt(step, tomorrow);
    expect(await windowsOf(world)).toEqual([["open", 0n]]);
    await killAt(COMMIT_SENT, tomorrow);
    expect(await withClock(tomorrow, () => closeDueWindows())).toBe(0);
    expect(await made(world)).toEqual([["declined", 900_000n]]);
    expect(await windowsOf(world)).toEqual([
      ["closed", 0n],
      ["open", 900_000n],
    ]);
  }, 60_000);
});
