/** What holds for every agreement and payment, on generated ones. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAgreementFile } from "../agreement/parse-agreement";
import type { AgreementTerms, Share, Step } from "../agreement/shape";
import { allocate } from "./allocate-payment";
import { compileAgreement } from "./compile-agreement";
import { splitByBrackets } from "./distribute-step";
import { type DustRule, splitByWeights } from "./split-weights";
import { referenceAllocate } from "./testdata/reference-allocate";
import { type Allocation, type AllocationBases, EMPTY_BASES } from "./types";

const CENT = 10_000n;
const cents = (value: number) => `${Math.floor(value / 100)}.${String(value % 100).padStart(2, "0")}`;

const party = fc.constantFrom("a", "b", "c", "d", "$merchant");
const rate = fc.constantFrom("0%", "0.19%", "1.5%", "8.875%", "1/3", "25%", "2/7", "0.5", "100%");
const weight = fc.constantFrom("0", "1", "2", "1/3", "0.5", "70", "12.5%");
const amount = fc.integer({ min: 0, max: 3000 }).map(cents);
const of = fc.constantFrom("gross" as const, "remaining" as const);
const inclusive = fc.boolean();
const optionally = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const shares: fc.Arbitrary<Share[]> = fc
  .array(fc.record({ to: party, weight }), { minLength: 1, maxLength: 5 })
  .filter((list) => list.some((share) => share.weight !== "0"));
const brackets = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 20_000 }), { maxLength: 3 }),
    fc.array(shares, { minLength: 4, maxLength: 4 }),
  )
  .map(([ends, lists]) => {
    const sorted = ends.sort((x, y) => x - y);
    return lists.slice(0, sorted.length + 1).map((list, at) => {
      const end = sorted[at];
      return end === undefined ? { shares: list } : { upTo: cents(end), shares: list };
    });
  });
const basis = fc.constant("program_gross_in_period" as const);
const perPeriodMax = optionally(amount);

const middle = fc.oneof(
  fc.record({ kind: fc.constant("tax" as const), to: party, rate, inclusive, perPeriodMax }),
  fc.record({
    kind: fc.constant("percent" as const),
    to: party,
    rate,
    of,
    min: optionally(amount),
    max: optionally(amount),
    perPeriodMax,
  }),
  fc.record({ kind: fc.constant("fixed" as const), to: party, amount, perPeriodMax }),
  fc.record({ kind: fc.constant("share" as const), portion: optionally(rate), of, shares, perPeriodMax }),
  fc.record({
    kind: fc.constant("tiers" as const),
    portion: optionally(rate),
    of,
    basis,
    brackets,
    perPeriodMax,
  }),
);
const last = fc.oneof(
  fc.record({ kind: fc.constant("share" as const), shares }),
  fc.record({ kind: fc.constant("tiers" as const), basis, brackets }),
);
const dust = fc.oneof(
  fc.constantFrom("largest-remainder" as const, "first-listed" as const),
  fc.record({ to: party }),
);
const agreement: fc.Arbitrary<AgreementTerms> = fc
  .record({ dust, middle: fc.array(middle, { maxLength: 5 }), last })
  .map((drawn) => ({
    dust: drawn.dust,
    rules: [
      {
        name: "All",
        steps: [...drawn.middle, drawn.last].map((step, at): Step => ({ id: `s${at}`, ...step })),
      },
    ],
  }));
const amounts = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 8 });

/** Splits the payments one after the other, each with the figures that the one before left. */
function runAll(terms: AgreementTerms, list: readonly number[], start: AllocationBases = EMPTY_BASES) {
  const compiled = compileAgreement(terms, "EUR");
  let bases = start;
  return list.map((value) => {
    const payment = {
      amountMicros: BigInt(value) * CENT,
      merchant: "shop",
      capturedAt: new Date(0),
      timeZone: "UTC",
    };
    const before = bases;
    const allocation = allocate(compiled, payment, bases);
    bases = allocation.bases;
    return { payment, before, allocation };
  });
}

const total = (allocation: Allocation) => allocation.legs.reduce((sum, leg) => sum + leg.amountMicros, 0n);
const runs = { numRuns: 1500 };

