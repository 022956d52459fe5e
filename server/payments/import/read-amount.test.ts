import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addExact, exactText, parseExact, readWrittenAmount, roundToMinor, symbolFits } from "./read-amount";

const exact = (text: string) => {
  const value = parseExact(text);
  if (!value) throw new Error(text);
  return value;
};

describe("rounding", () => {
  test.each([
    ["6.4043", "EUR", 6_400_000n, true],
    ["30.240000000000002", "EUR", 30_240_000n, true],
    ["1E+2", "EUR", 100_000_000n, false],
    ["25e-1", "EUR", 2_500_000n, false],
    ["2.125", "EUR", 2_120_000n, true],
    ["2.135", "EUR", 2_140_000n, true],
    ["2.1350000000000000001", "EUR", 2_140_000n, true],
    ["2.5", "JPY", 2_000_000n, true],
    ["3.5", "JPY", 4_000_000n, true],
    ["-2.125", "EUR", -2_120_000n, true],
    ["0.004", "EUR", 0n, true],
    ["1.2345", "KWD", 1_234_000n, true],
    ["5.10", "EUR", 5_100_000n, false],
  ] as const)("%s %s is %s micros, halves to even", (text, currency, micros, rounded) => {
    expect(roundToMinor(exact(text), currency)).toEqual({ micros, rounded });
  });

  test("is at most half a minor unit away, whatever the number", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), fc.integer({ min: 0, max: 12 }), (units, scale) => {
        const result = roundToMinor({ units, scale }, "EUR");
        if (!result) return;
        const away = result.micros * 10n ** BigInt(scale) - units * 1_000_000n;
        expect((away < 0n ? -away : away) * 2n <= 10_000n * 10n ** BigInt(scale)).toBe(true);
      }),
    );
  });

  test("what is no number, or beyond reason, is none", () => {
    for (const text of ["", "abc", "1e", "0x10", "1,5", "NaN", "1E+99", "9".repeat(70)])
      expect(parseExact(text)).toBeNull();
    expect(roundToMinor(exact("1e21"), "EUR")).toBeNull();
    expect(exactText(addExact(exact("4.0"), exact("0.40")))).toBe("4.4");
  });
});

describe("amounts as tables write them", () => {
  test.each([
    ["2.50", true, "2.50"],
    ["$2.50", true, "2.50"],
    ["-$2.50", true, "-2.50"],
    ["1,002.50", true, "1002.50"],
    ["1,250", true, "1250"],
    ["2,50", false, "2.50"],
    ["1.250,00 €", false, "1250.00"],
    ["1 250,5", false, "1250.5"],
    ["1'250.00", false, "1250.00"],
    ["(3.73)", true, "-3.73"],
    ["3.73-", true, "-3.73"],
    ["−3,73", false, "-3.73"],
    [".5", true, "0.5"],
    ["1.000.000", false, "1000000"],
  ] as const)("%s (columns by commas: %s) is %s", (written, commas, text) => {
    expect(readWrittenAmount(written, "auto", commas)).toMatchObject({ ok: true, text });
  });

  test("one separator before three digits is not guessed where it could be either", () => {
    expect(readWrittenAmount("1.250", "auto", false)).toEqual({ ok: false, why: "ambiguous" });
    expect(readWrittenAmount("1,250", "auto", false)).toEqual({ ok: false, why: "ambiguous" });
    expect(readWrittenAmount("1.250", "comma", false)).toMatchObject({ text: "1250" });
    expect(readWrittenAmount("1.250", "point", false)).toMatchObject({ text: "1.250" });
  });

  test.each(["", "abc", "1.2.3,4,5", "12,34,56.7", "--1", "1 USD", "0x1"])("%j is malformed", (written) => {
    expect(readWrittenAmount(written, "auto", true)).toEqual({ ok: false, why: "malformed" });
  });

  test("a sign of another currency does not fit", () => {
    expect(symbolFits("€", "USD")).toBe(false);
    expect(symbolFits("$", "USD")).toBe(true);
  });
});
