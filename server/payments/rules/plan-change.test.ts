import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newId } from "@/server/platform/ids";
import { microsPerMinor } from "@/server/platform/money";
import type { PaymentState } from "../constants";
import { PAYMENT_REFUSALS, PAYMENT_STATES } from "../constants";
import type { Payment } from "../types";
import { isTapTimeAcceptable } from "./decide-authorisation";
import { planCapture, planRefund, planVoid } from "./plan-change";
import { PAID_IN_MONEY, statusOf } from "./present-payment";
import { splitWindow } from "./split-window";

const at = new Date("2026-06-01T12:00:00Z");

function payment(over: Partial<Payment> = {}): Payment {
  return {
    id: newId("payment"),
    programId: newId("program"),
    merchantId: newId("organisation"),
    deviceId: newId("device"),
    deviceKind: "parking_meter",
    zone: null,
    payerId: null,
    instrumentId: null,
    instrumentKind: "wallet",
    instrumentLabel: "Wallet 0932",
    source: "device",
    externalRef: "x",
    deviceSequence: null,
    importId: null,
    currency: "EUR",
    amountMicros: 10_000_000n,
    capturedMicros: 0n,
    refundedMicros: 0n,
    state: "authorised",
    declineReason: null,
    description: null,
    quantity: null,
    latitude: null,
    longitude: null,
    flags: [],
    riskScore: 2,
    captureOnApproval: false,
    occurredAt: at,
    authorisedAt: at,
    expiresAt: new Date(at.getTime() + 3_600_000),
    capturedAt: null,
    closedAt: null,
    holdTransferId: newId("transfer"),
    captureTransferId: null,
    ...PAID_IN_MONEY,
    ...over,
  };
}

const anyMicros = fc.bigInt({ min: -5_000_000n, max: 25_000_000n });

describe("capture", () => {
  test("never exceeds what was authorised, and is whole minor units above zero", () => {
    fc.assert(
      fc.property(anyMicros, (amount) => {
        const plan = planCapture(payment(), amount, at);
        const possible = amount > 0n && amount <= 10_000_000n && amount % microsPerMinor("EUR") === 0n;
        expect(plan.ok).toBe(possible);
        if (plan.ok) expect(plan.capture.dueMicros).toBe(amount);
      }),
    );
  });

  test("moves money only from a hold that still stands", () => {
    for (const state of PAYMENT_STATES) {
      const plan = planCapture(payment({ state, capturedMicros: 10_000_000n }), undefined, at);
      expect(plan.ok && !plan.alreadyDone).toBe(state === "authorised");
    }
    const over = new Date(at.getTime() + 3_600_000);
    expect(planCapture(payment(), undefined, over)).toEqual({ ok: false, reason: "payment_expired" });
  });
});

test("voiding releases only what is held", () => {
  const released: PaymentState[] = PAYMENT_STATES.filter((state) => {
    const plan = planVoid(payment({ state }));
    return plan.ok && !plan.alreadyDone;
  });
  expect(released).toEqual(["authorised", "in_review"]);
});

describe("refunds", () => {
  test("of any sequence never exceed the captured amount, and the last one empties it exactly", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 5_000n }).map((cents) => cents * 10_000n),
        fc.array(anyMicros, { maxLength: 20 }),
        (capturedMicros, wishes) => {
          let current = payment({ state: "captured", capturedMicros });
          let given = 0n;
          for (const wish of wishes) {
            const plan = planRefund(current, wish);
            if (!plan.ok) continue;
            expect(plan.amountMicros).toBe(wish);
            given += plan.amountMicros;
            current = { ...current, state: plan.state, refundedMicros: plan.refundedMicros };
            expect(given).toBeLessThanOrEqual(capturedMicros);
            expect(current.refundedMicros).toBe(given);
          }
          const rest = planRefund(current, undefined);
          expect(rest.ok).toBe(given < capturedMicros);
          if (rest.ok) {
            expect(given + rest.amountMicros).toBe(capturedMicros);
            expect(rest.state).toBe("refunded");
          }
        },
      ),
    );
  });

  test("of nothing say so, and of less than a minor unit say that", () => {
    const captured = payment({ state: "captured", capturedMicros: 5_000_000n });
    expect(planRefund(captured, 0n)).toEqual({ ok: false, reason: "amount_zero" });
    expect(PAYMENT_REFUSALS.amount_zero).toBe("A refund must be above zero.");
    expect(planRefund(captured, 5_000n)).toEqual({ ok: false, reason: "amount_not_whole_minor_units" });
    const refunded = payment({ state: "refunded", capturedMicros: 5_000_000n, refundedMicros: 5_000_000n });
    expect(planRefund(refunded, 0n)).toEqual({ ok: false, reason: "amount_above_captured" });
  });

  test("are only for captured payments", () => {
    for (const state of ["authorised", "declined", "in_review", "voided", "expired"] as const) {
      expect(planRefund(payment({ state }), 1_000_000n)).toEqual({
        ok: false,
        reason: "payment_not_captured",
      });
    }
  });
});

describe("usage windows", () => {
  test("over any sequence, payments and what is carried add up to the records to the last micro-unit", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("EUR" as const, "JPY" as const, "KWD" as const),
        fc.array(fc.bigInt({ min: 1n, max: 30_000_000n }), { maxLength: 50 }),
        (currency, gathered) => {
          let carried = 0n;
          let paid = 0n;
          let recorded = 0n;
          for (const micros of gathered) {
            const split = splitWindow(micros, carried, currency);
            recorded += micros;
            paid += split.paymentMicros;
            carried = split.carriedOutMicros;
            expect(split.paymentMicros % microsPerMinor(currency)).toBe(0n);
            expect(carried >= 0n && carried < microsPerMinor(currency)).toBe(true);
            expect(paid + carried).toBe(recorded);
          }
        },
      ),
    );
  });
});

test("a tap may be five minutes ahead and seven days behind, not more", () => {
  const offset = (ms: number) => isTapTimeAcceptable(new Date(at.getTime() + ms), at);
  expect([offset(300_000), offset(300_001)]).toEqual([true, false]);
  expect([offset(-7 * 86_400_000), offset(-7 * 86_400_000 - 1)]).toEqual([true, false]);
});

test("each state has its HTTP status", () => {
  expect([statusOf("captured"), statusOf("authorised"), statusOf("in_review"), statusOf("declined")]).toEqual(
    [201, 201, 202, 402],
  );
});
