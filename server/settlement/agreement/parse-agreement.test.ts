import { describe, expect, test } from "vitest";
import { harborCity } from "../allocate/testdata/harbor-city";
import { parseAgreement, parseAgreementFile } from "./parse-agreement";

type Json = Record<string, unknown>;
const toMerchant = { id: "merchant", kind: "share", shares: [{ to: "$merchant", weight: "1" }] };
const oneRule = (...steps: Json[]): Json => ({ rules: [{ name: "All", steps }] });
const codesOf = (json: unknown, currency: "EUR" | "JPY" = "EUR") => {
  const parsed = parseAgreementFile(json, currency);
  return parsed.ok ? [] : parsed.issues.map(({ code, path }) => `${code} ${path}`);
};

describe("an agreement", () => {
  test("with every kind of step, guarantees and chargebacks is accepted as written", () => {
    const parsed = parseAgreement(harborCity, "EUR");
    expect(parsed).toEqual({ ok: true, agreement: harborCity });
  });

  test("needs its program and date, except in a file", () => {
    const { program: _program, effectiveFrom: _from, ...terms } = harborCity;
    expect(parseAgreement(terms, "EUR").ok).toBe(false);
    expect(parseAgreementFile(terms, "EUR").ok).toBe(true);
  });

  test("has its effective date in the program's local time, so an offset is refused", () => {
    for (const effectiveFrom of [
      "2026-12-01T00:00:00Z",
      "2026-12-01T00:00:00+01:00",
      "2026-13-01T00:00:00",
      "soon",
    ]) {
      expect(parseAgreement({ ...harborCity, effectiveFrom }, "EUR").ok).toBe(false);
    }
  });

  test("may have steps that overtake the payment, since they fall short and leave nothing over", () => {
    expect(
      codesOf(oneRule({ id: "a", kind: "percent", to: "a", rate: "100%", min: "5", max: "2" }, toMerchant)),
    ).toEqual([]);
  });
});

describe("money that could stay unassigned is refused", () => {
  const tiers = (...brackets: Json[]) => ({
    id: "t",
    kind: "tiers",
    basis: "program_gross_in_period",
    brackets,
  });
  const shares = [{ to: "a", weight: "1" }];
  test.each<[string, Json, string]>([
    [
      "a last step of a fixed amount",
      oneRule({ id: "a", kind: "fixed", to: "a", amount: "1.00" }),
      "last_step_not_share rules[0].steps[0]",
    ],
    [
      "a last step of all in per cent",
      oneRule({ id: "a", kind: "percent", to: "a", rate: "100%" }),
      "last_step_not_share rules[0].steps[0]",
    ],
    [
      "a last tax",
      oneRule({ id: "a", kind: "tax", to: "a", rate: "100%" }),
      "last_step_not_share rules[0].steps[0]",
    ],
    [
      "a last share of a part",
      oneRule({ ...toMerchant, portion: "99.9%" }),
      "last_step_portion rules[0].steps[0].portion",
    ],
    [
      "a last share of the gross amount",
      oneRule({ ...toMerchant, of: "gross" }),
      "last_step_not_of_remaining rules[0].steps[0].of",
    ],
    [
      "a last share with a ceiling",
      oneRule({ ...toMerchant, perPeriodMax: "5.00" }),
      "last_step_ceiling rules[0].steps[0].perPeriodMax",
    ],
    [
      "a rule for some payments in the last place",
      { rules: [{ name: "Meters", when: { deviceKind: ["meter"] }, steps: [toMerchant] }] },
      "last_rule_conditional rules[0].when",
    ],
    [
      "weights that are all zero",
      oneRule({
        id: "s",
        kind: "share",
        shares: [
          { to: "a", weight: "0" },
          { to: "b", weight: "0%" },
        ],
      }),
      "weights_all_zero rules[0].steps[0].shares",
    ],
    [
      "a bracket whose weights are all zero",
      oneRule(tiers({ upTo: "1", shares: [{ to: "a", weight: "0" }] }, { shares })),
      "weights_all_zero rules[0].steps[0].brackets[0].shares",
    ],
    [
      "tiers with an end",
      oneRule(tiers({ upTo: "10", shares })),
      "tiers_not_open_ended rules[0].steps[0].brackets[0].upTo",
    ],
    [
      "tiers that go down",
      oneRule(tiers({ upTo: "10", shares }, { upTo: "10.00", shares }, { shares })),
      "tiers_not_ascending rules[0].steps[0].brackets[1]",
    ],
    [
      "tiers with an open bracket in the middle",
      oneRule(tiers({ shares }, { shares })),
      "tiers_not_ascending rules[0].steps[0].brackets[0]",
    ],
    [
      "tiers that begin with nothing",
      oneRule(tiers({ upTo: "0", shares }, { shares })),
      "tiers_not_ascending rules[0].steps[0].brackets[0]",
    ],
  ])("%s", (_name, json, expected) => {
    expect(codesOf(json)).toEqual([expected]);
  });

  test("with a sentence that says why", () => {
    const parsed = parseAgreementFile(oneRule({ id: "fee", kind: "fixed", to: "a", amount: "1.00" }), "EUR");
    expect(parsed.ok ? "" : parsed.issues[0]?.message).toBe(
      '"fee" is a fixed step, so money could stay unassigned: the last step of "All" must share all that remains.',
    );
  });
});

