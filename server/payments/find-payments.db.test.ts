/** Payments are found by whatever a screen shows of them, by those who may see them, and by an index. */
import { beforeEach, describe, expect, test } from "vitest";
import { withOwner, withScope } from "@/server/platform/db";
import { newId, newIdAt } from "@/server/platform/ids";
import { mintPortalScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { countPayments, listPayments, totalPayments } from "./service/list-payments";
import { createWorld, system, type TestWorld } from "./testing";

useTestDatabase();

let world: TestWorld;
let other: TestWorld;

interface Made {
  amountMicros: bigint;
  capturedMicros?: bigint;
  label?: string;
  description?: string;
  sourceId?: string;
  deviceId?: string | null;
  /** With an instrument of that label; imported payments have none. */
  instrument?: boolean;
  minute?: number;
}

async function make(of: TestWorld, made: Made): Promise<string> {
  const at = new Date(Date.UTC(2026, 10, 1, 12, made.minute ?? 0));
  const id = newIdAt("payment", at);
  const label = made.label ?? "Wallet 0001";
  await withOwner(async (client) => {
    let instrumentId: string | null = null;
    let payerId: string | null = null;
    if (made.instrument) {
      instrumentId = newId("instrument");
      payerId = newId("user");
      await client.query("insert into payer (id, program_id, reference) values ($1, $2, $3)", [
        payerId,
        of.programId,
        payerId,
      ]);
      await client.query(
        `insert into instrument (id, payer_id, program_id, kind, token, label, funding_account_id)
         values ($1, $2, $3, 'card_token', $4, $5, $1)`,
        [instrumentId, payerId, of.programId, `tok_${instrumentId}`, label],
      );
    }
    await client.query(
      `insert into payment (id, program_id, merchant_id, device_id, device_kind, instrument_id, instrument_kind,
         instrument_label, source, external_ref, currency, amount_micros, captured_micros, state, description, occurred_at,
         captured_at, payer_id)
       values ($1, $2, $3, $4, 'parking_meter', $5, 'card_token', $6, 'device', $7, 'EUR', $8, $9, 'captured', $10, $11, $11, $12)`,
      [
        id,
        of.programId,
        of.merchantId,
        made.deviceId === undefined ? of.deviceId : made.deviceId,
        instrumentId,
        label,
        id,
        made.amountMicros,
        made.capturedMicros ?? made.amountMicros,
        made.description ?? null,
        at,
        payerId,
      ],
    );
    if (made.sourceId) {
      const importId = newId("import");
      await client.query(
        `insert into import_batch (id, program_id, merchant_id, format, file_name, file_sha256) values ($1, $2, $3, 'ocpi_cdr', 'a.json', $1::uuid::text)`,
        [importId, of.programId, of.merchantId],
      );
      await client.query(
        `insert into imported_record (import_id, record_key, operator_id, program_id, merchant_id, source_id, party_source_id,
           kind, payment_id, amount_micros, currency, occurred_at)
         values ($1, $2, $3, $4, $5, lower($6), lower('NL*AAA*' || $6), 'payment', $7, $8, 'EUR', $9)`,
        [
          importId,
          `ocpi:${made.sourceId}`,
          of.operatorId,
          of.programId,
          of.merchantId,
          made.sourceId,
          id,
          made.amountMicros,
          at,
        ],
      );
    }
  });
  return id;
}

const found = async (scope: TestWorld["merchant"] | TestWorld["operator"], text: string) =>
  (await listPayments(scope, { text }, { limit: 50 })).items.map(({ id }) => id);

beforeEach(async () => {
  world = await createWorld();
  other = await createWorld();
});

describe("a payment is found by what the screen shows", () => {
  test.each(["8061", "Card 8061", "Card .... 8061", "Card ···· 8061", "•••• 8061", "card····8061"])(
    "its card as %s, with and without an instrument of ours",
    async (text) => {
      const ours = await make(world, {
        amountMicros: 5_000_000n,
        label: "Card ···· 8061",
        instrument: true,
        minute: 2,
      });
      const imported = await make(world, { amountMicros: 6_000_000n, label: "Card ···· 8061", minute: 1 });
      await make(world, { amountMicros: 7_000_000n, label: "Card ···· 8062", instrument: true });
      expect(await found(world.merchant, text)).toEqual([ours, imported]);
    },
  );

  test.each(["44.50", "44,50", "44.5", "44.50 EUR"])("its amount as %s", async (text) => {
    const whole = await make(world, { amountMicros: 44_500_000n, minute: 2 });
    const part = await make(world, { amountMicros: 60_000_000n, capturedMicros: 44_500_000n, minute: 1 });
    await make(world, { amountMicros: 44_500_000n, capturedMicros: 12_000_000n });
    expect(await found(world.merchant, text)).toEqual([whole, part]);
  });

  test("its device, merchant, description, id of its source", async () => {
    const id = await make(world, {
      amountMicros: 5_000_000n,
      description: "Ferry to the island",
      sourceId: "CDR-77/a",
    });
    await make(world, { amountMicros: 5_000_000n, deviceId: null });
    expect(await found(world.merchant, "quay 4")).toEqual([id]);
    expect(await found(world.merchant, "the ISLAND")).toEqual([id]);
    expect(await found(world.merchant, "cdr-77/A")).toEqual([id]);
    expect(await found(world.merchant, "nl*aaa*cdr-77/a")).toEqual([id]);
    expect(await found(world.operator, "Merchant")).toContain(id);
    expect(await found(world.merchant, "%")).toEqual([]);
    expect(await found(world.merchant, "nothing of the kind")).toEqual([]);
  });

  test("counts and sums speak of the same payments", async () => {
    await make(world, { amountMicros: 5_000_000n, label: "Card ···· 8061", instrument: true });
    await make(world, { amountMicros: 6_000_000n, label: "Card ···· 8061" });
    await make(world, { amountMicros: 7_000_000n });
    expect(await countPayments(world.merchant, { text: "8061" })).toEqual([{ state: "captured", count: 2n }]);
    expect(await totalPayments(world.merchant, { text: "8061" })).toEqual([
      { currency: "EUR", payments: 2n, captured: 11_000_000n, refunded: 0n },
    ]);
  });
});

describe("only those who may see a payment find it", () => {
  test("a merchant finds none of another's by any of its words", async () => {
    await make(other, {
      amountMicros: 44_500_000n,
      label: "Card ···· 8061",
      instrument: true,
      description: "Ferry",
      sourceId: "CDR-78",
    });
    for (const text of ["8061", "44.50", "Ferry", "CDR-78", "Quay 4", "Merchant"])
      expect(await found(world.merchant, text), text).toEqual([]);
  });

  test("an agency finds none by card, amount or description", async () => {
    await make(world, { amountMicros: 44_500_000n, label: "Card ···· 8061", description: "Ferry" });
    const agency = mintPortalScope("agency", newId("organisation"), { kind: "user", id: newId("user") });
    for (const text of ["8061", "44.50", "Ferry"])
      expect((await listPayments(agency, { text }, { limit: 5 })).items).toEqual([]);
  });
});

describe("order", () => {
  test("by amount, both ways, page by page, without losing or repeating one", async () => {
    for (const [minute, amount] of [5n, 3n, 9n, 3n, 7n, 3n].entries())
      await make(world, { amountMicros: amount * 1_000_000n, minute });
    for (const descending of [true, false]) {
      const amounts: number[] = [];
      const ids = new Set<string>();
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof listPayments>> = await listPayments(
          world.merchant,
          {},
          { cursor, limit: 2, order: { by: "amount", descending } },
        );
        for (const { id, amountMicros } of page.items) {
          amounts.push(Number(amountMicros / 1_000_000n));
          ids.add(id);
        }
        cursor = page.nextCursor;
      } while (cursor);
      expect(amounts).toEqual(descending ? [9, 7, 5, 3, 3, 3] : [3, 3, 3, 5, 7, 9]);
      expect(ids.size).toBe(6);
    }
  });

  test("oldest first", async () => {
    const first = await make(world, { amountMicros: 1_000_000n, minute: 1 });
    const second = await make(world, { amountMicros: 2_000_000n, minute: 2 });
    const { items } = await listPayments(
      world.merchant,
      {},
      { limit: 5, order: { by: "time", descending: false } },
    );
    expect(items.map(({ id }) => id)).toEqual([first, second]);
  });
});

