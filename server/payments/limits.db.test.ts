import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { fromPublicId, type Id, newId } from "@/server/platform/ids";
import { useTestDatabase } from "@/server/platform/testing";
import { authorisePayment } from "./service/authorise-payment";
import { capturePayment, voidPayment } from "./service/capture-payment";
import {
  grantAllowance,
  grantAllowances,
  listAllowances,
  setAllowanceBlock,
} from "./service/manage-allowances";
import {
  findSubjects,
  type LimitInput,
  listLimits,
  listLimitsOf,
  removeLimit,
  setLimit,
} from "./service/manage-limits";
import { addDevice, addWallet, createWorld, requestOf, system, type TestWorld } from "./testing";

useTestDatabase();

const EURO = 1_000_000n;

async function pay(
  scope: TestWorld["device"],
  token: string,
  amountMicros: bigint,
  capture = true,
): Promise<Id<"payment">> {
  const result = await authorisePayment(scope, requestOf({ instrumentToken: token, amountMicros, capture }));
  const id = result.ok ? fromPublicId("payment", result.payment.id) : null;
  if (!result.ok || !id) throw new Error("no payment");
  return id;
}

const daily = (world: TestWorld, over: Partial<LimitInput> = {}): LimitInput => ({
  programId: world.programId,
  subject: { kind: "device", id: world.deviceId },
  period: "day",
  maxPayments: 40,
  maxAmount: "150.00",
  ...over,
});

async function useOf(world: TestWorld, limitId: Id<"limit">) {
  const found = (await listLimits(world.operator, world.programId)).find(({ limit }) => limit.id === limitId);
  return found?.use.map(({ payments, amountMicros }) => ({ payments, amountMicros }));
}

describe("a limit that is set in the middle of its period", () => {
  test("counts what the period already holds, and gives back what is released or captured in part", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 100n * EURO);
    await pay(world.device, wallet.token, 5n * EURO);
    const voided = await pay(world.device, wallet.token, 7n * EURO, false);
    const open = await pay(world.device, wallet.token, 11n * EURO, false);
    const partly = await pay(world.device, wallet.token, 13n * EURO, false);
    await pay(world.device, "tok_visa_funds", 17n * EURO); // declined, so it counts nowhere
    await voidPayment(world.device, { paymentId: voided });
    const { id } = await setLimit(world.operator, daily(world));
    expect(await useOf(world, id)).toEqual([{ payments: 3, amountMicros: 29n * EURO }]);
    await voidPayment(world.device, { paymentId: open });
    await capturePayment(world.device, { paymentId: partly, amountMicros: 3n * EURO });
    expect(await useOf(world, id)).toEqual([{ payments: 2, amountMicros: 8n * EURO }]);
  });

  test("counts from the calendar's day in the program's zone, and payments of the day before do not", async () => {
    const world = await createWorld({ timeZone: "America/Los_Angeles" });
    const wallet = await addWallet(world, 100n * EURO);
    // 23:30 and 00:30 of two days in Los Angeles, the same day in UTC.
    await withClock(
      () => new Date("2026-05-11T06:30:00Z"),
      () => pay(world.device, wallet.token, 5n * EURO),
    );
    await withClock(
      () => new Date("2026-05-11T07:30:00Z"),
      () => pay(world.device, wallet.token, 3n * EURO),
    );
    await withClock(
      () => new Date("2026-05-11T20:00:00Z"),
      async () => {
        const day = await setLimit(world.operator, daily(world));
        const week = await setLimit(world.operator, daily(world, { period: "week" }));
        const month = await setLimit(world.operator, daily(world, { period: "month" }));
        expect(await useOf(world, day.id)).toEqual([{ payments: 1, amountMicros: 3n * EURO }]);
        // The 11th of May 2026 is a Monday: the week began with it.
        expect(await useOf(world, week.id)).toEqual([{ payments: 1, amountMicros: 3n * EURO }]);
        expect(await useOf(world, month.id)).toEqual([{ payments: 2, amountMicros: 8n * EURO }]);
        const [{ limit } = { limit: null }] = await listLimits(world.operator, world.programId);
        expect(limit?.periodStart?.toISOString()).toBe("2026-05-11T07:00:00.000Z");
        expect(limit?.periodEnd?.toISOString()).toBe("2026-05-12T07:00:00.000Z");
      },
    );
  });

  test("of the program's default, each subject counts for itself; who has a limit of its own does not", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 100n * EURO);
    const second = await addDevice(world.programId, world.merchantId);
    await pay(world.device, wallet.token, 5n * EURO);
    await pay(second, wallet.token, 9n * EURO);
    const named = await setLimit(
      world.operator,
      daily(world, { subject: { kind: "device", id: second.deviceId } }),
    );
    const fallback = await setLimit(world.operator, daily(world, { subject: { kind: "device", id: null } }));
    expect(await useOf(world, named.id)).toEqual([{ payments: 1, amountMicros: 9n * EURO }]);
    expect(await useOf(world, fallback.id)).toEqual([{ payments: 1, amountMicros: 5n * EURO }]);
    const of = async () =>
      (await listLimitsOf(world.operator, { deviceId: second.deviceId })).map(({ id, usedMicros }) => ({
        id,
        usedMicros,
      }));
    expect(await of()).toEqual([{ id: named.id, usedMicros: 9n * EURO }]);
    // When its own limit goes, the default binds it with all that it took meanwhile.
    await removeLimit(world.operator, named.id);
    expect(await of()).toEqual([{ id: fallback.id, usedMicros: 9n * EURO }]);
    expect(await useOf(world, fallback.id)).toEqual([
      { payments: 1, amountMicros: 9n * EURO },
      { payments: 1, amountMicros: 5n * EURO },
    ]);
  });
});

