import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import { useTestDatabase } from "@/server/platform/testing";
import { closeDueWindows } from "./service/close-windows";
import { getPayment, listPayments } from "./service/list-payments";
import { listUsageRecords } from "./service/list-usage";
import { setInstrumentBlock } from "./service/manage-instruments";
import { recordUsage } from "./service/record-usage";
import { addAllowance, addDevice, addWallet, createWorld, system } from "./testing";
import type { UsageRecordInput, UsageResult } from "./types";

useTestDatabase();

const NOON = new Date("2026-05-12T10:00:00Z");

function recordOf(
  key: string,
  token: string,
  amountMicros: bigint,
  quantity: string,
  over: Partial<UsageRecordInput> = {},
): UsageRecordInput {
  return {
    key,
    instrumentToken: token,
    amountMicros,
    currency: "EUR",
    occurredAt: NOON,
    quantity,
    unit: "kwh",
    ...over,
  };
}

const covered = (result: UsageResult) =>
  result.ok &&
  result.records.map(
    (record) => record.allowance && [record.allowance.quantity, record.allowance.value.amount],
  );

async function usedOf(allowanceId: Id<"instrument">) {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ start: Date; used: bigint }>(
      "select month_start as start, used_micros as used from allowance_month where instrument_id = $1 order by 1",
      [allowanceId],
    ),
  );
  return rows;
}

async function withAllowance(monthlyMicros = 10_000_000n) {
  const world = await createWorld({ kind: "smart_meter" });
  const wallet = await addWallet(world, 10_000_000n);
  const allowance = await addAllowance(world, wallet, "kwh", monthlyMicros);
  const record = (records: UsageRecordInput[], at = NOON) =>
    withClock(at, () => recordUsage(world.device, records));
  return { world, wallet, allowance, record };
}

