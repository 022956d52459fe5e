/** Worked examples, computed by hand. */
import { describe, expect, test } from "vitest";
import { formatMicros, parseMicros } from "@/server/platform/money";
import type { AgreementTerms, Step } from "../agreement/shape";
import { allocate } from "./allocate-payment";
import { compileAgreement } from "./compile-agreement";
import { harborCity } from "./testdata/harbor-city";
import { type AllocationBases, EMPTY_BASES } from "./types";

const rest: Step = { id: "rest", kind: "share", shares: [{ to: "$merchant", weight: "1" }] };
const bases = (gross: string, taken: Record<string, string> = {}): AllocationBases => ({
  programGrossMicros: parseMicros(gross),
  takenMicros: new Map(Object.entries(taken).map(([id, amount]) => [id, parseMicros(amount)])),
});
const pay = (amount: string, more: { deviceKind?: string; zone?: string } = {}) => ({
  amountMicros: parseMicros(amount),
  merchant: "voltway",
  capturedAt: new Date("2026-12-03T21:58:40Z"),
  timeZone: "Europe/Oslo",
  ...more,
});
function run(terms: AgreementTerms, amount: string, before = EMPTY_BASES, more = {}) {
  const result = allocate(compileAgreement(terms, "EUR"), pay(amount, more), before);
  const legs = result.legs.map(({ to, step, amountMicros, shortMicros }) => {
    const short = shortMicros > 0n ? ` short ${formatMicros(shortMicros)}` : "";
    return `${to} ${step} ${formatMicros(amountMicros)}${short}`;
  });
  return { ...result, legs, whys: result.legs.map(({ why }) => why) };
}
const steps = (list: Step[], dust?: AgreementTerms["dust"]): AgreementTerms => ({
  dust,
  rules: [{ name: "All", steps: list }],
});

describe("the example of the agreement's description", () => {
  const before = bases("9990.00", { network: "19999.95" });

  test("14.11 EUR at 9 990.00 of the period, with five cents left under the ceiling", () => {
    const result = run(harborCity, "14.11", before);
    expect(result.rule).toBe("Everything else");
    expect(result.legs).toEqual([
      "tax-office vat 1.15", // 14.11 × 0.08875 / 1.08875 = 1.1501…
      "operator platform 0.21", // 0.21165
      "grid-co network 0.05 short 0.05",
      "city-parking pool 2.31", // pool ⌊12.70 × 25 %⌋ = 3.17: 2.24 below the end of the bracket, 0.93 above
      "metro-transit pool 0.86",
      "voltway merchant 9.53",
    ]);
    expect(result.bases).toEqual(bases("10004.11", { network: "20000.00" }));
  });

  test("says in plain sentences how each leg came about", () => {
    expect(run(harborCity, "14.11", before).whys).toEqual([
      "8.875% tax included in 14.11 EUR: 1.15 EUR",
      "1.5% of 14.11 EUR, at least 0.02 EUR, at most 5.00 EUR: 0.21 EUR",
      "fixed 0.10 EUR: 0.05 EUR, 0.05 EUR short because the ceiling of 20000.00 EUR for the period is reached",
      "25% of the remaining 12.70 EUR, 70 of 100 parts of 2.24 EUR (with rounding) up to 10000.00 EUR and 80 of 100 parts of 0.93 EUR above 10000.00 EUR: 2.31 EUR",
      "25% of the remaining 12.70 EUR, 30 of 100 parts of 2.24 EUR up to 10000.00 EUR and 20 of 100 parts of 0.93 EUR (with rounding) above 10000.00 EUR: 0.86 EUR",
      "all of the remaining 9.53 EUR: 9.53 EUR",
    ]);
  });

  test("a charger in the harbour in the evening follows its own rule", () => {
    const result = run(harborCity, "14.11", before, { deviceKind: "ev_charger", zone: "harbor" });
    expect(result.rule).toBe("Evening chargers");
    expect(result.legs).toEqual(["grid-co night 1.41", "voltway merchant 12.70"]);
  });

  test("once the ceiling is reached the step gets nothing and its leg says so", () => {
    const { legs, bases: after } = run(harborCity, "14.11", bases("0", { network: "20000.00" }));
    expect(legs).toContain("grid-co network 0.00 short 0.10");
    expect(after.takenMicros.get("network")).toBe(parseMicros("20000.00"));
  });

  test("explanations can be left out without changing the money", () => {
    const agreement = compileAgreement(harborCity, "EUR");
    const bare = allocate(agreement, pay("14.11"), before, { explain: false });
    const full = allocate(agreement, pay("14.11"), before);
    expect(bare.legs).toEqual(full.legs.map((leg) => ({ ...leg, why: "" })));
  });
});

