import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coverByAllowance, parseQuantityMicros } from "./cover-by-allowance";

const step = fc.constantFrom(1n, 1_000n, 10_000n, 1_000_000n);
/** Prices are whole steps, as payments are whole minor units. */
const purchase = fc.record({
  steps: fc.bigInt(1n, 10n ** 9n),
  quantityMicros: fc.bigInt(1n, 10n ** 12n),
  leftMicros: fc.bigInt(0n, 10n ** 12n),
  stepMicros: step,
});

describe("an allowance", () => {
  test("covers all of the price when it covers all of the quantity", () => {
    const price = { priceMicros: 333_333n, quantityMicros: 7_000_000n, stepMicros: 1n };
    expect(coverByAllowance({ ...price, leftMicros: 7_000_000n })).toEqual({
      coveredQuantityMicros: 7_000_000n,
      coveredMicros: 333_333n,
      dueMicros: 0n,
    });
  });

  test("gives the parts of a unit that it has, to the millionth", () => {
    const price = { priceMicros: 10_000_000n, quantityMicros: 20_000_000n, stepMicros: 10_000n };
    expect(coverByAllowance({ ...price, leftMicros: 5_500_001n })).toEqual({
      coveredQuantityMicros: 5_500_001n,
      coveredMicros: 2_750_000n,
      dueMicros: 7_250_000n,
    });
    expect(parseQuantityMicros("5.500001")).toBe(5_500_001n);
  });

  test("covers its share, floored to the step, and is used up", () => {
    const price = { priceMicros: 1_000_000n, quantityMicros: 3_000_000n, leftMicros: 1_000_000n };
    expect(coverByAllowance({ ...price, stepMicros: 1n })).toEqual({
      coveredQuantityMicros: 1_000_000n,
      coveredMicros: 333_333n,
      dueMicros: 666_667n,
    });
    expect(coverByAllowance({ ...price, stepMicros: 10_000n }).coveredMicros).toBe(330_000n);
  });

  test("keeps its units when they are not worth one step", () => {
    expect(
      coverByAllowance({ priceMicros: 10_000n, quantityMicros: 9n, leftMicros: 8n, stepMicros: 10_000n }),
    ).toEqual({ coveredQuantityMicros: 0n, coveredMicros: 0n, dueMicros: 10_000n });
  });

  test("and money pay the price together, each not less than nothing", () => {
    fc.assert(
      fc.property(purchase, ({ steps, ...rest }) => {
        const priceMicros = steps * rest.stepMicros;
        const cover = coverByAllowance({ priceMicros, ...rest });
        expect(cover.coveredMicros + cover.dueMicros).toBe(priceMicros);
        expect(cover.coveredMicros >= 0n && cover.dueMicros >= 0n).toBe(true);
        expect(cover.coveredMicros % rest.stepMicros).toBe(0n);
        expect(cover.coveredQuantityMicros <= rest.leftMicros).toBe(true);
        expect(cover.coveredQuantityMicros <= rest.quantityMicros).toBe(true);
        // Never worth more than its share, and all of it when there is enough.
        expect(cover.coveredMicros * rest.quantityMicros <= priceMicros * cover.coveredQuantityMicros).toBe(
          true,
        );
        expect(cover.dueMicros === 0n).toBe(rest.leftMicros >= rest.quantityMicros);
      }),
      { numRuns: 2_000 },
    );
  });

  test("covers no less when more of it is left", () => {
    fc.assert(
      fc.property(purchase, fc.bigInt(0n, 10n ** 12n), ({ steps, ...rest }, more) => {
        const priceMicros = steps * rest.stepMicros;
        const less = coverByAllowance({ priceMicros, ...rest });
        const bigger = coverByAllowance({ priceMicros, ...rest, leftMicros: rest.leftMicros + more });
        expect(bigger.coveredMicros >= less.coveredMicros).toBe(true);
        expect(bigger.coveredQuantityMicros >= less.coveredQuantityMicros).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("a quantity", () => {
  test.each([
    ["22.4", 22_400_000n],
    ["0", 0n],
    ["007", 7_000_000n],
    ["0.000001", 1n],
    ["1.50000000", 1_500_000n],
    ["999999999999.999999", 999_999_999_999_999_999n],
  ])("%s is read exactly", (text, micros) => {
    expect(parseQuantityMicros(text)).toBe(micros);
  });

  test.each(["", "-1", "+1", "1e3", ".5", "1.", "0.0000001", " 1", "1,5", "١", "9999999999999"])(
    "%s is not one",
    (text) => {
      expect(parseQuantityMicros(text)).toBeNull();
    },
  );
});
