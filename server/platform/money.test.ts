import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CURRENCIES,
  formatMicros,
  isCurrency,
  MAX_AMOUNT_MICROS,
  MICROS_PER_MAJOR,
  MoneyError,
  microsPerMinor,
  minorDigits,
  parseMicros,
  parseMinorMicros,
  splitMinor,
  toMoneyJson,
} from "./money";

const micros = fc.bigInt({ min: -MAX_AMOUNT_MICROS, max: MAX_AMOUNT_MICROS });
const currency = fc.constantFrom(...CURRENCIES);

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof MoneyError) return error.code;
    throw error;
  }
  return "taken";
}

describe("a decimal string", () => {
  test.each([
    ["0", 0n],
    ["2.75", 2_750_000n],
    ["-2.75", -2_750_000n],
    ["0.000001", 1n],
    ["1.1", 1_100_000n],
    ["1.1000000000", 1_100_000n],
    ["007.50", 7_500_000n],
    ["1000000000", MAX_AMOUNT_MICROS],
    ["-1000000000", -MAX_AMOUNT_MICROS],
  ])("%s is read exactly", (text, expected) => {
    expect(parseMicros(text)).toBe(expected);
  });

  test.each([
    ["", "amount_malformed"],
    [" 1", "amount_malformed"],
    ["1 ", "amount_malformed"],
    ["1\n", "amount_malformed"],
    ["+1", "amount_malformed"],
    ["--1", "amount_malformed"],
    ["1e3", "amount_malformed"],
    ["1,5", "amount_malformed"],
    [".5", "amount_malformed"],
    ["1.", "amount_malformed"],
    ["1.2.3", "amount_malformed"],
    ["0x10", "amount_malformed"],
    ["NaN", "amount_malformed"],
    ["Infinity", "amount_malformed"],
    ["١", "amount_malformed"],
    ["12345678901234", "amount_malformed"],
    [`0.${"0".repeat(31)}`, "amount_malformed"],
    ["0.0000001", "amount_too_precise"],
    ["1.1234567", "amount_too_precise"],
    ["1.12345600001", "amount_too_precise"],
    ["1000000000.000001", "amount_out_of_range"],
    ["-1000000000.000001", "amount_out_of_range"],
    ["9999999999999", "amount_out_of_range"],
  ])("%j is refused as %s", (text, code) => {
    expect(codeOf(() => parseMicros(text))).toBe(code);
  });

  test("a refusal repeats at most forty characters of what was given, and says what would do", () => {
    const long = "9".repeat(50);
    expect(() => parseMicros(long)).toThrow(`"${"9".repeat(40)}" is not a decimal amount such as "2.75".`);
    expect(() => parseMicros("0.1234567")).toThrow('"0.1234567" has more than six decimals.');
    expect(() => parseMicros("1000000001")).toThrow('"1000000001" is above 1000000000.');
    expect(() => parseMinorMicros("0.001", "EUR")).toThrow('"0.001" is finer than the minor unit of EUR.');
  });

  test("is what was written, whatever amount it is", () => {
    fc.assert(
      fc.property(micros, fc.integer({ min: 0, max: 6 }), (amount, decimals) => {
        expect(parseMicros(formatMicros(amount, decimals))).toBe(amount);
      }),
    );
  });
});

describe("an amount in words", () => {
  test.each([
    [0n, 2, "0.00"],
    [0n, 0, "0"],
    [2_750_000n, 2, "2.75"],
    [2_750_000n, 0, "2.75"],
    [-2_750_000n, 2, "-2.75"],
    [-1n, 2, "-0.000001"],
    [1_230_000n, 3, "1.230"],
    [5_000_000n, 0, "5"],
    [10n * MICROS_PER_MAJOR, 0, "10"],
  ])("%s micros with at least %s decimals are %s", (amount, decimals, text) => {
    expect(formatMicros(amount, decimals)).toBe(text);
  });

  test("has two decimals unless told otherwise", () => {
    expect(formatMicros(5_000_000n)).toBe("5.00");
  });

  test("leaves with the digits of its currency", () => {
    expect(toMoneyJson(2_750_000n, "EUR")).toEqual({ amount: "2.75", currency: "EUR" });
    expect(toMoneyJson(5_000_000n, "JPY")).toEqual({ amount: "5", currency: "JPY" });
    expect(toMoneyJson(1_234_000n, "KWD")).toEqual({ amount: "1.234", currency: "KWD" });
  });
});

describe("a currency", () => {
  test("is one of the list, and nothing that an object happens to have", () => {
    expect(isCurrency("EUR")).toBe(true);
    for (const other of ["eur", "XXX", "", "toString", "__proto__"]) expect(isCurrency(other)).toBe(false);
  });

  test("has a minor unit of as many micros as its digits say", () => {
    expect(microsPerMinor("EUR")).toBe(10_000n);
    expect(microsPerMinor("JPY")).toBe(1_000_000n);
    expect(microsPerMinor("KWD")).toBe(1_000n);
    for (const each of CURRENCIES) {
      expect(microsPerMinor(each) * 10n ** BigInt(minorDigits(each))).toBe(MICROS_PER_MAJOR);
    }
  });

  test("takes its whole minor units, and refuses what is finer", () => {
    expect(parseMinorMicros("0.01", "EUR")).toBe(10_000n);
    expect(parseMinorMicros("1.234", "KWD")).toBe(1_234_000n);
    expect(codeOf(() => parseMinorMicros("0.001", "EUR"))).toBe("amount_too_precise");
    expect(codeOf(() => parseMinorMicros("0.5", "JPY"))).toBe("amount_too_precise");
    expect(codeOf(() => parseMinorMicros("1.2345", "KWD"))).toBe("amount_too_precise");
  });

  test("splits an amount into whole minor units and a rest that is neither negative nor a whole one", () => {
    fc.assert(
      fc.property(micros, currency, (amount, code) => {
        const unit = microsPerMinor(code);
        const { whole, rest } = splitMinor(amount, code);
        expect(whole + rest).toBe(amount);
        expect(whole % unit).toBe(0n);
        expect(rest >= 0n && rest < unit).toBe(true);
      }),
    );
    expect(splitMinor(-1n, "EUR")).toEqual({ whole: -10_000n, rest: 9_999n });
  });
});
