/** The cases of numscript and its ledger that an agreement can express; see testdata/NOTICE.md. */
import { describe, expect, test } from "vitest";
import type { AgreementTerms, Step } from "../agreement/shape";
import { allocate } from "./allocate-payment";
import { compileAgreement } from "./compile-agreement";
import published from "./testdata/split-cases.json";
import { EMPTY_BASES } from "./types";

/** Our model has no money that stays where it is, so this party stands for the source that keeps it. */
const SOURCE = "source";

interface Item {
  portion?: string;
  max?: number;
  remaining?: boolean;
  to?: string;
  kept?: boolean;
  allot?: unknown;
  waterfall?: unknown;
}
interface Case {
  id: string;
  total: string;
  destination: { allot?: Item[]; waterfall?: Item[] };
  expect: Record<string, string | undefined>;
  kept: string;
}

/** A cap inside a portion is a percentage with a highest amount. */
const BY_HAND: Record<string, Step[]> = {
  "capped-fee-below-cap": [
    { id: "fee", kind: "percent", to: "fees", rate: "10%", max: "10" },
    { id: "rest", kind: "share", shares: [{ to: "dest", weight: "1" }] },
  ],
};

/** Allotments inside allotments: our steps do not nest, and flattened they would round at other places. */
const NOT_EXPRESSIBLE = ["nested-commission-tax-cashback"];
/** Two "remaining" and portions above one in all: our shares are weights, with which neither can be written. */
const INVALID_NOT_WRITABLE = ["two-remaining", "sum-above-1"];

const cases: Case[] = published.cases;

function toSteps({ id, destination }: Case): Step[] | null {
  const byHand = BY_HAND[id];
  if (byHand) return byHand;
  if (destination.waterfall) return destination.waterfall.map(waterfallStep);
  const items = destination.allot ?? [];
  if (items.some((item) => item.allot || item.waterfall)) return null;
  const fixed = items
    .filter(({ portion }) => portion !== "remaining")
    .map(({ portion }) => asPercent(portion ?? ""));
  const rest = 100_000 - fixed.reduce((sum, thousandths) => sum + thousandths, 0);
  const shares = items.map((item) => ({
    to: nameOf(item),
    weight: item.portion === "remaining" ? `${rest}/100000` : (item.portion ?? ""),
  }));
  return [{ id: "allot", kind: "share", shares }];
}

function waterfallStep(item: Item, at: number): Step {
  const id = `item${at}`;
  if (item.remaining) return { id, kind: "share", shares: [{ to: nameOf(item), weight: "1" }] };
  return { id, kind: "fixed", to: nameOf(item), amount: String(item.max) };
}

/** Thousandths of a per cent; only used where a case has a "remaining" portion, and those are all in per cent. */
function asPercent(portion: string): number {
  return portion.endsWith("%") ? Math.round(Number(portion.slice(0, -1)) * 1000) : 0;
}

function nameOf(item: Item): string {
  return item.kept ? SOURCE : (item.to ?? "nobody");
}

describe("published split cases", () => {
  // JPY has no decimals, so one minor unit is one unit of the case.
  const expressible = cases.filter(({ id }) => !NOT_EXPRESSIBLE.includes(id));

  test.each(expressible)("$id", (example) => {
    const steps = toSteps(example);
    if (!steps) throw new Error(`${example.id} was not translated`);
    const terms: AgreementTerms = { dust: "first-listed", rules: [{ name: "All", steps }] };
    const payment = {
      amountMicros: BigInt(example.total) * 1_000_000n,
      merchant: "m",
      capturedAt: new Date(0),
      timeZone: "UTC",
    };
    const { legs } = allocate(compileAgreement(terms, "JPY"), payment, EMPTY_BASES);
    const received = (party: string) =>
      legs.filter(({ to }) => to === party).reduce((sum, leg) => sum + leg.amountMicros / 1_000_000n, 0n);
    const expected = { ...example.expect, [SOURCE]: example.kept };
    for (const [party, units] of Object.entries(expected))
      expect(`${party} ${received(party)}`).toBe(`${party} ${units}`);
  });

  test("those that cannot be expressed are exactly the ones named here", () => {
    expect(cases.filter((example) => toSteps(example) === null).map(({ id }) => id)).toEqual(NOT_EXPRESSIBLE);
    expect(expressible).toHaveLength(cases.length - NOT_EXPRESSIBLE.length);
    expect(published.invalid.map(({ id }) => id)).toEqual(INVALID_NOT_WRITABLE);
  });
});
