/** What limits and allowances do to authorisations: one by one, in batches, and from many callers at once. */
import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { fromPublicId, type Id } from "@/server/platform/ids";
import { parseMicros } from "@/server/platform/money";
import { useTestDatabase } from "@/server/platform/testing";
import type { LimitPeriod, LimitSubject } from "./constants";
import { walletAccount } from "./rules/derive-accounts";
import { authorisePayment, authorisePayments } from "./service/authorise-payment";
import { capturePayment, expireHolds, voidPayment } from "./service/capture-payment";
import { grantAllowance } from "./service/manage-allowances";
import { createInstruments } from "./service/manage-instruments";
import { setLimit } from "./service/manage-limits";
import { addDevice, addWallet, balanceOf, createWorld, requestOf, system, type TestWorld } from "./testing";
import type { AuthoriseResult, PaymentAnswer } from "./types";

useTestDatabase();

const EURO = 1_000_000n;

function answerOf(result: AuthoriseResult): PaymentAnswer {
  if (!result.ok) throw new Error(result.reason);
  return result.payment;
}

function idOf(result: AuthoriseResult): Id<"payment"> {
  const id = fromPublicId("payment", answerOf(result).id);
  if (!id) throw new Error("no id");
  return id;
}

const stateAndReason = (result: AuthoriseResult) => {
  const { state, declineReason } = answerOf(result);
  return declineReason ?? state;
};

/** What the counters ought to say, from the payments that count. */
async function countedAgain(): Promise<unknown[]> {
  const { rows } = await withScope(system, (tx) =>
    tx.query(
      `select c.limit_id, c.subject_id, c.period_start, c.payments, c.amount_micros, count(n.payment)::int, coalesce(sum(n.micros), 0)::bigint
       from limit_counter c left join (
         select p.id as payment, case when p.captured_at is null then p.amount_micros else p.captured_micros end as micros, k.*
         from payment p cross join lateral jsonb_to_recordset(p.counted) as k("limit" uuid, subject uuid, start timestamptz)
         where p.counted is not null and p.state not in ('voided', 'expired', 'declined')
       ) n on n."limit" = c.limit_id and n.subject = c.subject_id and n.start = c.period_start
       group by 1, 2, 3, 4, 5 having count(n.payment)::int <> c.payments or coalesce(sum(n.micros), 0) <> c.amount_micros`,
    ),
  );
  return rows;
}

async function subjectIdOf(world: TestWorld, token: string, subject: LimitSubject): Promise<string> {
  if (subject === "device") return world.deviceId;
  if (subject === "merchant") return world.merchantId;
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ id: string; payer_id: string }>("select id, payer_id from instrument where token = $1", [
      token,
    ]),
  );
  return (subject === "payer" ? rows[0]?.payer_id : rows[0]?.id) ?? "";
}

async function limit(
  world: TestWorld,
  subject: { kind: LimitSubject; id: string | null },
  period: LimitPeriod,
  most: { maxPayments?: number; maxAmount?: string },
): Promise<void> {
  await setLimit(world.operator, {
    programId: world.programId,
    subject,
    period,
    maxPayments: most.maxPayments ?? null,
    maxAmount: most.maxAmount ?? null,
  } as Parameters<typeof setLimit>[1]);
}