describe("for every agreement", () => {
  test("the generated ones are valid, so that these properties speak of agreements that can be drafted", () => {
    fc.assert(
      fc.property(agreement, (terms) => parseAgreementFile(JSON.parse(JSON.stringify(terms)), "EUR").ok),
      runs,
    );
  });

  test("the legs add up to the payment, are whole cents, and none is negative or without meaning", () => {
    fc.assert(
      fc.property(agreement, amounts, (terms, list) => {
        for (const { payment, allocation } of runAll(terms, list)) {
          expect(total(allocation)).toBe(payment.amountMicros);
          for (const { amountMicros, shortMicros, why } of allocation.legs) {
            expect(amountMicros >= 0n && shortMicros >= 0n && amountMicros + shortMicros > 0n).toBe(true);
            expect(amountMicros % CENT === 0n && shortMicros % CENT === 0n && why !== "").toBe(true);
          }
        }
      }),
      runs,
    );
  });

  test("the same payments give the same legs, and the inputs are left as they were", () => {
    fc.assert(
      fc.property(agreement, amounts, (terms, list) => {
        const asText = (value: unknown) =>
          JSON.stringify(value, (_key, field) => (typeof field === "bigint" ? `${field}n` : field));
        const before = asText(terms);
        const first = runAll(terms, list);
        expect(runAll(terms, list)).toEqual(first);
        expect(asText(terms)).toBe(before);
        expect([...EMPTY_BASES.takenMicros]).toEqual([]);
      }),
      runs,
    );
  });

  test("the legs are those of a second, slow reckoning with fractions", () => {
    fc.assert(
      fc.property(agreement, amounts, (terms, list) => {
        for (const { payment, before, allocation } of runAll(terms, list)) {
          const mine = allocation.legs.map(({ to, step, amountMicros, shortMicros }) => ({
            to,
            step,
            amount: amountMicros / CENT,
            short: shortMicros / CENT,
          }));
          expect(mine).toEqual(referenceAllocate(terms, payment.amountMicros / CENT, "shop", before, CENT));
        }
      }),
      runs,
    );
  });

  test("no step takes more than its ceiling in the period, and the running total is what its legs got", () => {
    fc.assert(
      fc.property(agreement, amounts, (terms, list) => {
        const all = runAll(terms, list);
        for (const step of terms.rules[0]?.steps ?? []) {
          const got = all
            .flatMap(({ allocation }) => allocation.legs)
            .reduce((sum, leg) => (leg.step === step.id ? sum + leg.amountMicros : sum), 0n);
          if (step.perPeriodMax === undefined) continue;
          expect(got <= BigInt(step.perPeriodMax.replace(".", "")) * CENT).toBe(true);
          expect(all.at(-1)?.allocation.bases.takenMicros.get(step.id) ?? 0n).toBe(got);
        }
      }),
      runs,
    );
  });

  test("a party of weight zero in a step never receives from it and is never short of it", () => {
    fc.assert(
      fc.property(agreement, amounts, (terms, list) => {
        const steps = terms.rules[0]?.steps ?? [];
        const legs = runAll(terms, list).flatMap(({ allocation }) => allocation.legs);
        for (const step of steps) {
          if (step.kind !== "share" && step.kind !== "tiers") continue;
          const listed =
            step.kind === "share" ? step.shares : step.brackets.flatMap((bracket) => bracket.shares);
          const weighty = new Set(
            listed
              .filter((share) => share.weight !== "0")
              .map(({ to }) => (to === "$merchant" ? "shop" : to)),
          );
          for (const leg of legs) if (leg.step === step.id) expect(weighty.has(leg.to)).toBe(true);
        }
      }),
      runs,
    );
  });

  test("dust stays in its own step: what a step got in all does not depend on the dust policy", () => {
    fc.assert(
      fc.property(agreement, amounts, dust, (terms, list, other) => {
        const perStep = (policy: AgreementTerms["dust"]) => {
          const sums: Record<string, bigint> = {};
          for (const { allocation } of runAll({ ...terms, dust: policy }, list)) {
            for (const leg of allocation.legs) sums[leg.step] = (sums[leg.step] ?? 0n) + leg.amountMicros;
          }
          return sums;
        };
        expect(perStep(other)).toEqual(perStep(terms.dust));
      }),
      runs,
    );
  });
});