test("under row-level security a card and an amount are looked up by an index", async () => {
  await withOwner((client) =>
    client.query(
      `insert into payment (id, program_id, merchant_id, device_kind, instrument_kind, instrument_label, source,
         external_ref, currency, amount_micros, captured_micros, state, occurred_at, captured_at)
       select gen_random_uuid(), $1, $2, 'parking_meter', 'external', 'Card ···· ' || lpad((n % 9000)::text, 4, '0'), 'device',
         'ref ' || n, 'EUR', 1000000 + n * 10000, 1000000 + n * 10000, 'captured', now(), now()
       from generate_series(1, 20000) n`,
      [world.programId, other.merchantId],
    ),
  );
  await withOwner((client) => client.query("analyze payment"));
  const plan = async (scope: TestWorld["merchant"] | typeof system, condition: string) =>
    await withScope(scope, async (tx) => {
      const { rows } = await tx.query<{ "QUERY PLAN": string }>(
        `explain select p.id from payment p where ${condition} order by p.id desc limit 50`,
      );
      return rows.map((row) => row["QUERY PLAN"]).join("\n");
    });
  const both =
    "(p.label_tail = '8061' or (case when p.captured_micros = 0::bigint then p.amount_micros else p.captured_micros end) = 44500000)";
  expect(await plan(system, both)).toMatch(/BitmapOr[\s\S]*payment_by_label_tail[\s\S]*payment_by_charge/);
});
