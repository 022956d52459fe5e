import { expect, test } from "vitest";
import type { ListedPayment } from "./repository/read-payments";
import { viewPayment } from "./view-payment";

const EURO = 1_000_000n;

/** A payment of 20 kWh at 8.00, of which an allowance had 12 kWh left. */
function payment(over: Partial<ListedPayment>): ListedPayment {
  const at = new Date("2026-11-02T10:00:00Z");
  const plain: Partial<ListedPayment> = {
    state: "captured",
    currency: "EUR",
    amountMicros: 3_200_000n,
    capturedMicros: 3_200_000n,
    refundedMicros: 0n,
    quantity: { kwh: "20" },
    allowanceUnit: "kwh",
    allowanceQuantityMicros: 12n * EURO,
    allowanceMicros: 4_800_000n,
    deviceId: null,
    merchantId: "01900000-0000-7000-8000-000000000001" as ListedPayment["merchantId"],
    programId: "01900000-0000-7000-8000-000000000002" as ListedPayment["programId"],
    id: "01900000-0000-7000-8000-000000000003" as ListedPayment["id"],
    occurredAt: at,
    authorisedAt: at,
    expiresAt: null,
    capturedAt: at,
    allocatedAt: null,
  };
  return { ...plain, ...over } as ListedPayment;
}

const allowanceOf = (over: Partial<ListedPayment> = {}) => viewPayment(payment(over)).allowance;
const eur = (amount: string) => ({ amount, currency: "EUR" });

test("a price is what the allowance covered and what was paid, to the cent", () => {
  expect(allowanceOf()).toEqual({
    unit: "kwh",
    quantity: "12",
    of: "20",
    covered: eur("4.80"),
    price: eur("8.00"),
  });
});

test("before the capture, the price is what is held", () => {
  const held = allowanceOf({ capturedAt: null, capturedMicros: 0n, state: "authorised" });
  expect(held).toMatchObject({ price: eur("8.00"), of: "20" });
});

test("a capture of less no longer names the quantity that was asked for", () => {
  expect(allowanceOf({ capturedMicros: EURO })).toMatchObject({ price: eur("5.80"), of: null });
  const covered = { amountMicros: 0n, capturedMicros: 0n, allowanceQuantityMicros: 7n * EURO };
  expect(allowanceOf(covered)).toMatchObject({ quantity: "7", of: null, price: eur("4.80") });
});

test("a payment that is all money has no such part", () => {
  expect(allowanceOf({ allowanceUnit: null, allowanceQuantityMicros: 0n, allowanceMicros: 0n })).toBeNull();
});