describe("usage with an allowance", () => {
  test("runs the allowance down before money, and says what was covered", async () => {
    const { world, wallet, allowance, record } = await withAllowance();
    const batch = ["a", "b", "c", "d", "e"].map((key) => recordOf(key, wallet.token, 1_000_000n, "3"));
    const first = await record(batch);
    expect(covered(first)).toEqual([["3", "1.00"], ["3", "1.00"], ["3", "1.00"], ["1", "0.333333"], null]);
    expect(await usedOf(allowance.id)).toEqual([
      { start: new Date("2026-04-30T22:00:00Z"), used: 10_000_000n },
    ]);
    const again = await record(batch);
    expect(again).toMatchObject({ recorded: 0, duplicates: 5 });
    expect(covered(again)).toEqual(covered(first));
    expect((await usedOf(allowance.id))[0]?.used).toBe(10_000_000n);
    await withClock(new Date(NOON.getTime() + 25 * 3_600_000), () => closeDueWindows());
    const [payment] = (await listPayments(world.merchant, {}, { limit: 5 })).items;
    if (!payment) throw new Error("no payment");
    expect(payment.capturedMicros).toBe(1_660_000n);
    const { window } = await getPayment(world.merchant, payment.id);
    expect(window).toMatchObject({
      recordCount: 5n,
      totalMicros: 1_666_667n,
      coveredMicros: 3_333_333n,
      carriedOutMicros: 6_667n,
    });
    const { items } = await listUsageRecords(world.merchant, payment.id, { limit: 10 });
    expect(items.map((item) => [item.amountMicros, item.coveredMicros, item.coveredQuantityMicros])).toEqual([
      [0n, 1_000_000n, 3_000_000n],
      [0n, 1_000_000n, 3_000_000n],
      [0n, 1_000_000n, 3_000_000n],
      [666_667n, 333_333n, 1_000_000n],
      [1_000_000n, 0n, 0n],
    ]);
  });

  test("begins anew with each calendar month of the program's time zone, by the record's own time", async () => {
    const { wallet, allowance, record } = await withAllowance();
    // Oslo is two hours ahead: May ends at 22:00 UTC.
    const may = new Date("2026-05-31T21:59:59.999Z");
    const june = new Date("2026-05-31T22:00:00Z");
    const result = await record(
      [
        recordOf("a", wallet.token, 10n, "10", { occurredAt: may }),
        recordOf("b", wallet.token, 10n, "4", { occurredAt: june }),
        recordOf("c", wallet.token, 10n, "1", { occurredAt: may }),
      ],
      new Date("2026-06-01T08:00:00Z"),
    );
    expect(covered(result)).toEqual([["10", "0.00001"], ["4", "0.00001"], null]);
    expect(await usedOf(allowance.id)).toEqual([
      { start: new Date("2026-04-30T22:00:00Z"), used: 10_000_000n },
      { start: new Date("2026-05-31T22:00:00Z"), used: 4_000_000n },
    ]);
  });

  test("is never used beyond what was granted, by however many devices at once", async () => {
    const { world, wallet, allowance } = await withAllowance(50_000_000n);
    const devices = await Promise.all(
      Array.from({ length: 6 }, () => addDevice(world.programId, world.merchantId)),
    );
    await withClock(NOON, () =>
      Promise.all(
        devices.flatMap((device, d) =>
          [0, 1, 2].map((b) =>
            recordUsage(
              device,
              Array.from({ length: 10 }, (_, n) => recordOf(`${d}-${b}-${n}`, wallet.token, 700n, "0.7")),
            ),
          ),
        ),
      ),
    );
    expect((await usedOf(allowance.id)).map(({ used }) => used)).toEqual([50_000_000n]);
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ quantity: bigint; covered: bigint; due: bigint; n: bigint }>(
        `select sum(covered_quantity_micros)::bigint as quantity, sum(covered_micros)::bigint as covered,
           sum(amount_micros)::bigint as due, count(*) as n from usage_record where allowance_id = $1 or merchant_id = $2`,
        [allowance.id, world.merchantId],
      ),
    );
    expect(rows).toEqual([{ quantity: 50_000_000n, covered: 50_000n, due: 180n * 700n - 50_000n, n: 180n }]);
  });

  test("pays with money when the allowance is blocked, of another unit or of another payer", async () => {
    const { world, wallet, allowance, record } = await withAllowance();
    const stranger = await addWallet(world, 1_000_000n);
    const others = await record([
      recordOf("a", wallet.token, 10n, "1", { unit: "minutes" }),
      recordOf("b", wallet.token, 10n, "1", { unit: undefined }),
      recordOf("c", stranger.token, 10n, "1"),
      recordOf("d", wallet.token, 10n, "0"),
    ]);
    expect(covered(others)).toEqual([null, null, null, null]);
    await setInstrumentBlock(world.operator, allowance.id, { blocked: true, reason: "lost" });
    expect(covered(await record([recordOf("e", wallet.token, 10n, "1")]))).toEqual([null]);
    await setInstrumentBlock(world.operator, allowance.id, { blocked: false, reason: "found" });
    expect(covered(await record([recordOf("f", wallet.token, 10n, "1")]))).toEqual([["1", "0.00001"]]);
  });

  test("needs no money on the wallet for what it covers", async () => {
    const { world, wallet, record } = await withAllowance();
    const poor = await addWallet(world, 0n);
    await addAllowance(world, poor, "kwh", 2_000_000n);
    const result = await record([
      recordOf("a", poor.token, 5_000_000n, "2"),
      recordOf("b", poor.token, 1n, "1"),
      recordOf("c", wallet.token, 1n, "1"),
    ]);
    expect(result.ok && result.records.map((each) => each.reason)).toEqual([
      null,
      "insufficient_funds",
      null,
    ]);
  });

  test("may be presented itself, and then pays whole records or none", async () => {
    const { world, allowance, record } = await withAllowance(5_000_000n);
    const result = await record([
      recordOf("a", allowance.token, 1_000n, "3"),
      recordOf("b", allowance.token, 1_000n, "3"),
      recordOf("c", allowance.token, 1_000n, "2"),
      recordOf("d", allowance.token, 1_000n, "1", { unit: "minutes" }),
    ]);
    expect(result.ok && result.records.map((each) => each.reason)).toEqual([
      null,
      "allowance_used_up",
      null,
      "allowance_used_up",
    ]);
    await withClock(new Date(NOON.getTime() + 25 * 3_600_000), () => closeDueWindows());
    expect((await listPayments(world.merchant, {}, { limit: 5 })).items).toEqual([]);
  });
});