describe("a limit", () => {
  test.each(["device", "instrument", "payer", "merchant"] as const)(
    "of a %s declines by count and by amount, and says which",
    async (subject) => {
      const world = await createWorld();
      const wallet = await addWallet(world, 500n * EURO);
      const id = await subjectIdOf(world, wallet.token, subject);
      await limit(world, { kind: subject, id }, "day", { maxPayments: 3, maxAmount: "10.00" });
      const pay = (amountMicros: bigint) =>
        authorisePayment(world.device, requestOf({ instrumentToken: wallet.token, amountMicros }));
      expect(stateAndReason(await pay(4n * EURO))).toBe("authorised");
      expect(stateAndReason(await pay(7n * EURO))).toBe(`${subject}_amount_limit`);
      expect(stateAndReason(await pay(6n * EURO))).toBe("authorised");
      expect(stateAndReason(await pay(10_000n))).toBe(`${subject}_amount_limit`);
      await limit(world, { kind: subject, id }, "day", { maxPayments: 2 });
      const over = await pay(10_000n);
      expect(stateAndReason(over)).toBe(`${subject}_count_limit`);
      const { rows } = await withScope(system, (tx) =>
        tx.query<{ detail: Record<string, unknown> }>(
          "select detail from payment_event where payment_id = $1",
          [idOf(over)],
        ),
      );
      expect(rows[0]?.detail).toMatchObject({
        reason: `${subject}_count_limit`,
        limit: { subject, period: "day", max_payments: 2, used_payments: 2, used_micros: "10000000" },
      });
      expect(await countedAgain()).toEqual([]);
    },
  );

  test("of one payment counts nothing, and one of the subject's own stands in the default's place", async () => {
    const world = await createWorld();
    const [one, other] = [await addWallet(world, 500n * EURO), await addWallet(world, 500n * EURO)];
    await limit(world, { kind: "instrument", id: null }, "payment", { maxAmount: "5.00" });
    await limit(world, { kind: "instrument", id: one.id }, "payment", { maxAmount: "20.00" });
    const pay = (token: string, amountMicros: bigint) =>
      authorisePayment(world.device, requestOf({ instrumentToken: token, amountMicros }));
    expect(stateAndReason(await pay(one.token, 20n * EURO))).toBe("authorised");
    expect(stateAndReason(await pay(one.token, 20n * EURO + 10_000n))).toBe("instrument_amount_limit");
    expect(stateAndReason(await pay(other.token, 5n * EURO))).toBe("authorised");
    expect(stateAndReason(await pay(other.token, 6n * EURO))).toBe("instrument_amount_limit");
    const { rows } = await withScope(system, (tx) =>
      tx.query(
        "select from limit_counter c join payment_limit l on l.id = c.limit_id where l.program_id = $1",
        [world.programId],
      ),
    );
    expect(rows).toEqual([]);
  });

  test("counts anew in the next period of the program's own time zone", async () => {
    const world = await createWorld({ timeZone: "America/Los_Angeles", currency: "USD" });
    const wallet = await addWallet(world, 500n * EURO);
    await limit(world, { kind: "instrument", id: null }, "day", { maxPayments: 1 });
    const payAt = (time: string) =>
      withClock(new Date(time), () =>
        authorisePayment(world.device, requestOf({ instrumentToken: wallet.token, currency: "USD" })),
      );
    // Midnight in Los Angeles is 08:00 UTC in winter.
    expect(stateAndReason(await payAt("2026-11-20T08:30:00Z"))).toBe("authorised");
    expect(stateAndReason(await payAt("2026-11-21T07:59:59Z"))).toBe("instrument_count_limit");
    expect(stateAndReason(await payAt("2026-11-21T08:00:00Z"))).toBe("authorised");
  });

  test("is not passed by callers at once, in batches or alone, and releases what is given back", async () => {
    const world = await createWorld();
    const wallets = await Promise.all(Array.from({ length: 12 }, () => addWallet(world, 500n * EURO)));
    const devices = await Promise.all(
      Array.from({ length: 4 }, () => addDevice(world.programId, world.merchantId)),
    );
    await limit(world, { kind: "merchant", id: world.merchantId }, "month", { maxAmount: "30.00" });
    await limit(world, { kind: "device", id: null }, "hour", { maxPayments: 9 });
    const item = (at: number) => ({
      scope: devices[at % 4] ?? world.device,
      request: requestOf({
        instrumentToken: wallets[at % 12]?.token ?? "",
        amountMicros: EURO + BigInt(at % 3) * 500_000n,
      }),
    });
    const alone = Array.from({ length: 30 }, (_, at) => authorisePayments([item(at)]));
    const batches = Array.from({ length: 3 }, (_, batch) =>
      authorisePayments(Array.from({ length: 10 }, (_, at) => item(batch * 10 + at))),
    );
    const results = (await Promise.all([...alone, ...batches])).flat();
    const held = results.filter((result) => stateAndReason(result) === "authorised");
    const declined = new Set(results.map(stateAndReason).filter((reason) => reason !== "authorised"));
    expect([...declined].every((reason) => /^(merchant_amount|device_count)_limit$/.test(reason))).toBe(true);
    expect(await countedAgain()).toEqual([]);
    const taken = held.reduce((sum, result) => sum + parseMicros(answerOf(result).amount.amount), 0n);
    expect(taken).toBeLessThanOrEqual(30n * EURO);
    // Nobody was turned away while the largest payment still fitted.
    expect(taken).toBeGreaterThan(28n * EURO);

    const [first, second, third] = held.map(idOf);
    if (!first || !second || !third) throw new Error("three were held");
    const scopeOf = async (paymentId: Id<"payment">) => {
      const { rows } = await withScope(system, (tx) =>
        tx.query<{ device_id: string }>("select device_id from payment where id = $1", [paymentId]),
      );
      const scope = devices.find((device) => device.deviceId === rows[0]?.device_id);
      if (!scope) throw new Error("no device");
      return scope;
    };
    await voidPayment(await scopeOf(first), { paymentId: first });
    await capturePayment(await scopeOf(second), { paymentId: second, amountMicros: 250_000n });
    await capturePayment(await scopeOf(third), { paymentId: third });
    expect(await countedAgain()).toEqual([]);
    const later = new Date(Date.now() + 80 * 3_600_000);
    await withClock(later, () => expireHolds());
    expect(await countedAgain()).toEqual([]);
  });
});

