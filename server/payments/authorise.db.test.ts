import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { fromPublicId, newId } from "@/server/platform/ids";
import { useTestDatabase } from "@/server/platform/testing";
import { clearingAccount, receivableAccount, walletAccount } from "./rules/derive-accounts";
import { authorisePayment, authorisePayments } from "./service/authorise-payment";
import { capturePayment, expireHolds, getPaymentForDevice, voidPayment } from "./service/capture-payment";
import { setInstrumentBlock } from "./service/manage-instruments";
import { addDevice, addWallet, balanceOf, createWorld, requestOf, system } from "./testing";
import type { AuthoriseResult, PaymentAnswer } from "./types";

useTestDatabase();

function paymentOf(result: AuthoriseResult): PaymentAnswer {
  if (!result.ok) throw new Error(result.reason);
  return result.payment;
}

function idOf(payment: PaymentAnswer) {
  const id = fromPublicId("payment", payment.id);
  if (!id) throw new Error("no id");
  return id;
}

async function countPayments(deviceId: string): Promise<number> {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ n: bigint }>("select count(*) as n from payment where device_id = $1", [deviceId]),
  );
  return Number(rows[0]?.n);
}

describe("authorising", () => {
  test("holds a wallet's money and capturing part of it releases the rest", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 10_000_000n);
    const result = await authorisePayment(
      world.device,
      requestOf({ instrumentToken: wallet.token, amountMicros: 4_000_000n }),
    );
    expect(result).toMatchObject({
      ok: true,
      status: 201,
      replayed: false,
      payment: { state: "authorised" },
    });
    const account = walletAccount(wallet.id, "EUR");
    expect(await balanceOf(account)).toMatchObject({ posted: 10_000_000n, debitsPending: 4_000_000n });
    const captured = await capturePayment(world.device, {
      paymentId: idOf(paymentOf(result)),
      amountMicros: 1_500_000n,
    });
    expect(captured).toMatchObject({
      ok: true,
      payment: { state: "captured", captured: { amount: "1.50" } },
    });
    expect(await balanceOf(account)).toMatchObject({ posted: 8_500_000n, debitsPending: 0n });
    expect((await balanceOf(clearingAccount(world.programId, "EUR"))).posted).toBe(1_500_000n);
  });

  test("captures at once with a card that was never seen before", async () => {
    const world = await createWorld();
    const result = await authorisePayment(world.device, requestOf({ capture: true }));
    expect(result).toMatchObject({
      ok: true,
      status: 201,
      payment: { state: "captured", instrument: "···· 4411" },
    });
    expect((await balanceOf(receivableAccount(world.programId, "EUR"))).posted).toBe(-2_750_000n);
  });

  test("eight equal requests at once charge once and all get the same answer", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 10_000_000n);
    const request = requestOf({ instrumentToken: wallet.token, capture: true });
    const results = await Promise.all(
      Array.from({ length: 8 }, () => authorisePayment(world.device, request)),
    );
    const payments = results.map(paymentOf);
    for (const payment of payments) expect(payment).toEqual(payments[0]);
    expect(results.filter((result) => result.ok && !result.replayed)).toHaveLength(1);
    expect(await countPayments(world.deviceId)).toBe(1);
    expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted).toBe(7_250_000n);
  });

  test("the same key with another body is refused, also when both arrive together", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 10_000_000n);
    const first = requestOf({ instrumentToken: wallet.token });
    const other = requestOf({
      instrumentToken: wallet.token,
      amountMicros: 1_000_000n,
      idempotencyKey: first.idempotencyKey,
    });
    const results = await Promise.all([
      authorisePayment(world.device, first),
      authorisePayment(world.device, other),
    ]);
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(results.find((result) => !result.ok)).toEqual({ ok: false, reason: "idempotency_key_reused" });
    expect(await countPayments(world.deviceId)).toBe(1);
  });

  test("a refusal is the first answer too: money that comes later does not change it", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 1_000_000n);
    const request = requestOf({ instrumentToken: wallet.token });
    const refused = await authorisePayment(world.device, request);
    expect(refused).toMatchObject({
      ok: true,
      status: 402,
      payment: { state: "declined", declineReason: "insufficient_funds" },
    });
    const { topUpWallet } = await import("./service/manage-instruments");
    await topUpWallet(system, { instrumentId: wallet.id, amountMicros: 50_000_000n, reference: "more" });
    expect(await authorisePayment(world.device, request)).toEqual({ ...refused, replayed: true });
  });

  test("sixteen payments at once never take more than the wallet has", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 5_000_000n);
    const devices = await Promise.all(
      Array.from({ length: 16 }, () => addDevice(world.programId, world.merchantId)),
    );
    const results = await Promise.all(
      devices.map((device) =>
        authorisePayment(
          device,
          requestOf({ instrumentToken: wallet.token, amountMicros: 1_000_000n, capture: true }),
        ),
      ),
    );
    const captured = results.filter((result) => paymentOf(result).state === "captured").length;
    const balance = await balanceOf(walletAccount(wallet.id, "EUR"));
    expect(captured).toBeLessThanOrEqual(5);
    expect(balance.posted).toBe(5_000_000n - BigInt(captured) * 1_000_000n);
    expect((await balanceOf(clearingAccount(world.programId, "EUR"))).posted).toBe(
      BigInt(captured) * 1_000_000n,
    );
  });

  test.each([
    ["currency_not_of_program", { currency: "USD" as const }],
    ["instrument_unknown", { instrumentToken: "nobody-has-this" }],
    ["amount_above_device_limit", { amountMicros: 200_010_000n }],
    ["card_expired", { instrumentToken: "tok_visa_expired" }],
    ["card_stolen", { instrumentToken: "tok_visa_stolen" }],
    ["acquirer_refused", { instrumentToken: "tok_visa_refused" }],
    ["insufficient_funds", { instrumentToken: "tok_visa_funds" }],
  ])("declines with %s and moves nothing", async (reason, over) => {
    const world = await createWorld();
    const result = await authorisePayment(world.device, requestOf({ ...over, capture: true }));
    expect(result).toMatchObject({
      ok: true,
      status: 402,
      payment: { state: "declined", declineReason: reason },
    });
    expect((await balanceOf(clearingAccount(world.programId, "EUR"))).posted).toBe(0n);
  });

  test("a blocked instrument is declined until its block is over", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 10_000_000n);
    const until = new Date(Date.now() + 3_600_000);
    await setInstrumentBlock(system, wallet.id, { blocked: true, until, reason: "reported lost" });
    const blocked = await authorisePayment(world.device, requestOf({ instrumentToken: wallet.token }));
    expect(paymentOf(blocked).declineReason).toBe("instrument_blocked");
    const later = await withClock(new Date(until.getTime() + 1), () =>
      authorisePayment(world.device, requestOf({ instrumentToken: wallet.token })),
    );
    expect(paymentOf(later).state).toBe("authorised");
  });

  test("a suspended device makes no payment, and a device of another merchant's name neither", async () => {
    const world = await createWorld();
    const other = await createWorld();
    const stranger = { ...world.device, deviceId: other.deviceId };
    expect(await authorisePayment(stranger, requestOf())).toEqual({ ok: false, reason: "device_not_active" });
    await withScope(system, (tx) =>
      tx.query("update device set state = 'suspended' where id = $1", [world.deviceId]),
    );
    expect(await authorisePayment(world.device, requestOf())).toEqual({
      ok: false,
      reason: "device_not_active",
    });
    expect(await countPayments(world.deviceId)).toBe(0);
  });

  test("a batch decides as single requests would: funds, velocity and repeated keys", async () => {
    const world = await createWorld();
    const wallet = await addWallet(world, 6_000_000n);
    const at = new Date();
    const requests = Array.from({ length: 7 }, () =>
      requestOf({ instrumentToken: wallet.token, amountMicros: 1_000_000n, capture: true }),
    );
    const first = requests[0] ?? requestOf();
    const results = await authorisePayments(
      [...requests, first].map((request, n) => ({
        scope: world.device,
        request,
        at: new Date(at.getTime() + n * 1_000),
      })),
    );
    const states = results.map((result) => paymentOf(result).state);
    expect(states).toEqual([
      "captured",
      "captured",
      "captured",
      "captured",
      "captured",
      "in_review",
      "declined",
      "captured",
    ]);
    expect(results[7]).toEqual({ ...results[0], replayed: true });
    expect(await balanceOf(walletAccount(wallet.id, "EUR"))).toMatchObject({
      posted: 1_000_000n,
      debitsPending: 1_000_000n,
    });
  });

  test("a tap that is a week old or lies in the future is not taken", async () => {
    const world = await createWorld();
    for (const ms of [-8 * 86_400_000, 6 * 60_000]) {
      const request = requestOf({ occurredAt: new Date(Date.now() + ms) });
      expect(await authorisePayment(world.device, request)).toEqual({
        ok: false,
        reason: "occurred_at_out_of_range",
      });
    }
  });
});

