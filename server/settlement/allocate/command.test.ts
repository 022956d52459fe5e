import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { type AllocationAnswer, allocateForCommandLine } from "./command";
import { harborCity } from "./testdata/harbor-city";

const payment = {
  amount: "14.11",
  currency: "EUR",
  merchant: "voltway",
  capturedAt: "2026-12-03T21:58:40Z",
  timeZone: "Europe/Oslo",
  bases: { program_gross_in_period: "9990.00", taken: { network: "19999.95" } },
  refunds: ["3.00", "11.11"],
};

function answers(agreement: unknown, input: unknown): AllocationAnswer[] {
  const result = allocateForCommandLine(agreement, input);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return Array.isArray(result.answer) ? result.answer : [result.answer];
}
function refusal(agreement: unknown, input: unknown): string[] {
  const result = allocateForCommandLine(agreement, input);
  return result.ok ? [] : [result.code, ...result.issues.map(({ code, path }) => `${code} ${path}`)];
}

describe("purse allocate", () => {
  test("answers with rule, legs, bases and refunds, all amounts as decimal strings", () => {
    const [answer] = answers(harborCity, payment);
    expect(answer?.rule).toBe("Everything else");
    expect(answer?.legs[2]).toEqual({
      to: "grid-co",
      step: "network",
      amount: "0.05",
      short: "0.05",
      why: "fixed 0.10 EUR: 0.05 EUR, 0.05 EUR short because the ceiling of 20000.00 EUR for the period is reached",
    });
    expect(answer?.legs[5]).not.toHaveProperty("short");
    expect(answer?.bases).toEqual({ program_gross_in_period: "10004.11", taken: { network: "20000.00" } });
    const back = answer?.refunds?.map(
      ({ amount, legs }) => `${amount}: ${legs.map((leg) => leg.amount).join(" ")}`,
    );
    expect(back).toEqual(["3.00: 0.24 0.05 0.01 0.49 0.18 2.03", "11.11: 0.91 0.16 0.04 1.82 0.68 7.50"]);
  });

  test("refuses an agreement in which one step id means two things", () => {
    const step = { id: "fee", kind: "fixed", to: "a", amount: "1.00" };
    const rest = { id: "rest", kind: "share", shares: [{ to: "$merchant", weight: "1" }] };
    const agreement = {
      rules: [
        { name: "Harbor", when: { zone: ["harbor"] }, steps: [step, rest] },
        { name: "Else", steps: [{ ...step, to: "b" }, rest] },
      ],
    };
    expect(refusal(agreement, { amount: "1.00", currency: "EUR" })).toEqual([
      "agreement_refused",
      "step_id_ambiguous rules[1].steps[0]",
    ]);
  });

  test("needs no more than amount and currency", () => {
    const { program: _program, effectiveFrom: _from, ...terms } = harborCity;
    const [answer] = answers(terms, { amount: "1", currency: "EUR" });
    expect(answer?.legs.map(({ to, amount }) => `${to} ${amount}`)).toContain("$merchant 0.60");
    expect(answer?.bases).toEqual({ program_gross_in_period: "1.00", taken: { network: "0.10" } });
    expect(answer).not.toHaveProperty("refunds");
  });

  test("takes the present moment where no capture time is given", () => {
    const charger = { amount: "1.00", currency: "EUR", deviceKind: "ev_charger", zone: "harbor" };
    const ruleAt = (time: string) => withClock(new Date(time), () => answers(harborCity, charger)[0]?.rule);
    expect(ruleAt("2026-12-03T20:00:00Z")).toBe("Evening chargers");
    expect(ruleAt("2026-12-03T12:00:00Z")).toBe("Everything else");
  });

  test("reads a capture time with an offset", () => {
    const evening = {
      ...payment,
      deviceKind: "ev_charger",
      zone: "harbor",
      capturedAt: "2026-12-03T18:00:00+01:00",
    };
    expect(answers(harborCity, evening)[0]?.rule).toBe("Evening chargers");
    expect(answers(harborCity, { ...evening, capturedAt: "2026-12-03T18:00:00+02:00" })[0]?.rule).toBe(
      "Everything else",
    );
  });

  test("carries the bases through a list, refunds leave them alone", () => {
    const [first, second, third] = answers(harborCity, [
      { amount: "6000.00", currency: "EUR", refunds: ["6000.00"] },
      { amount: "6000.00", currency: "EUR" },
      { amount: "1.00", currency: "EUR", bases: {} },
    ]);
    expect(first?.bases).toEqual({ program_gross_in_period: "6000.00", taken: { network: "0.10" } });
    expect(second?.bases).toEqual({ program_gross_in_period: "12000.00", taken: { network: "0.20" } });
    expect(third?.bases).toEqual({ program_gross_in_period: "1.00", taken: { network: "0.10" } });
  });

  test("answers a list with a list, also a list of one", () => {
    const result = allocateForCommandLine(harborCity, [payment]);
    expect(result.ok && Array.isArray(result.answer)).toBe(true);
  });

  test.each<[string, unknown, string[]]>([
    ["no amount", { currency: "EUR" }, ["malformed amount"]],
    ["an amount as a number", { amount: 14.11, currency: "EUR" }, ["malformed amount"]],
    ["a negative amount", { amount: "-1.00", currency: "EUR" }, ["amount_negative amount"]],
    ["an amount finer than a cent", { amount: "1.005", currency: "EUR" }, ["amount_too_precise amount"]],
    ["an unknown currency", { amount: "1.00", currency: "XXX" }, ["malformed currency"]],
    ["an unknown time zone", { ...payment, timeZone: "Europe/Atlantis" }, ["malformed timeZone"]],
    ["a time without offset", { ...payment, capturedAt: "2026-12-03T21:58:40" }, ["malformed capturedAt"]],
    ["an unknown key", { ...payment, devicekind: "meter" }, ["unknown_key "]],
    [
      "bases finer than a cent",
      { ...payment, bases: { program_gross_in_period: "0.001" } },
      ["amount_too_precise bases"],
    ],
    [
      "negative bases",
      { ...payment, bases: { taken: { network: "-1" } } },
      ["malformed bases.taken.network"],
    ],
    [
      "refunds above the payment",
      { ...payment, refunds: ["14.00", "0.12"] },
      ["refund_exceeds_payment refunds[1]"],
    ],
    ["a refund of nothing", { ...payment, refunds: ["0.00"] }, ["amount_zero refunds[0]"]],
    ["an empty list", [], ["payments_missing "]],
    ["a list with a fault", [payment, { ...payment, amount: "x" }], ["amount_malformed [1].amount"]],
    [
      "two currencies in a list",
      [payment, { amount: "1", currency: "USD" }],
      ["currency_mixed [1].currency"],
    ],
    ["no object at all", null, ["malformed "]],
  ])("refuses %s with a code and a place", (_name, input, expected) => {
    expect(refusal(harborCity, input)).toEqual(["payment_refused", ...expected]);
  });

  test("refuses an agreement that could leave money unassigned", () => {
    const fixedOnly = {
      rules: [{ name: "All", steps: [{ id: "f", kind: "fixed", to: "a", amount: "1.00" }] }],
    };
    expect(refusal(fixedOnly, payment)).toEqual([
      "agreement_refused",
      "last_step_not_share rules[0].steps[0]",
    ]);
  });

  test("refuses cents of an agreement in a currency that has none", () => {
    expect(refusal(harborCity, { amount: "100", currency: "JPY" })[0]).toBe("agreement_refused");
  });
});
