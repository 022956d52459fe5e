import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import { useTestDatabase } from "@/server/platform/testing";
import { carryAccount, clearingAccount, walletAccount } from "./rules/derive-accounts";
import { closeDueWindows } from "./service/close-windows";
import { getPayment, listPayments } from "./service/list-payments";
import { listUsageRecords } from "./service/list-usage";
import { recordUsage } from "./service/record-usage";
import { addDevice, addWallet, balanceOf, createWorld, drainWallet, system, type TestWorld } from "./testing";
import type { UsageRecordInput } from "./types";

useTestDatabase();

function recordOf(
  key: string,
  token: string,
  amountMicros: bigint,
  over: Partial<UsageRecordInput> = {},
): UsageRecordInput {
  return { key, instrumentToken: token, amountMicros, currency: "EUR", occurredAt: new Date(), ...over };
}

const tomorrow = () => new Date(Date.now() + 25 * 3_600_000);
const closeAll = () => withClock(tomorrow(), () => closeDueWindows());

async function payments(world: TestWorld) {
  return (await listPayments(world.merchant, {}, { limit: 50 })).items;
}

describe("usage records", () => {
  test("gather into one payment of whole cents, and the rest is carried to the next", async () => {
    const world = await createWorld({ kind: "smart_meter" });
    const wallet = await addWallet(world, 10_000_000n);
    const carry = carryAccount(world.programId, world.merchantId, wallet.id, "EUR");
    const amounts = [3_333n, 3_333n, 7_001n];
    await recordUsage(
      world.device,
      amounts.map((amount, n) => recordOf(`a${n}`, wallet.token, amount)),
    );
    expect(await closeAll()).toBe(1);
    expect((await balanceOf(carry)).posted).toBe(3_667n);
    await recordUsage(world.device, [recordOf("b", wallet.token, 6_333n)]);
    await withClock(tomorrow(), () => closeDueWindows());
    expect((await balanceOf(carry)).posted).toBe(0n);
    expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted).toBe(10_000_000n - 20_000n);
    expect((await balanceOf(clearingAccount(world.programId, "EUR"))).posted).toBe(20_000n);
    const made = await payments(world);
    expect(made.map((payment) => payment.capturedMicros)).toEqual([10_000n, 10_000n]);
  });

  test("that come again are recorded once; anything else under the key is refused", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 10_000_000n);
    const occurredAt = new Date();
    const batch = [
      recordOf("k1", wallet.token, 500n, { occurredAt }),
      recordOf("k2", wallet.token, 700n, { occurredAt, quantity: "1.50", unit: "kwh" }),
    ];
    const results = await Promise.all([1, 2, 3, 4].map(() => recordUsage(world.device, batch)));
    expect(results.map((result) => result.ok && result.recorded).sort()).toEqual([0, 0, 0, 2]);
    const again = await recordUsage(world.device, [
      recordOf("k1", wallet.token, 501n, { occurredAt }),
      recordOf("k3", wallet.token, 1n, { occurredAt }),
      recordOf("k3", wallet.token, 1n, { occurredAt }),
      recordOf("k3", wallet.token, 2n, { occurredAt }),
    ]);
    expect(again).toMatchObject({
      recorded: 1,
      duplicates: 1,
      refused: 2,
      records: [
        { reason: "record_key_reused" },
        { outcome: "recorded" },
        { outcome: "duplicate" },
        { reason: "record_key_reused" },
      ],
    });
    const other = await addWallet(world, 10_000_000n);
    const kwh = { occurredAt, quantity: "1.5", unit: "kwh" };
    const differing = await recordUsage(world.device, [
      recordOf("k2", wallet.token, 700n, kwh),
      recordOf("k2", other.token, 700n, kwh),
      recordOf("k2", wallet.token, 700n, { ...kwh, currency: "USD" }),
      recordOf("k2", wallet.token, 700n, { ...kwh, quantity: "1.500001" }),
      recordOf("k2", wallet.token, 700n, { ...kwh, unit: "minutes" }),
      recordOf("k2", wallet.token, 700n, { ...kwh, occurredAt: new Date(occurredAt.getTime() + 1) }),
      recordOf("k1", wallet.token, 500n, kwh),
    ]);
    expect(differing.ok && differing.records.map((record) => record.outcome)).toEqual([
      "duplicate",
      ...Array.from({ length: 6 }, () => "refused"),
    ]);
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ total: bigint; n: bigint }>(
        "select total_micros as total, record_count as n from usage_window where merchant_id = $1",
        [world.merchantId],
      ),
    );
    expect(rows).toEqual([{ total: 1_201n, n: 3n }]);
  });

  test("are refused one by one, without holding up the others", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 1_000n * 10_000n);
    const result = await recordUsage(world.device, [
      recordOf("a", "nobody", 1n),
      recordOf("b", wallet.token, 1n, { currency: "USD" }),
      recordOf("c", wallet.token, 1n, { occurredAt: new Date(Date.now() + 3_600_000) }),
      recordOf("d", wallet.token, 9_999_999n),
      recordOf("e", wallet.token, 2n),
      recordOf("f", wallet.token, 1n),
    ]);
    expect(result.ok && result.records.map((record) => record.reason)).toEqual([
      "instrument_unknown",
      "currency_not_of_program",
      "occurred_at_out_of_range",
      null,
      "insufficient_funds",
      null,
    ]);
  });

  test("close their window when it reaches its amount, without waiting for its age", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 20_000_000n);
    await recordUsage(world.device, [recordOf("a", wallet.token, 4_999_999n)]);
    await closeDueWindows();
    expect(await payments(world)).toHaveLength(0);
    await recordUsage(world.device, [recordOf("b", wallet.token, 1n)]);
    await closeDueWindows();
    expect((await payments(world)).map((payment) => payment.capturedMicros)).toEqual([5_000_000n]);
  });

  test("below one cent stay open however old they are", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 10_000_000n);
    await recordUsage(world.device, [recordOf("a", wallet.token, 9_999n)]);
    await closeAll();
    expect(await payments(world)).toHaveLength(0);
    await recordUsage(world.device, [recordOf("b", wallet.token, 1n)]);
    await withClock(new Date(Date.now() + 60 * 3_600_000), () => closeDueWindows());
    expect((await payments(world)).map((payment) => payment.capturedMicros)).toEqual([10_000n]);
  });
});