describe("slips are refused, each with its code and place", () => {
  const withStep = (step: Json) => oneRule(step, toMerchant);
  const guarantee = (changes: Json) => ({
    ...oneRule(toMerchant),
    guarantees: [{ to: "a", amount: "1", per: "period", fundedBy: [{ from: "b", weight: "1" }], ...changes }],
  });
  test.each<[string, unknown, string[]]>([
    ["a key that is not known", { ...oneRule(toMerchant), dusty: true }, ["unknown_key "]],
    [
      "a misspelt key in a step",
      withStep({ id: "a", kind: "tax", to: "a", rate: "1%", inclusiv: true }),
      ["unknown_key rules[0].steps[0]"],
    ],
    [
      "a key of another kind of step",
      withStep({ id: "a", kind: "fixed", to: "a", amount: "1", rate: "1%" }),
      ["unknown_key rules[0].steps[0]"],
    ],
    [
      "an unknown condition",
      {
        rules: [
          { name: "A", when: { payer: ["x"] }, steps: [toMerchant] },
          { name: "B", steps: [toMerchant] },
        ],
      },
      ["unknown_key rules[0].when"],
    ],
    [
      "an unknown kind of step",
      withStep({ id: "a", kind: "gift", to: "a" }),
      ["malformed rules[0].steps[0].kind"],
    ],
    [
      "a rate as a number",
      withStep({ id: "a", kind: "tax", to: "a", rate: 0.08875 }),
      ["malformed rules[0].steps[0].rate"],
    ],
    [
      "a rate above 100 %",
      withStep({ id: "a", kind: "percent", to: "a", rate: "101%" }),
      ["rate_out_of_range rules[0].steps[0].rate"],
    ],
    [
      "a negative rate",
      withStep({ id: "a", kind: "percent", to: "a", rate: "-1%" }),
      ["rate_malformed rules[0].steps[0].rate"],
    ],
    [
      "a weight over zero",
      withStep({ id: "a", kind: "share", portion: "1%", shares: [{ to: "a", weight: "1/0" }] }),
      ["rate_malformed rules[0].steps[0].shares[0].weight"],
    ],
    [
      "a negative amount",
      withStep({ id: "a", kind: "fixed", to: "a", amount: "-1.00" }),
      ["amount_negative rules[0].steps[0].amount"],
    ],
    [
      "an amount that is none",
      withStep({ id: "a", kind: "fixed", to: "a", amount: "1e3" }),
      ["amount_malformed rules[0].steps[0].amount"],
    ],
    [
      "an amount finer than a cent",
      withStep({ id: "a", kind: "fixed", to: "a", amount: "0.105" }),
      ["amount_too_precise rules[0].steps[0].amount"],
    ],
    [
      "a ceiling finer than a cent",
      withStep({ id: "a", kind: "fixed", to: "a", amount: "1", perPeriodMax: "9.999" }),
      ["amount_too_precise rules[0].steps[0].perPeriodMax"],
    ],
    [
      "a guarantee finer than a cent",
      guarantee({ amount: "0.001" }),
      ["amount_too_precise guarantees[0].amount"],
    ],
    [
      "a step id used twice",
      withStep({ id: "merchant", kind: "fixed", to: "a", amount: "1" }),
      ["step_id_repeated rules[0].steps[1].id"],
    ],
    [
      "a rule name used twice",
      {
        rules: [
          { name: "A", when: { zone: ["x"] }, steps: [toMerchant] },
          { name: "A", steps: [toMerchant] },
        ],
      },
      ["rule_name_repeated rules[1].name"],
    ],
    [
      "a rule that hides the rest",
      {
        rules: [
          { name: "A", steps: [toMerchant] },
          { name: "B", steps: [toMerchant] },
        ],
      },
      ["rule_unreachable rules[0]"],
    ],
    [
      "an empty condition",
      {
        rules: [
          { name: "A", when: {}, steps: [toMerchant] },
          { name: "B", steps: [toMerchant] },
        ],
      },
      ["rule_condition_empty rules[0].when"],
    ],
    [
      "hours of no length",
      {
        rules: [
          { name: "A", when: { hours: ["06:00-06:00"] }, steps: [toMerchant] },
          { name: "B", steps: [toMerchant] },
        ],
      },
      ["hours_empty rules[0].when.hours[0]"],
    ],
    [
      "hours past midnight by number",
      {
        rules: [
          { name: "A", when: { hours: ["18:00-25:00"] }, steps: [toMerchant] },
          { name: "B", steps: [toMerchant] },
        ],
      },
      ["malformed rules[0].when.hours[0]"],
    ],
    [
      "another symbolic party",
      withStep({ id: "a", kind: "fixed", to: "$operator", amount: "1" }),
      ["malformed rules[0].steps[0].to"],
    ],
    ["a guarantee for any merchant", guarantee({ to: "$merchant" }), ["guarantee_to_merchant guarantees[0]"]],
    [
      "a guarantee that funds itself",
      guarantee({ fundedBy: [{ from: "a", weight: "1" }] }),
      ["guarantee_self_funded guarantees[0].fundedBy"],
    ],
    [
      "a guarantee without weight",
      guarantee({ fundedBy: [{ from: "b", weight: "0" }] }),
      ["weights_all_zero guarantees[0].fundedBy"],
    ],
    ["an agreement without rules", { rules: [] }, ["malformed rules"]],
    ["something that is no object", "agreement", ["malformed "]],
  ])("%s", (_name, json, expected) => {
    expect(codesOf(json)).toEqual(expected);
  });

  test("cents in a currency that has none", () => {
    const json = withStep({ id: "a", kind: "fixed", to: "a", amount: "0.50" });
    expect(codesOf(json, "JPY")).toEqual(["amount_too_precise rules[0].steps[0].amount"]);
    expect(codesOf(json, "EUR")).toEqual([]);
  });
});

