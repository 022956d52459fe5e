import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import { useTestDatabase } from "@/server/platform/testing";
import { carryAccount, walletAccount } from "./rules/derive-accounts";
import { closeDueWindows } from "./service/close-windows";
import { getPayment, listPayments } from "./service/list-payments";
import { topUpWallet } from "./service/manage-instruments";
import { recordUsage } from "./service/record-usage";
import { addWallet, balanceOf, createWorld, drainWallet, system, type TestWorld } from "./testing";
import type { UsageRecordInput } from "./types";

useTestDatabase();

const inDays = (days: number) => new Date(Date.now() + days * 25 * 3_600_000);
const closeAfter = (days: number) => withClock(inDays(days), () => closeDueWindows());

function recordOf(key: string, token: string, amountMicros: bigint): UsageRecordInput {
  return { key, instrumentToken: token, amountMicros, currency: "EUR", occurredAt: new Date() };
}

async function madePayments(world: TestWorld) {
  const { items } = await listPayments(world.merchant, {}, { limit: 50 });
  return items.toReversed();
}

async function openWindow(world: TestWorld) {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ owed: bigint; total: bigint; closesAt: Date; owedFrom: Id<"payment"> | null }>(
      `select owed_in_micros as owed, total_micros as total, closes_at as "closesAt", owed_from as "owedFrom"
       from usage_window where merchant_id = $1 and state = 'open'`,
      [world.merchantId],
    ),
  );
  return rows[0];
}

/** A wallet whose window cannot be charged, because the money went elsewhere after the records came. */
async function inDebt() {
  const world = await createWorld();
  const wallet = await addWallet(world, 10_000_000n);
  await recordUsage(world.device, [recordOf("a", wallet.token, 1_234_567n)]);
  await drainWallet(world, wallet.id, 9_500_000n);
  expect(await closeAfter(1)).toBe(1);
  return { world, wallet };
}

describe("a window that cannot be charged", () => {
  test("leaves all of it owed, in sight of the merchant, in a window that is tried a day later", async () => {
    const { world } = await inDebt();
    const [declined] = await madePayments(world);
    if (!declined) throw new Error("no payment");
    expect(declined).toMatchObject({ state: "declined", declineReason: "insufficient_funds" });
    const waiting = await openWindow(world);
    expect(waiting).toMatchObject({ owed: 1_234_567n, total: 0n, owedFrom: declined.id });
    const { window } = await getPayment(world.merchant, declined.id);
    expect(window).toMatchObject({
      totalMicros: 1_234_567n,
      owedOutMicros: 1_234_567n,
      carriedOutMicros: 0n,
      next: { state: "open", paymentId: null, closesAt: waiting?.closesAt },
    });
  });

  test("is charged with the next closing once the money is there, to the micro", async () => {
    const { world, wallet } = await inDebt();
    await topUpWallet(system, { instrumentId: wallet.id, amountMicros: 5_000_000n, reference: "again" });
    await recordUsage(world.device, [recordOf("b", wallet.token, 8_433n)]);
    expect(await closeAfter(3)).toBe(1);
    const [declined, paid] = await madePayments(world);
    expect(paid).toMatchObject({ state: "captured", capturedMicros: 1_240_000n });
    if (!paid || !declined) throw new Error("no payment");
    const { window } = await getPayment(world.merchant, paid.id);
    expect(window).toMatchObject({
      recordCount: 1n,
      totalMicros: 8_433n,
      owedInMicros: 1_234_567n,
      owedFrom: declined.id,
      owedOutMicros: 0n,
      carriedOutMicros: 3_000n,
    });
    const after = await getPayment(world.merchant, declined.id);
    expect(after.window?.next).toMatchObject({ state: "closed", paymentId: paid.id });
    expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted).toBe(5_500_000n - 1_243_000n);
    expect((await balanceOf(carryAccount(world.programId, world.merchantId, wallet.id, "EUR"))).posted).toBe(
      3_000n,
    );
    expect(await openWindow(world)).toBeUndefined();
  });

  test("is tried again day by day without another declined payment while no record comes", async () => {
    const { world, wallet } = await inDebt();
    for (const day of [3, 5, 7]) expect(await closeAfter(day)).toBe(0);
    expect(await madePayments(world)).toHaveLength(1);
    await topUpWallet(system, { instrumentId: wallet.id, amountMicros: 2_000_000n, reference: "again" });
    expect(await closeAfter(9)).toBe(1);
    const made = await madePayments(world);
    expect(made.map((payment) => [payment.state, payment.capturedMicros])).toEqual([
      ["declined", 0n],
      ["captured", 1_230_000n],
    ]);
  });

  test("hands its debt on when the next one is declined as well", async () => {
    const { world, wallet } = await inDebt();
    await topUpWallet(system, { instrumentId: wallet.id, amountMicros: 1_000_000n, reference: "some" });
    await recordUsage(world.device, [recordOf("b", wallet.token, 200_000n)]);
    await drainWallet(world, wallet.id, 1_000_000n);
    expect(await closeAfter(3)).toBe(1);
    expect(await openWindow(world)).toMatchObject({ owed: 1_434_567n, total: 0n });
    await topUpWallet(system, { instrumentId: wallet.id, amountMicros: 1_000_000n, reference: "rest" });
    expect(await closeAfter(5)).toBe(1);
    const made = await madePayments(world);
    expect(made.map((payment) => payment.capturedMicros)).toEqual([0n, 0n, 1_430_000n]);
  });

  test("holds the wallet's money for its debt: new records need more than that", async () => {
    const { world, wallet } = await inDebt();
    const refused = await recordUsage(world.device, [recordOf("b", wallet.token, 1n)]);
    expect(refused.ok && refused.records[0]?.reason).toBe("insufficient_funds");
    await topUpWallet(system, { instrumentId: wallet.id, amountMicros: 1_000_000n, reference: "again" });
    const taken = await recordUsage(world.device, [
      recordOf("b", wallet.token, 265_433n),
      recordOf("c", wallet.token, 1n),
    ]);
    expect(taken.ok && taken.records.map((record) => record.reason)).toEqual([null, "insufficient_funds"]);
  });

  test("of a card stays owed as well", async () => {
    const world = await createWorld();
    await recordUsage(world.device, [recordOf("a", "tok_visa_9_expired", 70_000n)]);
    expect(await closeAfter(1)).toBe(1);
    expect(await madePayments(world)).toMatchObject([{ state: "declined", declineReason: "card_expired" }]);
    expect(await openWindow(world)).toMatchObject({ owed: 70_000n });
  });
});
