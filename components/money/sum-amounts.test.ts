import fc from "fast-check";
import { expect, test } from "vitest";
import { sumAmounts } from "@/components/money/sum-amounts";

test("a sum has no rounding error where floats have one", () => {
  expect(sumAmounts(["0.1", "0.2"])).toBe("0.3");
  expect(sumAmounts(["9007199254740993.01", "0.001", "-0.001"])).toBe("9007199254740993.010");
  expect(sumAmounts([])).toBe("0");
});

test("a sum does not depend on order", () => {
  const cents = fc.integer({ min: -1e9, max: 1e9 });
  const decimal = cents.map(
    (value) =>
      `${value < 0 ? "-" : ""}${Math.floor(Math.abs(value) / 100)}.${String(Math.abs(value) % 100).padStart(2, "0")}`,
  );
  fc.assert(
    fc.property(fc.array(decimal, { minLength: 1 }), (amounts) => {
      expect(sumAmounts(amounts)).toBe(sumAmounts([...amounts].reverse()));
    }),
  );
});
