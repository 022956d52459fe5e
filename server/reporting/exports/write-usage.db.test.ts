import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { closeDueWindows } from "@/server/payments/service/close-windows";
import { listPayments } from "@/server/payments/service/list-payments";
import { recordUsage } from "@/server/payments/service/record-usage";
import { addAllowance, addDevice, addWallet, createWorld, type TestWorld } from "@/server/payments/testing";
import type { UsageRecordInput } from "@/server/payments/types";
import { withClock } from "@/server/platform/clock";
import { withOwner } from "@/server/platform/db";
import { type Id, toPublicId } from "@/server/platform/ids";
import { parseMicros } from "@/server/platform/money";
import type { MerchantScope, OperatorScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { openUsageExport, type UsageFormat } from "./write-usage";

useTestDatabase();

const NOON = new Date("2026-05-12T10:00:00Z");
/** More than one page of what a download asks for at once. */
const RECORDS = 9_500;

let world: TestWorld;
let paymentId: Id<"payment">;

async function textOf(format: UsageFormat, scope: MerchantScope | OperatorScope = world.merchant) {
  const file = await openUsageExport(scope, paymentId, format);
  let text = "";
  for await (const chunk of file.chunks()) text += chunk;
  return text;
}

beforeAll(async () => {
  world = await createWorld({ kind: "smart_meter" });
  const wallet = await addWallet(world, 10_000_000n);
  await addAllowance(world, wallet, "kwh", 2_500_000n);
  const second = await addDevice(world.programId, world.merchantId);
  // Many records of one moment and odd keys: pages must neither lose nor repeat any.
  const record = (n: number): UsageRecordInput => ({
    key: n === 0 ? '=1+2,"x"' : `r${n}`,
    instrumentToken: wallet.token,
    amountMicros: 300n,
    currency: "EUR",
    occurredAt: new Date(NOON.getTime() + Math.floor(n / 2_000)),
    ...(n < 3 && { quantity: "1", unit: "kwh" }),
  });
  await withClock(NOON, async () => {
    for (let n = 0; n < RECORDS; n += 500) {
      const device = (n / 500) % 2 === 0 ? world.device : second;
      const batch = Array.from({ length: 500 }, (_, i) => record(n + i));
      expect(await recordUsage(device, batch)).toMatchObject({ recorded: 500 });
    }
  });
  await withClock(new Date(NOON.getTime() + 25 * 3_600_000), () => closeDueWindows());
  const [payment] = (await listPayments(world.merchant, {}, { limit: 1 })).items;
  if (!payment) throw new Error("no payment");
  paymentId = payment.id;
}, 60_000);

describe("the usage records of a payment", () => {
  test("come as a file named by merchant, days, payment and when it was made", async () => {
    const { fileName } = await openUsageExport(world.merchant, paymentId, "csv");
    const id = toPublicId("payment", paymentId);
    expect(fileName).toMatch(
      new RegExp(`^usage_Merchant_2026-05-12_to_2026-05-13_${id}_made_\\d{4}-\\d\\d-\\d\\dT\\d{4}Z\\.csv$`),
    );
  });

  test("come as CSV, all of them once, in order, with what the allowance paid", async () => {
    const rows = parse(await textOf("csv"), { bom: true, columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(RECORDS);
    expect(new Set(rows.map((row) => row.record_key)).size).toBe(RECORDS);
    const times = rows.map((row) => row.occurred_at ?? "");
    expect(times).toEqual(times.toSorted());
    expect(rows.reduce((sum, row) => sum + parseMicros(row.amount ?? ""), 0n)).toBe(
      300n * BigInt(RECORDS) - 750n,
    );
    const withAllowance = rows.filter((row) => row.allowance_value !== "");
    expect(withAllowance.map((row) => [row.allowance_quantity, row.allowance_value, row.amount])).toEqual(
      expect.arrayContaining([
        ["1", "0.0003", "0.00"],
        ["1", "0.0003", "0.00"],
        ["0.5", "0.00015", "0.00015"],
      ]),
    );
    expect(rows.find((row) => row.record_key?.includes("x"))?.record_key).toBe(`'=1+2,"x"`);
    expect(new Set(rows.map((row) => row.device_id))).toContain(toPublicId("device", world.deviceId));
  });

  test("come as JSON, one object a line, with the same content", async () => {
    const lines = (await textOf("jsonl", world.operator)).trimEnd().split("\n");
    expect(lines).toHaveLength(RECORDS);
    const records = lines.map((line) => JSON.parse(line) as { key: string; allowance: unknown });
    expect(records.find(({ key }) => key === '=1+2,"x"')).toMatchObject({
      occurredAt: NOON.toISOString(),
      quantity: "1",
      unit: "kwh",
      amount: { amount: "0.00", currency: "EUR" },
      allowance: { unit: "kwh", quantity: "1", value: { amount: "0.0003", currency: "EUR" } },
    });
    expect(records.filter(({ allowance }) => allowance !== null)).toHaveLength(3);
  });

  test("are nobody else's", async () => {
    const stranger = await createWorld();
    await expect(openUsageExport(stranger.merchant, paymentId, "csv")).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test("break off when they are not what the window says", async () => {
    await withOwner((client) =>
      client.query("update usage_window set total_micros = total_micros + 1 where payment_id = $1", [
        paymentId,
      ]),
    );
    await expect(textOf("csv")).rejects.toThrow("do not add up");
  });
});