describe("what becomes of a hold", () => {
  async function held(amountMicros = 4_000_000n) {
    const world = await createWorld();
    const wallet = await addWallet(world, 10_000_000n);
    const result = await authorisePayment(
      world.device,
      requestOf({ instrumentToken: wallet.token, amountMicros }),
    );
    return { world, wallet, paymentId: idOf(paymentOf(result)) };
  }

  test("void and capture at the same moment: exactly one of them happens", async () => {
    const { world, wallet, paymentId } = await held();
    const [captured, voided] = await Promise.all([
      capturePayment(world.device, { paymentId }),
      voidPayment(world.device, { paymentId }),
    ]);
    expect([captured.ok, voided.ok].filter(Boolean)).toHaveLength(1);
    const balance = await balanceOf(walletAccount(wallet.id, "EUR"));
    expect(balance).toMatchObject({ posted: captured.ok ? 6_000_000n : 10_000_000n, debitsPending: 0n });
  });

  test("capturing again with the same amount moves nothing, with another amount is refused", async () => {
    const { world, wallet, paymentId } = await held();
    const request = { paymentId, amountMicros: 2_000_000n };
    const results = await Promise.all([1, 2, 3, 4].map(() => capturePayment(world.device, request)));
    for (const result of results) expect(result.ok).toBe(true);
    expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted).toBe(8_000_000n);
    expect(await capturePayment(world.device, { paymentId, amountMicros: 3_000_000n })).toEqual({
      ok: false,
      reason: "payment_already_captured",
    });
  });

  test("more than was held, or part of a cent, is not captured", async () => {
    const { world, paymentId } = await held();
    expect(await capturePayment(world.device, { paymentId, amountMicros: 4_010_000n })).toEqual({
      ok: false,
      reason: "amount_above_authorised",
    });
    expect(await capturePayment(world.device, { paymentId, amountMicros: 1_005_000n })).toEqual({
      ok: false,
      reason: "amount_not_whole_minor_units",
    });
  });

  test("a key gives the first answer of its capture, and belongs to no other request", async () => {
    const { world, paymentId } = await held();
    const idempotency = { key: "cap-1", requestHash: Buffer.from("a") };
    const first = await capturePayment(world.device, { paymentId, amountMicros: 1_000_000n, idempotency });
    expect(await capturePayment(world.device, { paymentId, amountMicros: 1_000_000n, idempotency })).toEqual({
      ...first,
      replayed: true,
    });
    const other = { key: "cap-1", requestHash: Buffer.from("b") };
    expect(await voidPayment(world.device, { paymentId, idempotency: other })).toEqual({
      ok: false,
      reason: "idempotency_key_reused",
    });
  });

  test("a hold that nobody captures expires and releases the money", async () => {
    const { world, wallet, paymentId } = await held();
    expect(await expireHolds()).toBe(0);
    const later = new Date(Date.now() + 25 * 3_600_000);
    const captured = await withClock(later, () => capturePayment(world.device, { paymentId }));
    expect(captured).toEqual({ ok: false, reason: "payment_expired" });
    expect(await withClock(later, () => expireHolds())).toBeGreaterThan(0);
    expect(await withClock(later, () => expireHolds())).toBe(0);
    expect(await balanceOf(walletAccount(wallet.id, "EUR"))).toMatchObject({
      posted: 10_000_000n,
      debitsPending: 0n,
    });
    expect(await getPaymentForDevice(world.device, paymentId)).toMatchObject({
      ok: true,
      payment: { state: "expired" },
    });
  });

  test("another device of the same merchant sees, captures and voids nothing of it", async () => {
    const { world, paymentId } = await held();
    const other = await addDevice(world.programId, world.merchantId);
    const nothing = { ok: false, reason: "payment_not_found" };
    expect(await getPaymentForDevice(other, paymentId)).toEqual(nothing);
    expect(await capturePayment(other, { paymentId })).toEqual(nothing);
    expect(await voidPayment(other, { paymentId })).toEqual(nothing);
    expect(await capturePayment(world.device, { paymentId: newId("payment") })).toEqual(nothing);
  });
});
