import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHARGEBACK_STEP, chargebackLegs, type LegLeft, refundLegs, subtractReversal } from "./refund-legs";

const CENT = 10_000n;
const leg = (to: string, cents: number): LegLeft => ({ to, step: "s", leftMicros: BigInt(cents) * CENT });
const shown = (legs: { to: string; amountMicros: bigint }[]) =>
  legs.map(({ to, amountMicros }) => `${to} ${amountMicros / CENT}`);

describe("a refund", () => {
  test("takes from each leg in proportion, dust from the largest fraction", () => {
    // 3.00 of 14.11: 24.45, 4.46, 1.06, 49.11, 18.29, 202.62 cents; two cents of dust to .62 and .46
    const legs = [
      leg("tax", 115),
      leg("operator", 21),
      leg("grid", 5),
      leg("city", 231),
      leg("metro", 86),
      leg("shop", 953),
    ];
    const first = refundLegs(legs, 300n * CENT, "EUR");
    expect(shown(first)).toEqual(["tax 24", "operator 5", "grid 1", "city 49", "metro 18", "shop 203"]);
    const second = refundLegs(subtractReversal(legs, first), 1111n * CENT, "EUR");
    expect(shown(second)).toEqual(["tax 91", "operator 16", "grid 4", "city 182", "metro 68", "shop 750"]);
  });

  test("gives ties to the earlier leg, and nothing to a leg of which nothing is left", () => {
    expect(shown(refundLegs([leg("none", 0), leg("a", 50), leg("b", 50)], CENT, "EUR"))).toEqual(["a 1"]);
  });

  test("above what is left, of nothing, or of half a cent is a broken invariant", () => {
    for (const micros of [101n * CENT, 0n, -CENT, CENT / 2n]) {
      expect(() => refundLegs([leg("a", 100)], micros, "EUR")).toThrow(RangeError);
    }
    expect(() => refundLegs([leg("a", 0)], CENT, "EUR")).toThrow(RangeError);
  });

  const history = fc.record({
    legs: fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 7 }),
    cuts: fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 8 }),
  });

  /** Refunds of the given sizes as long as enough is left, then one of all the rest; what was taken from each leg. */
  function refundAll({ legs, cuts }: { legs: number[]; cuts: number[] }, refund: typeof refundLegs) {
    const original = legs.map((cents, at) => leg(`p${at}`, cents));
    const sum = (all: LegLeft[]) => all.reduce((total, { leftMicros }) => total + leftMicros, 0n);
    let left = original;
    for (const cut of [...cuts.map((cents) => BigInt(cents) * CENT), null]) {
      const amount = cut ?? sum(left);
      if (amount === 0n || amount > sum(left)) continue;
      const reversal = refund(left, amount, "EUR");
      expect(reversal.reduce((total, { amountMicros }) => total + amountMicros, 0n)).toBe(amount);
      left = subtractReversal(left, reversal);
    }
    return left.every(({ leftMicros }) => leftMicros === 0n);
  }

  test("never exceeds a leg, adds up to its amount, and the last one leaves every leg at zero", () => {
    fc.assert(
      fc.property(history, (example) => refundAll(example, refundLegs)),
      { numRuns: 2000 },
    );
  });

  test("rounded leg by leg would break this, and the property notices", () => {
    const rounded: typeof refundLegs = (legs, amount) => {
      const total = legs.reduce((sum, { leftMicros }) => sum + leftMicros, 0n);
      return legs.map(({ to, step, leftMicros }) => {
        const cents = (2n * amount * leftMicros + total * CENT) / (2n * total * CENT);
        return { to, step, amountMicros: cents * CENT };
      });
    };
    const outcome = fc.check(
      fc.property(history, (example) => refundAll(example, rounded)),
      { numRuns: 2000 },
    );
    expect(outcome.failed).toBe(true);
  });
});

describe("a chargeback", () => {
  const legs = [leg("a", 60), leg("b", 40)];
  test("is borne by the merchant, unless the agreement says otherwise", () => {
    const expected = [{ to: "voltway", step: CHARGEBACK_STEP, amountMicros: 50n * CENT }];
    expect(chargebackLegs({}, legs, 50n * CENT, "voltway", "EUR")).toEqual(expected);
    expect(
      chargebackLegs({ chargebacks: { bearer: "$merchant" } }, legs, 50n * CENT, "voltway", "EUR"),
    ).toEqual(expected);
  });

  test("by legs is the same as a refund", () => {
    const terms = { chargebacks: { bearer: "by-legs" as const } };
    expect(shown(chargebackLegs(terms, legs, 51n * CENT, "voltway", "EUR"))).toEqual(["a 31", "b 20"]);
  });

  test("can be borne by a named party, for no more than what is left of the payment", () => {
    const terms = { chargebacks: { bearer: "city" } };
    expect(shown(chargebackLegs(terms, legs, 100n * CENT, "voltway", "EUR"))).toEqual(["city 100"]);
    expect(() => chargebackLegs(terms, legs, 101n * CENT, "voltway", "EUR")).toThrow(RangeError);
  });
});
