import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decimalsOf,
  formatAmount,
  formatAmountShort,
  fromMinorUnits,
  hasSubMinor,
  signOf,
  toMinorUnits,
} from "@/components/money/format-amount";
import { formatCount, formatPercentChange } from "@/components/money/format-count";

const plain = (text: string) => text.replaceAll("\u2009", " ");

describe("formatAmount", () => {
  test.each([
    ["0", "0.00"],
    ["-0.00", "0.00"],
    ["2.7", "2.70"],
    ["25199.54", "25 199.54"],
    ["1234567.8", "1 234 567.80"],
    ["-8.2", "−8.20"],
    ["1.005", "1.01"],
    ["9.995", "10.00"],
    ["-999.999", "−1 000.00"],
    ["0.0032", "0.0032"],
    ["-0.004", "−0.004"],
    ["007.50", "7.50"],
    ["not a number", "not a number"],
  ])("%s is written %s", (amount, text) => {
    expect(plain(formatAmount(amount))).toBe(text);
  });

  test("figures of one column have as many decimals as the finest of them", () => {
    const column = ["12", "0.25", "1234.567800", "-3.5"];
    const decimals = decimalsOf(column);
    expect(decimals).toBe(4);
    expect(column.map((amount) => plain(formatAmount(amount, { full: true, decimals })))).toEqual([
      "12.0000",
      "0.2500",
      "1 234.5678",
      "−3.5000",
    ]);
    // Never fewer than the minor unit has, and none where nothing is finer.
    expect(formatAmount("12", { full: true, decimals: decimalsOf(["12"]) })).toBe("12.00");
    expect(formatAmount("12", { currency: "JPY", full: true, decimals: decimalsOf(["12"]) })).toBe("12");
  });

  test("a plus is written on request, but never before zero", () => {
    expect(formatAmount("18.06", { sign: "always" })).toBe("+18.06");
    expect(formatAmount("0", { sign: "always" })).toBe("0.00");
    expect(formatAmount("-18.06", { sign: "never" })).toBe("18.06");
  });

  test("currencies without two minor digits keep their own", () => {
    expect(plain(formatAmount("1500", { currency: "JPY" }))).toBe("1 500");
    expect(formatAmount("1.5", { currency: "KWD" })).toBe("1.500");
  });

  test("full shows every decimal", () => {
    expect(formatAmount("1.234560", { full: true })).toBe("1.23456");
    expect(hasSubMinor("1.234560")).toBe(true);
    expect(hasSubMinor("1.230000")).toBe(false);
  });

  test("no digit is lost however large the amount", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.integer({ min: 0, max: 999_999 }),
        (whole, micros) => {
          const fraction = micros.toString().padStart(6, "0");
          const magnitude = whole < 0n ? -whole : whole;
          const amount = `${whole < 0n ? "-" : ""}${magnitude}.${fraction}`;
          const shown = formatAmount(amount, { full: true }).replaceAll("\u2009", "").replace("−", "-");
          const expected = `${magnitude}.${fraction.replace(/0+$/, "").padEnd(2, "0")}`;
          const negative = whole < 0n;
          expect(shown).toBe(negative ? `-${expected}` : expected);
        },
      ),
    );
  });
});

test("short forms round to one decimal and say their unit", () => {
  expect(plain(formatAmountShort("312449.99"))).toBe("312.4 k");
  expect(plain(formatAmountShort("-1250000"))).toBe("−1.3 M");
  expect(formatAmountShort("999.5")).toBe("999.50");
  expect(plain(formatAmountShort("3700", { sign: "always" }))).toBe("+3.7 k");
});

test("the sign of an amount ignores how zero is written", () => {
  expect([signOf("-0.000"), signOf("-0.001"), signOf("3")]).toEqual([0, -1, 1]);
});

test("counts and changes are grouped and signed", () => {
  expect(plain(formatCount(18204))).toBe("18 204");
  expect(plain(formatCount(-1000n))).toBe("−1 000");
  expect(plain(formatPercentChange(0.0612))).toBe("+6.1 %");
  expect(plain(formatPercentChange(-0.0004))).toBe("0.0 %");
});

describe("minor units", () => {
  test.each([
    ["100000", "EUR", "1000.00"],
    ["5", "EUR", "0.05"],
    ["100000", "JPY", "100000"],
    ["1234", "KWD", "1.234"],
    ["0", "USD", "0.00"],
  ])("%s of %s are %s, and back", (units, currency, amount) => {
    expect(fromMinorUnits(units, currency)).toBe(amount);
    expect(toMinorUnits(amount, currency)).toBe(units);
  });

  test.each([
    ["0.005", "EUR"],
    ["0.5", "JPY"],
    ["-3.00", "EUR"],
    ["", "EUR"],
    ["ten", "EUR"],
  ])("%s is no amount of whole minor units of %s", (amount, currency) => {
    expect(toMinorUnits(amount, currency)).toBeNull();
  });
});