describe("tax and per cent", () => {
  test("a tax on top is reckoned from the amount, an included one within it", () => {
    const tax = (inclusive: boolean): Step => ({ id: "t", kind: "tax", to: "t", rate: "25%", inclusive });
    expect(run(steps([tax(true), rest]), "10.00").legs).toEqual(["t t 2.00", "voltway rest 8.00"]);
    expect(run(steps([tax(false), rest]), "10.00").legs).toEqual(["t t 2.50", "voltway rest 7.50"]);
  });

  test("a tax in the second place is still reckoned from the whole payment", () => {
    const first: Step = { id: "f", kind: "fixed", to: "f", amount: "9.00" };
    const tax: Step = { id: "t", kind: "tax", to: "t", rate: "5%" };
    expect(run(steps([first, tax, rest]), "10.00").legs).toEqual([
      "f f 9.00",
      "t t 0.50",
      "voltway rest 0.50",
    ]);
  });

  test.each([
    ["0.50", "0.02"], // 0.0075 is raised
    ["10.00", "0.15"],
    ["999.99", "5.00"], // 14.99985 is lowered
  ])("1.5 %% of %s, at least 0.02 and at most 5.00, is %s", (amount, fee) => {
    const step: Step = {
      id: "p",
      kind: "percent",
      to: "p",
      rate: "1.5%",
      of: "gross",
      min: "0.02",
      max: "5.00",
    };
    expect(run(steps([step, rest]), amount).legs[0]).toBe(`p p ${fee}`);
  });

  test("the highest amount is applied after the lowest, so it wins where they cross", () => {
    const step: Step = { id: "p", kind: "percent", to: "p", rate: "1%", min: "5.00", max: "2.00" };
    expect(run(steps([step, rest]), "10.00").legs).toEqual(["p p 2.00", "voltway rest 8.00"]);
  });

  test("per cent of what remains follows what earlier steps took", () => {
    const half = (id: string): Step => ({ id, kind: "percent", to: id, rate: "50%", of: "remaining" });
    expect(run(steps([half("a"), half("b"), rest]), "1.01").legs).toEqual([
      "a a 0.50",
      "b b 0.25",
      "voltway rest 0.26",
    ]);
  });

  test("what a step does not say is reckoned so: per cent of the gross amount, tax on top, all that remains", () => {
    const first: Step = { id: "f", kind: "fixed", to: "f", amount: "4.00" };
    const percent: Step = { id: "p", kind: "percent", to: "p", rate: "10%" };
    const tax: Step = { id: "t", kind: "tax", to: "t", rate: "25%" };
    const half: Step = { id: "h", kind: "share", portion: "50%", shares: [{ to: "h", weight: "1" }] };
    const { legs } = run(steps([first, percent, tax, half, rest]), "10.00");
    expect(legs).toEqual(["f f 4.00", "p p 1.00", "t t 2.50", "h h 1.25", "voltway rest 1.25"]);
  });

  test("a lowest fee above the payment takes all there is and is short of the rest", () => {
    const step: Step = { id: "p", kind: "percent", to: "p", rate: "1%", min: "0.05" };
    const result = run(steps([step, rest]), "0.03");
    expect(result.legs).toEqual(["p p 0.03 short 0.02"]);
    expect(result.whys[0]).toContain("short because only 0.03 EUR remained");
  });
});