describe("an allowance", () => {
  const park = (world: TestWorld, token: string, minutes: string, amountMicros: bigint, capture = true) =>
    authorisePayment(
      world.device,
      requestOf({ instrumentToken: token, amountMicros, quantity: { minutes }, capture }),
    );

  async function holder(monthly: string) {
    const world = await createWorld();
    const wallet = await addWallet(world, 50n * EURO);
    const payerId = (await subjectIdOf(world, wallet.token, "payer")) as Id<"payer">;
    const { id } = await grantAllowance(world.operator, world.programId, {
      payerId,
      unit: "minutes",
      monthly,
    });
    return { world, wallet, allowanceId: id };
  }

  async function used(allowanceId: string): Promise<bigint> {
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ used: bigint }>(
        "select coalesce(sum(used_micros), 0)::bigint as used from allowance_month where instrument_id = $1",
        [allowanceId],
      ),
    );
    return rows[0]?.used ?? 0n;
  }

  test("pays in units before money does, then its share, then nothing", async () => {
    const { world, wallet, allowanceId } = await holder("100");
    expect(answerOf(await park(world, wallet.token, "60", 3n * EURO))).toMatchObject({
      state: "captured",
      amount: { amount: "0.00" },
      captured: { amount: "0.00" },
      allowance: { unit: "minutes", quantity: "60", value: { amount: "3.00" } },
      message: "60 minutes of the allowance and 0.00 EUR were charged.",
    });
    expect(answerOf(await park(world, wallet.token, "60", 3n * EURO))).toMatchObject({
      captured: { amount: "1.00" },
      allowance: { quantity: "40", value: { amount: "2.00" } },
    });
    const third = answerOf(await park(world, wallet.token, "60", 3n * EURO));
    expect(third).toMatchObject({ captured: { amount: "3.00" }, allowance: null });
    expect(await used(allowanceId)).toBe(100_000_000n);
    expect(await balanceOf(walletAccount(wallet.id, "EUR"))).toMatchObject({ posted: 46n * EURO });
  });

  test("gets back what a void, an expiry or a lower capture did not use", async () => {
    const { world, wallet, allowanceId } = await holder("100");
    const voided = await park(world, wallet.token, "60", 3n * EURO, false);
    await voidPayment(world.device, { paymentId: idOf(voided) });
    expect(await used(allowanceId)).toBe(0n);

    const part = await park(world, wallet.token, "120", 6n * EURO, false);
    expect(answerOf(part)).toMatchObject({ amount: { amount: "1.00" }, allowance: { quantity: "100" } });
    // A price below the allowance's part: half of its units and none of the money.
    const captured = await capturePayment(world.device, {
      paymentId: idOf(part),
      amountMicros: 2_500_000n,
    });
    expect(captured).toMatchObject({
      ok: true,
      payment: {
        state: "captured",
        captured: { amount: "0.00" },
        allowance: { quantity: "50", value: { amount: "2.50" } },
      },
    });
    expect(await used(allowanceId)).toBe(50_000_000n);
    const again = await capturePayment(world.device, {
      paymentId: idOf(part),
      amountMicros: 2_500_000n,
    });
    expect(again).toMatchObject({ ok: true, payment: { allowance: { quantity: "50" } } });

    await park(world, wallet.token, "10", 500_000n, false);
    expect(await used(allowanceId)).toBe(60_000_000n);
    await withClock(new Date(Date.now() + 80 * 3_600_000), () => expireHolds());
    expect(await used(allowanceId)).toBe(50_000_000n);
    expect(await balanceOf(walletAccount(wallet.id, "EUR"))).toMatchObject({
      posted: 50n * EURO,
      debitsPending: 0n,
    });
  });

  test("never gives more than it holds, whoever asks at the same moment", async () => {
    const { world, wallet, allowanceId } = await holder("100");
    const results = await Promise.all(
      Array.from({ length: 12 }, () => park(world, wallet.token, "15", 1_500_000n)),
    );
    const sum = (of: (answer: PaymentAnswer) => string | undefined) =>
      results.reduce((total, result) => total + parseMicros(of(answerOf(result)) ?? "0"), 0n);
    expect(sum((answer) => answer.allowance?.quantity)).toBe(100_000_000n);
    expect(await used(allowanceId)).toBe(100_000_000n);
    // Twelve times 1.50, of which ten are the allowance's.
    expect(sum((answer) => answer.allowance?.value.amount)).toBe(10n * EURO);
    expect(sum((answer) => answer.amount.amount)).toBe(8n * EURO);
  });

  test("that is presented itself pays all or is used up, and a blocked one pays nothing", async () => {
    const { world, wallet, allowanceId } = await holder("30");
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ token: string }>("select token from instrument where id = $1", [allowanceId]),
    );
    const token = rows[0]?.token ?? "";
    expect(stateAndReason(await park(world, token, "20", EURO))).toBe("captured");
    expect(stateAndReason(await park(world, token, "20", EURO))).toBe("allowance_used_up");
    await withScope(system, (tx) =>
      tx.query("update instrument set state = 'blocked' where id = $1", [allowanceId]),
    );
    expect(stateAndReason(await park(world, token, "1", 50_000n))).toBe("instrument_blocked");
    expect(answerOf(await park(world, wallet.token, "5", 250_000n)).allowance).toBeNull();
  });

  test("covers a card whose acquirer would refuse, because no money is asked for", async () => {
    const world = await createWorld();
    const [card] = await createInstruments(system, world.programId, [
      { kind: "card_token", token: "tok_decline_1001", payerReference: "resident-7" },
    ]);
    if (!card) throw new Error("no card");
    await grantAllowance(world.operator, world.programId, {
      payerId: card.payerId,
      unit: "minutes",
      monthly: "30",
    });
    expect(stateAndReason(await park(world, "tok_decline_1001", "30", EURO))).toBe("captured");
  });
});
