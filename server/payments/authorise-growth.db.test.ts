/** What an authorisation reads does not grow with how much there is, also where plans were made while tables were small. */
import { generateKeyPairSync } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { addCredential } from "@/server/devices/service";
import { appPool, callFunction, closePool, withOwner, withScope } from "@/server/platform/db";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import { authorisePayments } from "./service/authorise-payment";
import { createInstruments } from "./service/manage-instruments";
import { setLimit } from "./service/manage-limits";
import { addAllowance, addWallet, createWorld, requestOf, system } from "./testing";

useTestDatabase();

// Each begins with tables that are empty.
afterEach(async () => {
  await pastGuards(
    ["allowance", "review_case", "case_overturn", "imported_record", "import_batch"],
    "truncate device_message, device_nonce, idempotency_key, limit_counter, allowance, allowance_month cascade",
  );
  await closePool();
});

const TABLES = [
  ...["device", "device_message", "device_nonce", "instrument", "allowance", "allowance_month"],
  ...["idempotency_key", "payment_limit", "limit_counter", "payment"],
];

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

test.each(["never analysed", "analysed while empty", "analysed while small"] as const)(
  "a payment reads as many rows among hundreds of wallets, messages, allowances, limits and counters as it did among none, tables %s",
  async (when) => {
    const analyse = async () => {
      await withOwner((client) => client.query("vacuum analyze"));
      // A new connection has no plans yet.
      await closePool();
    };
    const world = await createWorld();
    const wallets: string[] = [];
    for (let at = 0; at < 7; at++) {
      const wallet = await addWallet(world, 100_000_000n);
      await addAllowance(world, wallet, "kwh", 1_000_000n);
      wallets.push(wallet.token);
    }
    const publicKey = generateKeyPairSync("ed25519")
      .publicKey.export({ type: "spki", format: "pem" })
      .toString();
    const { credentialId } = await addCredential(world.operator, { deviceId: world.deviceId, publicKey });
    let sequence = 1_000n;
    const pay = async () => {
      sequence++;
      const request = requestOf({ instrumentToken: wallets.pop() ?? "", quantity: { kwh: "0.5" }, sequence });
      const message = { sequence, idempotencyKey: request.idempotencyKey };
      const admission = { credentialId, nonce: `nonce-${sequence}`, message };
      const [result] = await authorisePayments([{ scope: world.device, request, admission }]);
      expect(result).toMatchObject({ ok: true, status: 201 });
    };
    for (const [kind, period] of [
      ["instrument", "day"],
      ["merchant", "month"],
    ] as const) {
      await setLimit(world.operator, {
        programId: world.programId,
        subject: { kind, id: null },
        period,
        maxPayments: 1_000,
        maxAmount: null,
      });
    }
    if (when === "analysed while empty") await analyse();
    await pay();
    // Of others, one row each: one row is then what a plan expects by the first column of any index.
    await withScope(system, async (tx) => {
      await tx.query(
        `insert into device_message (device_id, sequence, idempotency_key, seen_at)
         select gen_random_uuid(), n, 'other-' || n, now() from generate_series(1, 60) n`,
      );
      await tx.query(
        `insert into limit_counter (limit_id, subject_id, period_start, payments, amount_micros)
         select l.id, gen_random_uuid(), date_trunc('month', now()) - make_interval(months => n), 1, 1
         from payment_limit l, generate_series(1, 60) n`,
      );
    });
    if (when === "analysed while small") await analyse();
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
       select gen_random_uuid(), $1::uuid, 'instrument', i, 'day', 1000 from unnest($2::uuid[]) i`,
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
      await tx.query(
        `insert into device_message (device_id, sequence, idempotency_key, seen_at)
       select $1::uuid, n, 'earlier-' || n, now() from generate_series(1, 400) n`,
        [world.deviceId],
      );
      await tx.query(
        `insert into device_nonce (credential_id, nonce, seen_at)
       select $1::uuid, 'earlier-' || n, now() from generate_series(1, 400) n`,
        [credentialId],
      );
      await tx.query(
        `with made as (
         insert into instrument (id, payer_id, program_id, kind, token, label)
         select gen_random_uuid(), payer_id, program_id, 'allowance', 'units_' || token, 'Units' from instrument
         where kind = 'wallet' and id = any($1::uuid[]) returning *),
       held as (
         insert into allowance (instrument_id, program_id, payer_id, unit, monthly_micros)
         select id, program_id, payer_id, 'kwh', 1000000 from made returning instrument_id)
       insert into allowance_month (instrument_id, month_start, used_micros)
       select instrument_id, date_trunc('month', now(), 'Europe/Oslo'), 1 from held`,
        [ids],
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
  },
);
