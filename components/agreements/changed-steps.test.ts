import { expect, test } from "vitest";
import { changedSteps } from "@/components/agreements/changed-steps";

const terms = (fee: string, extra: object[] = []) => ({
  rules: [
    {
      name: "All",
      steps: [
        { id: "fee", kind: "fixed" as const, to: "city", amount: fee },
        ...(extra as { id: string; kind: "fixed"; to: string; amount: string }[]),
        { id: "rest", kind: "share" as const, shares: [{ to: "$merchant", weight: "1" }] },
      ],
    },
  ],
});

test("only the steps that differ are named, with what they said and say", () => {
  expect(changedSteps(terms("0.10"), terms("0.15"), "EUR")).toEqual([
    { rule: "All", step: "fee", before: "0.10 EUR a payment", after: "0.15 EUR a payment" },
  ]);
});

test("a step that is gone has nothing after it, a new one nothing before", () => {
  const more = terms("0.10", [{ id: "grid", kind: "fixed", to: "grid", amount: "1.00" }]);
  expect(changedSteps(more, terms("0.10"), "EUR")).toMatchObject([{ step: "grid", after: null }]);
  expect(changedSteps(terms("0.10"), more, "EUR")).toMatchObject([{ step: "grid", before: null }]);
});