describe("closing a window", () => {
  async function filled(): Promise<{ world: TestWorld; wallet: { id: Id<"instrument">; token: string } }> {
    const world = await createWorld();
    const wallet = await addWallet(world, 10_000_000n);
    await recordUsage(world.device, [recordOf("a", wallet.token, 1_234_567n)]);
    return { world, wallet };
  }

  test("that fails half way leaves nothing behind, and closes once when it is tried again", async () => {
    const { world, wallet } = await filled();
    for (const table of ["payment", "payment_event", "outbox"]) {
      await withOwner((client) =>
        client.query(
          `create function cut_off() returns trigger language plpgsql as $$ begin raise exception 'cut off'; end $$;
           create trigger cut_off before insert on ${table} for each row execute function cut_off()`,
        ),
      );
      expect(await closeAll()).toBe(0);
      await withOwner(async (client) => {
        await client.query("drop function cut_off cascade");
        const { rows } = await client.query(
          "update job_failure set next_try_at = now() where job = 'payments.close-windows' returning reason",
        );
        expect(rows).toEqual([{ reason: "cut off" }]);
      });
      expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted).toBe(10_000_000n);
    }
    await closeAll();
    await closeAll();
    expect((await payments(world)).map((payment) => payment.capturedMicros)).toEqual([1_230_000n]);
    expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted).toBe(10_000_000n - 1_234_567n);
  });

  test("by four workers at once makes one payment, and records that arrive meanwhile are not lost", async () => {
    const { world, wallet } = await filled();
    const later = tomorrow();
    const [, , , , ...recorded] = await Promise.all([
      ...[1, 2, 3, 4].map(() => withClock(later, () => closeDueWindows())),
      ...[1, 2, 3, 4].map((n) => recordUsage(world.device, [recordOf(`late-${n}`, wallet.token, 10_000n)])),
    ]);
    expect(recorded).toHaveLength(4);
    await withClock(new Date(later.getTime() + 26 * 3_600_000), () => closeDueWindows());
    const made = await payments(world);
    const paid = made.reduce((sum, payment) => sum + payment.capturedMicros, 0n);
    const carried = (await balanceOf(carryAccount(world.programId, world.merchantId, wallet.id, "EUR")))
      .posted;
    expect(paid + carried).toBe(1_234_567n + 40_000n);
  });

  test("that the wallet cannot pay any more becomes a declined payment and moves nothing", async () => {
    const { world, wallet } = await filled();
    await drainWallet(world, wallet.id, 9_500_000n);
    await closeAll();
    const [declined] = await payments(world);
    expect(declined).toMatchObject({
      source: "usage",
      state: "declined",
      declineReason: "insufficient_funds",
    });
    expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted).toBe(500_000n);
    expect((await balanceOf(carryAccount(world.programId, world.merchantId, wallet.id, "EUR"))).posted).toBe(
      0n,
    );
  });

  test("its records can be read from the payment, page by page, by its merchant alone", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 10_000_000n);
    const second = await addDevice(world.programId, world.merchantId);
    const occurredAt = new Date();
    const batch = Array.from({ length: 23 }, (_, n) =>
      recordOf(`r${n}`, wallet.token, 1_000n + BigInt(n), { occurredAt }),
    );
    await recordUsage(world.device, batch);
    await recordUsage(second, batch);
    await closeAll();
    const [payment] = await payments(world);
    if (!payment) throw new Error("no payment");
    const seen: bigint[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listUsageRecords>> = await listUsageRecords(
        world.merchant,
        payment.id,
        { cursor, limit: 10 },
      );
      seen.push(...page.items.map((item) => item.amountMicros));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toHaveLength(46);
    const detail = await getPayment(world.merchant, payment.id);
    expect(seen.reduce((sum, amount) => sum + amount, 0n)).toBe(detail.window?.totalMicros);
    expect(detail.transfers.map((transfer) => transfer.code)).toEqual(["carry", "capture"]);
    const stranger = await createWorld();
    await expect(listUsageRecords(stranger.merchant, payment.id, { limit: 10 })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(getPayment(stranger.merchant, payment.id)).rejects.toMatchObject({ code: "not_found" });
  });
});