describe("ceilings", () => {
  test("hold for a shared step, whose parties are short in the proportions of their shares", () => {
    const shares = [
      { to: "a", weight: "2" },
      { to: "b", weight: "1" },
      { to: "c", weight: "0" },
    ];
    const step: Step = { id: "s", kind: "share", of: "gross", portion: "60%", shares, perPeriodMax: "5.00" };
    const { legs, bases: after } = run(steps([step, rest]), "10.00", bases("0", { s: "2.00" }));
    expect(legs).toEqual(["a s 2.00 short 2.00", "b s 1.00 short 1.00", "voltway rest 7.00"]);
    expect(after.takenMicros.get("s")).toBe(parseMicros("5.00"));
  });

  test("that were passed before the ceiling was lowered give nothing, and nothing negative", () => {
    const step: Step = { id: "f", kind: "fixed", to: "f", amount: "1.00", perPeriodMax: "5.00" };
    expect(run(steps([step, rest]), "3.00", bases("0", { f: "9.00" })).legs).toEqual([
      "f f 0.00 short 1.00",
      "voltway rest 3.00",
    ]);
  });

  test("count for a step id through all rules that name it; steps without a ceiling are not counted", () => {
    const fee: Step = { id: "fee", kind: "fixed", to: "f", amount: "1.00", perPeriodMax: "1.50" };
    const free: Step = { id: "free", kind: "fixed", to: "g", amount: "0.10" };
    const terms: AgreementTerms = {
      rules: [
        { name: "Meters", when: { deviceKind: ["meter"] }, steps: [fee, rest] },
        { name: "Rest", steps: [free, fee, rest] },
      ],
    };
    const first = run(terms, "2.00", EMPTY_BASES, { deviceKind: "meter" });
    const second = run(terms, "2.00", first.bases);
    expect(second.legs).toEqual(["g free 0.10", "f fee 0.50 short 0.50", "voltway rest 1.40"]);
    expect([...second.bases.takenMicros]).toEqual([["fee", parseMicros("1.50")]]);
  });
});

describe("dust", () => {
  const shares = (...weights: string[]): Step[] => [
    { id: "s", kind: "share", shares: weights.map((weight, at) => ({ to: "abcdef".charAt(at), weight })) },
  ];

  test("goes to the largest fraction first, ties to the earlier listed", () => {
    // 0.05 by 1:1:2 is 1.25, 1.25, 2.5 cents
    expect(run(steps(shares("1", "1", "2")), "0.05").legs).toEqual(["a s 0.01", "b s 0.01", "c s 0.03"]);
    expect(run(steps(shares("1", "1", "1")), "1.00").legs).toEqual(["a s 0.34", "b s 0.33", "c s 0.33"]);
  });

  test("goes from the first listed downward, past weights of zero", () => {
    expect(run(steps(shares("0", "1", "1", "1"), "first-listed"), "0.05").legs).toEqual([
      "b s 0.02",
      "c s 0.02",
      "d s 0.01",
    ]);
    expect(run(steps(shares("1", "1", "2"), "first-listed"), "0.05").legs).toEqual([
      "a s 0.02",
      "b s 0.01",
      "c s 0.02",
    ]);
  });

  test("goes wholly to the named party where it has a share, elsewhere to the first listed", () => {
    expect(run(steps(shares("1", "1", "1"), { to: "c" }), "0.05").legs).toEqual([
      "a s 0.01",
      "b s 0.01",
      "c s 0.03",
    ]);
    expect(run(steps(shares("1", "1", "1"), { to: "z" }), "0.05").legs).toEqual([
      "a s 0.02",
      "b s 0.02",
      "c s 0.01",
    ]);
    expect(run(steps(shares("0", "1", "1"), { to: "a" }), "0.05").legs).toEqual(["b s 0.03", "c s 0.02"]);
  });

  test("knows a named taker also behind the merchant's symbol", () => {
    const step: Step = {
      id: "s",
      kind: "share",
      shares: [
        { to: "a", weight: "1" },
        { to: "$merchant", weight: "1" },
      ],
    };
    expect(run(steps([step], { to: "voltway" }), "0.03").legs).toEqual(["a s 0.01", "voltway s 0.02"]);
    expect(run(steps([step], { to: "$merchant" }), "0.03").legs).toEqual(["a s 0.01", "voltway s 0.02"]);
  });
});