describe("a step id is one step of the agreement", () => {
  const fee = { id: "fee", kind: "fixed", to: "a", amount: "1.00", perPeriodMax: "50.00" };
  const inTwoRules = (first: Json, second: Json) => ({
    rules: [
      { name: "Harbor", when: { zone: ["harbor"] }, steps: [first, toMerchant] },
      { name: "Else", steps: [second, toMerchant] },
    ],
  });
  const ambiguous = ["step_id_ambiguous rules[1].steps[0]"];
  const share = (shares: Json[]) => ({ id: "fee", kind: "share", portion: "10%", shares });

  test.each<[string, Json]>([
    ["another amount", { ...fee, amount: "2.00" }],
    ["a ceiling that is written differently", { ...fee, perPeriodMax: "50" }],
  ])("in two rules with %s it is accepted", (_name, second) => {
    expect(codesOf(inTwoRules(fee, second))).toEqual([]);
  });

  test.each<[string, Json, Json]>([
    ["another kind", fee, { id: "fee", kind: "percent", to: "a", rate: "1%", perPeriodMax: "50.00" }],
    ["another party", fee, { ...fee, to: "b" }],
    ["another ceiling", fee, { ...fee, perPeriodMax: "50.01" }],
    ["no ceiling", fee, { id: "fee", kind: "fixed", to: "a", amount: "1.00" }],
    ["a ceiling where it had none", { id: "fee", kind: "fixed", to: "a", amount: "1.00" }, fee],
    [
      "a further party in its shares",
      share([{ to: "a", weight: "1" }]),
      share([
        { to: "a", weight: "1" },
        { to: "b", weight: "0" },
      ]),
    ],
    [
      "a further party in a bracket",
      {
        id: "fee",
        kind: "tiers",
        portion: "1%",
        basis: "program_gross_in_period",
        brackets: [{ shares: [{ to: "a", weight: "1" }] }],
      },
      {
        id: "fee",
        kind: "tiers",
        portion: "1%",
        basis: "program_gross_in_period",
        brackets: [
          { upTo: "10", shares: [{ to: "b", weight: "1" }] },
          { shares: [{ to: "a", weight: "1" }] },
        ],
      },
    ],
  ])("in two rules with %s the version is refused at the step", (_name, first, second) => {
    expect(codesOf(inTwoRules(first, second))).toEqual(ambiguous);
  });

  test("the order of its shares and their weights may differ", () => {
    const first = share([
      { to: "a", weight: "1" },
      { to: "b", weight: "2" },
    ]);
    const second = share([
      { to: "b", weight: "1" },
      { to: "a", weight: "1" },
    ]);
    expect(codesOf(inTwoRules(first, second))).toEqual([]);
  });

  test("the reason says which rule has it and what differs", () => {
    const parsed = parseAgreementFile(inTwoRules(fee, { ...fee, to: "b" }), "EUR");
    expect(parsed.ok ? "" : parsed.issues[0]?.message).toBe(
      '"fee" is a step of "Harbor" already, with another party. One step id is one step of the agreement: give this one its own id, or make them alike.',
    );
  });
});