describe("setting limits", () => {
  test("a second one for the same subject and period changes the first, and both are in the audit log", async () => {
    const world = await createWorld();
    const first = await setLimit(world.operator, daily(world));
    const second = await setLimit(world.operator, daily(world, { maxPayments: null, maxAmount: "99.50" }));
    expect(second).toEqual({ id: first.id, created: false });
    await removeLimit(world.operator, first.id);
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ action: string; before: unknown; after: unknown }>(
        "select action, before, after from audit_entry where subject_id = $1 order by seq",
        [first.id],
      ),
    );
    expect(rows.map((row) => row.action)).toEqual(["limit.set", "limit.changed", "limit.removed"]);
    expect(rows[1]).toMatchObject({
      before: { max_payments: 40, max_amount: "150.00 EUR" },
      after: { max_payments: null, max_amount: "99.50 EUR", subject_kind: "device", period: "day" },
    });
    expect(await listLimits(world.operator, world.programId)).toEqual([]);
  });

  test.each([
    ["limit_without_maximum", { maxPayments: null, maxAmount: null }],
    ["limit_of_one_payment", { period: "payment", maxPayments: 3 }],
    ["amount_too_precise", { maxAmount: "1.005" }],
    ["amount_malformed", { maxAmount: "a lot" }],
    ["amount_not_positive", { maxAmount: "0.00" }],
    ["amount_out_of_range", { maxAmount: "1000000001" }],
    ["payer_not_found", { subject: { kind: "payer", id: newId("payer") } }],
  ] as const)("refuses with %s", async (reason, over) => {
    const world = await createWorld();
    await expect(setLimit(world.operator, daily(world, over))).rejects.toMatchObject({ reason });
    expect(await listLimits(world.operator, world.programId)).toEqual([]);
  });

  test("a device of another program cannot be bound, nor found", async () => {
    const world = await createWorld();
    const other = await createWorld();
    const subject = { kind: "device" as const, id: other.deviceId };
    await expect(setLimit(world.operator, daily(world, { subject }))).rejects.toMatchObject({
      reason: "device_not_found",
    });
    const hits = await findSubjects(world.operator, {
      programId: world.programId,
      kind: "device",
      text: "quay",
    });
    expect(hits.map(({ id }) => id)).toEqual([world.deviceId]);
  });
});

describe("allowances", () => {
  const payerOf = async (world: TestWorld, text: string) => {
    const [hit] = await findSubjects(world.operator, { programId: world.programId, kind: "payer", text });
    if (!hit) throw new Error("no payer");
    return hit.id as Id<"payer">;
  };

  test("are granted once a unit and payer, changed by granting again, and blocked", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, EURO);
    const payerId = await payerOf(world, wallet.token);
    const grant = (unit: string, monthly: string) =>
      grantAllowance(world.operator, world.programId, { payerId, unit, monthly });
    const kwh = await grant("kwh", "60");
    expect(await grant("minutes", "300")).toMatchObject({ created: true });
    expect(await grant("kwh", "80.5")).toEqual({ id: kwh.id, created: false });
    await setAllowanceBlock(world.operator, { allowanceId: kwh.id, blocked: true, reason: "Moved away" });
    const page = await listAllowances(world.operator, world.programId, {}, { limit: 10 });
    expect(page.items).toMatchObject([
      { unit: "minutes", monthlyMicros: 300n * EURO, usedMicros: 0n, state: "active" },
      { unit: "kwh", monthlyMicros: 80_500_000n, usedMicros: 0n, state: "blocked" },
    ]);
    // A wallet is no allowance, whoever asks.
    await expect(
      setAllowanceBlock(world.operator, { allowanceId: wallet.id, blocked: true, reason: "By mistake" }),
    ).rejects.toMatchObject({ reason: "allowance_not_found" });
  });

  test("granting in the same moment leaves one", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, EURO);
    const payerId = await payerOf(world, wallet.token);
    const grants = await Promise.all(
      ["10", "20", "30"].map((monthly) =>
        grantAllowance(world.operator, world.programId, { payerId, unit: "kwh", monthly }),
      ),
    );
    expect(new Set(grants.map(({ id }) => id)).size).toBe(1);
    expect(grants.filter(({ created }) => created).length).toBe(1);
  });

  test.each([
    ["unit_malformed", { unit: "kW h" }],
    ["quantity_malformed", { monthly: "sixty" }],
    ["quantity_malformed", { monthly: "0.0000001" }],
    ["quantity_out_of_range", { monthly: "0" }],
    ["quantity_out_of_range", { monthly: "1000000001" }],
    ["payer_not_found", { payerId: newId("payer") }],
  ] as const)("refuses with %s", async (reason, over) => {
    const world = await createWorld();
    const wallet = await addWallet(world, EURO);
    const allowance = { payerId: await payerOf(world, wallet.token), unit: "kwh", monthly: "60", ...over };
    await expect(grantAllowances(world.operator, world.programId, [allowance])).rejects.toMatchObject({
      reason,
    });
  });
});