describe("tiers", () => {
  const tiers = (dust?: AgreementTerms["dust"]): AgreementTerms =>
    steps(
      [
        {
          id: "t",
          kind: "tiers",
          basis: "program_gross_in_period",
          brackets: [
            { upTo: "10.00", shares: [{ to: "low", weight: "1" }] },
            { upTo: "20.00", shares: [{ to: "middle", weight: "1" }] },
            { shares: [{ to: "high", weight: "1" }] },
          ],
        },
      ],
      dust,
    );

  test("divide one payment over all the brackets it crosses", () => {
    expect(run(tiers(), "15.00", bases("8.00")).legs).toEqual([
      "low t 2.00",
      "middle t 10.00",
      "high t 3.00",
    ]);
  });

  test("count a payment that ends exactly at a bracket's end wholly to that bracket", () => {
    expect(run(tiers(), "2.00", bases("8.00")).legs).toEqual(["low t 2.00"]);
    expect(run(tiers(), "0.01", bases("10.00")).legs).toEqual(["middle t 0.01"]);
    expect(run(tiers(), "5.00", bases("500.00")).legs).toEqual(["high t 5.00"]);
  });

  test("give one leg to a party that is in several brackets", () => {
    const same: Step = {
      id: "t",
      kind: "tiers",
      basis: "program_gross_in_period",
      brackets: [
        {
          upTo: "1.00",
          shares: [
            { to: "a", weight: "1" },
            { to: "b", weight: "1" },
          ],
        },
        {
          shares: [
            { to: "b", weight: "3" },
            { to: "a", weight: "1" },
          ],
        },
      ],
    };
    // 1.00 below the end: 0.50 each; 0.40 above it: 0.30 and 0.10
    expect(run(steps([same]), "1.40").legs).toEqual(["a t 0.60", "b t 0.80"]);
  });
});

test("what names the merchant's symbol goes to the merchant, also beside its name in the same step", () => {
  const step: Step = {
    id: "s",
    kind: "share",
    shares: [
      { to: "$merchant", weight: "1" },
      { to: "voltway", weight: "1" },
      { to: "a", weight: "2" },
    ],
  };
  expect(run(steps([step]), "1.00").legs).toEqual(["voltway s 0.50", "a s 0.50"]);
});

test("a payment of nothing has no legs but those of fixed amounts, which are short of all", () => {
  expect(run(harborCity, "0.00").legs).toEqual([
    "operator platform 0.00 short 0.02",
    "grid-co network 0.00 short 0.10",
  ]);
  expect(run(steps([rest]), "0.00").legs).toEqual([]);
});

test("an amount that is negative or finer than the minor unit is a broken invariant", () => {
  const agreement = compileAgreement(harborCity, "EUR");
  expect(() => allocate(agreement, { ...pay("1.00"), amountMicros: -10_000n }, EMPTY_BASES)).toThrow(
    RangeError,
  );
  expect(() => allocate(agreement, { ...pay("1.00"), amountMicros: 5_000n }, EMPTY_BASES)).toThrow(
    RangeError,
  );
});

test("currencies without decimals and with three are split in their own smallest unit", () => {
  const third = steps([
    {
      id: "s",
      kind: "share",
      shares: [
        { to: "a", weight: "1/3" },
        { to: "b", weight: "2/3" },
      ],
    },
  ]);
  const amounts = (currency: "JPY" | "KWD", micros: bigint) =>
    allocate(compileAgreement(third, currency), { ...pay("0"), amountMicros: micros }, EMPTY_BASES).legs.map(
      (leg) => leg.amountMicros,
    );
  expect(amounts("JPY", 100_000_000n)).toEqual([33_000_000n, 67_000_000n]);
  expect(amounts("KWD", 100_000n)).toEqual([33_000n, 67_000n]);
});