describe("tiers", () => {
  const ends = fc
    .uniqueArray(fc.integer({ min: 1, max: 20_000 }), { maxLength: 4 })
    .map((list) => [...list.sort((a, b) => a - b).map(BigInt), null]);

  test("of the whole amount, payment by payment, give each bracket what one reckoning of the sum gives", () => {
    fc.assert(
      fc.property(ends, amounts, (list, payments) => {
        let before = 0n;
        const sums = list.map(() => 0n);
        for (const gross of payments.map(BigInt)) {
          splitByBrackets(gross, list, { gross, basisBefore: before }).forEach((part, at) => {
            sums[at] = (sums[at] ?? 0n) + part;
          });
          before += gross;
        }
        expect(sums).toEqual(splitByBrackets(before, list, { gross: before, basisBefore: 0n }));
      }),
      runs,
    );
  });

  test("of a part of the amount add up to that part, and only reach brackets in which the payment stands", () => {
    const figures = fc.record({
      gross: fc.integer({ min: 1, max: 9000 }),
      part: fc.integer({ min: 0, max: 9000 }),
      before: fc.integer({ min: 0, max: 25_000 }),
    });
    fc.assert(
      fc.property(ends, figures, (list, { gross, part, before }) => {
        const amountX = BigInt(Math.min(part, gross));
        const parts = splitByBrackets(amountX, list, { gross: BigInt(gross), basisBefore: BigInt(before) });
        expect(parts.reduce((sum, value) => sum + value, 0n)).toBe(amountX);
        parts.forEach((value, at) => {
          const start = list[at - 1] ?? 0n;
          const end = list[at] ?? null;
          const touches = BigInt(before + gross) > start && (end === null || BigInt(before) < end);
          expect(value === 0n || (value > 0n && touches)).toBe(true);
        });
      }),
      runs,
    );
  });
});

describe("the split by weight", () => {
  type Split = (whole: bigint, weights: readonly bigint[], rule: DustRule) => bigint[];
  const input = fc.record({
    whole: fc.integer({ min: 0, max: 10_000 }).map(BigInt),
    weights: fc
      .array(fc.integer({ min: 0, max: 9 }).map(BigInt), { minLength: 1, maxLength: 7 })
      .filter((list) => list.some((value) => value > 0n)),
    rule: fc.constantFrom<DustRule>("largest-remainder", "first-listed", { to: 0 }, { to: 2 }),
  });

  /** Adds up; nobody is below its exact share rounded down; dust is one unit each, or all with the named one. */
  const holdsFor = (split: Split) =>
    fc.property(input, ({ whole, weights, rule }) => {
      const sum = weights.reduce((all, value) => all + value, 0n);
      const parts = split(whole, weights, rule);
      const extra = parts.map((part, at) => part - (whole * (weights[at] ?? 0n)) / sum);
      const named = typeof rule === "object" && (weights[rule.to] ?? 0n) > 0n ? rule.to : null;
      return (
        parts.reduce((all, part) => all + part, 0n) === whole &&
        parts.every((part, at) => part === 0n || (weights[at] ?? 0n) > 0n) &&
        extra.every((value, at) =>
          named === null ? value === 0n || value === 1n : value === 0n || at === named,
        )
      );
    });

  test("adds up, never falls below the exact share rounded down, and never feeds weight zero", () => {
    fc.assert(holdsFor(splitByWeights), { numRuns: 5000 });
  });

  const sumOf = (weights: readonly bigint[]) => weights.reduce((all, value) => all + value, 0n);
  const faulty: [string, Split][] = [
    [
      "rounds each share to the nearest unit",
      (whole, weights) =>
        weights.map((value) => (2n * whole * value + sumOf(weights)) / (2n * sumOf(weights))),
    ],
    ["forgets the dust", (whole, weights) => weights.map((value) => (whole * value) / sumOf(weights))],
    [
      "hands dust to the first listed whatever its weight",
      (whole, weights) => {
        const parts = weights.map((value) => (whole * value) / sumOf(weights));
        return parts.map((part, at) => (at === 0 ? part + whole - sumOf(parts) : part));
      },
    ],
    [
      "reckons in floating point",
      (whole, weights) => {
        const parts = weights.map((value) =>
          BigInt(Math.floor(Number(whole) * (Number(value) / Number(sumOf(weights))))),
        );
        const at = weights.findIndex((value) => value > 0n);
        return parts.map((part, index) => (index === at ? part + whole - sumOf(parts) : part));
      },
    ],
  ];
  test.each(faulty)("one that %s is caught", (_name, split) => {
    expect(fc.check(holdsFor(split), { numRuns: 5000 }).failed).toBe(true);
  });

  test("of no weight, or of a negative amount, is a broken invariant", () => {
    expect(() => splitByWeights(1n, [0n, 0n], "first-listed")).toThrow(RangeError);
    expect(() => splitByWeights(-1n, [1n], "first-listed")).toThrow(RangeError);
  });
});
