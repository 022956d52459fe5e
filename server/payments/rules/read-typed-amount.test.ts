import { expect, test } from "vitest";
import { readAmount } from "./read-typed-amount";

test.each([
  ["44.50", 44_500_000n],
  ["44,50", 44_500_000n],
  ["44.5", 44_500_000n],
  ["44", 44_000_000n],
  ["44.50 EUR", 44_500_000n],
  ["€ 44,50", 44_500_000n],
  ["1 234,50", 1_234_500_000n],
  ["1 234.50", 1_234_500_000n],
  ["1.234,50", 1_234_500_000n],
  ["1,234.50", 1_234_500_000n],
])("%s is an amount", (text, micros) => {
  expect(readAmount(text)).toBe(micros);
});

test.each(["", "Card 8061", "4411-22", "44.505.1", "-3", "0", "9999999999999", "pay_01"])(
  "%s is none",
  (text) => {
    expect(readAmount(text)).toBeNull();
  },
);
