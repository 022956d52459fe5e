import { describe, expect, test } from "vitest";
import { limitSentence, maximaWords, roughly, shareOf, usedWords } from "./limit-words";

const eur = (amount: string) => ({ amount, currency: "EUR" });

describe("limits in words", () => {
  test("say both maxima, or the one that there is", () => {
    expect(maximaWords({ maxPayments: 40, maxAmount: eur("150.00") }, "day")).toBe(
      "40 payments and 150.00 EUR a day",
    );
    expect(maximaWords({ maxPayments: 1, maxAmount: null }, "hour")).toBe("1 payment an hour");
    expect(maximaWords({ maxPayments: null, maxAmount: eur("300.00") }, "payment")).toBe(
      "300.00 EUR in one payment",
    );
  });

  test("name whom they bind, and whether that one takes or pays", () => {
    const maxima = { maxPayments: 40, maxAmount: null, period: "day" } as const;
    expect(limitSentence({ ...maxima, kind: "device", subject: null })).toBe(
      "Each device may take at most 40 payments a day.",
    );
    expect(limitSentence({ ...maxima, kind: "payer", subject: { label: "anna" } })).toBe(
      "anna may pay at most 40 payments a day.",
    );
  });

  test("tell use by the nearer of count and amount", () => {
    const maxima = { maxPayments: 40, maxAmount: eur("150.00") };
    const use = { payments: 10, amount: eur("120.00") };
    expect(shareOf(maxima, use)).toBe(0.8);
    expect(shareOf({ ...maxima, maxAmount: null }, use)).toBe(0.25);
    expect(usedWords(maxima, use)).toBe("10 of 40 payments, 120.00 of 150.00 EUR");
  });

  test("cut quantities to two decimals", () => {
    expect(["33.918225", "60", "0.5", "12.001"].map(roughly)).toEqual(["33.91", "60", "0.5", "12"]);
  });
});
