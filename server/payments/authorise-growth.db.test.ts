/** What an authorisation reads does not grow with how much there is, also where plans were made while tables were small. */
import { expect, test } from "vitest";
import { appPool, callFunction, withScope } from "@/server/platform/db";
import { useTestDatabase } from "@/server/platform/testing";
import { authorisePayment } from "./service/authorise-payment";
import { createInstruments } from "./service/manage-instruments";
import { addWallet, createWorld, requestOf, system } from "./testing";

useTestDatabase();

const TABLES = ["device", "instrument", "idempotency_key", "payment_limit", "limit_counter", "payment"];

/** Rows of each table that were read so far, by whatever plan. */
async function rowsRead(): Promise<Record<string, number>> {
  // On the connection that carries the authorisations, which has not told its counts yet.
  await callFunction(system, { name: "flush", text: "select pg_stat_force_next_flush()", params: [] });
  const { rows } = await appPool().query<{ name: string; read: number }>(
    `select relname as name, (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read from pg_stat_user_tables
      where schemaname = 'public' and relname = any($1)`,
    [TABLES],
  );
  return Object.fromEntries(rows.map(({ name, read }) => [name, read]));
}

test("a payment reads as many rows among hundreds of wallets, keys, limits and counters as it did among none", async () => {
  const world = await createWorld();
  const wallets: string[] = [];
  for (let at = 0; at < 6; at++) wallets.push((await addWallet(world, 100_000_000n)).token);
  const pay = async () => {
    const result = await authorisePayment(world.device, requestOf({ instrumentToken: wallets.pop() ?? "" }));
    expect(result).toMatchObject({ ok: true, status: 201 });
  };
  await pay();

  const others = await createInstruments(
    system,
    world.programId,
    Array.from({ length: 400 }, (_, at) => ({ kind: "wallet" as const, token: `other_wallet_${at}` })),
  );
  const ids = others.map((other) => other.id);
  await withScope(system, async (tx) => {
    await tx.query(
      `insert into payment_limit (id, program_id, subject_kind, subject_id, period, max_payments)
       select gen_random_uuid(), $1::uuid, 'instrument', i, 'day', 1000 from unnest($2::uuid[]) i
       union all select gen_random_uuid(), $1::uuid, 'instrument', null, 'day', 1000`,
      [world.programId, ids],
    );
    await tx.query(
      `insert into limit_counter (limit_id, subject_id, period_start, payments, amount_micros)
       select l.id, i, date_trunc('day', now(), 'Europe/Oslo'), 1, 1 from payment_limit l, unnest($1::uuid[]) i where l.subject_id is null`,
      [ids],
    );
    await tx.query(
      `insert into idempotency_key (device_id, key, request_hash, status, response, created_at)
       select $1::uuid, 'earlier-' || n, '\\x00', 201, '{}', now() from generate_series(1, 400) n`,
      [world.deviceId],
    );
  });

  const before = await rowsRead();
  for (let at = 0; at < 5; at++) await pay();
  const after = await rowsRead();
  for (const name of TABLES) {
    const each = ((after[name] ?? 0) - (before[name] ?? 0)) / 5;
    expect(each, `rows of ${name} that one payment reads`).toBeLessThan(12);
  }
  expect((after.device ?? 0) - (before.device ?? 0), "the counts are told").toBeGreaterThan(0);
});
