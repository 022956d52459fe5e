import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newId } from "@/server/platform/ids";
import { LIMIT_PERIODS, LIMIT_SUBJECTS } from "../constants";
import type { LimitFacts } from "../types";
import { countedLimits, findReachedLimit } from "./apply-limits";

const limit = (over: Partial<LimitFacts> = {}): LimitFacts => ({
  id: newId("limit"),
  subject: "instrument",
  subjectId: "1",
  period: "day",
  start: "2026-11-30",
  maxPayments: null,
  maxAmountMicros: null,
  usedPayments: 0,
  usedMicros: 0n,
  ...over,
});

const anyLimit = fc.record({
  subject: fc.constantFrom(...LIMIT_SUBJECTS),
  period: fc.constantFrom(...LIMIT_PERIODS),
  maxPayments: fc.option(fc.integer({ min: 0, max: 5 }), { nil: null }),
  maxAmountMicros: fc.option(fc.bigInt({ min: 0n, max: 100n }), { nil: null }),
  usedPayments: fc.integer({ min: 0, max: 6 }),
  usedMicros: fc.bigInt({ min: 0n, max: 120n }),
});

describe("a limit", () => {
  test("of payments is reached by as many, of money only by more", () => {
    const payments = (used: number) => findReachedLimit([limit({ maxPayments: 3, usedPayments: used })], 1n);
    expect([payments(2)?.reason, payments(3)?.reason]).toEqual([undefined, "instrument_count_limit"]);
    const money = (micros: bigint) =>
      findReachedLimit([limit({ maxAmountMicros: 10n, usedMicros: 7n })], micros);
    expect([money(3n)?.reason, money(4n)?.reason]).toEqual([undefined, "instrument_amount_limit"]);
  });

  test("counts a payment of nothing as a payment", () => {
    expect(findReachedLimit([limit({ maxPayments: 0 })], 0n)?.reason).toBe("instrument_count_limit");
    expect(findReachedLimit([limit({ maxAmountMicros: 0n })], 0n)).toBeNull();
  });

  test("of payments is named before that of money", () => {
    const both = limit({ maxPayments: 0, maxAmountMicros: 0n });
    expect(findReachedLimit([both], 1n)).toEqual({ reason: "instrument_count_limit", limit: both });
  });

  test("is that of the first subject and the shortest period among those reached, in whatever order they come", () => {
    fc.assert(
      fc.property(fc.array(anyLimit, { maxLength: 8 }), fc.bigInt({ min: 0n, max: 20n }), (all, micros) => {
        const limits = all.map((each) => limit(each));
        const reached = findReachedLimit(limits, micros);
        const over = limits.filter(
          ({ maxPayments, usedPayments, maxAmountMicros, usedMicros }) =>
            (maxPayments !== null && usedPayments >= maxPayments) ||
            (maxAmountMicros !== null && usedMicros + micros > maxAmountMicros),
        );
        if (!reached) {
          expect(over).toEqual([]);
          return;
        }
        expect(over).toContain(reached.limit);
        expect(reached.reason.startsWith(reached.limit.subject)).toBe(true);
        const rank = ({ subject, period }: LimitFacts) =>
          LIMIT_SUBJECTS.indexOf(subject) * 10 + LIMIT_PERIODS.indexOf(period);
        expect(rank(reached.limit)).toBe(Math.min(...over.map(rank)));
        expect(findReachedLimit([...limits].reverse(), micros)?.reason.split("_")[0]).toBe(
          reached.reason.split("_")[0],
        );
      }),
    );
  });
});

test("a payment is counted where more than itself is limited, and nowhere else", () => {
  const day = limit({ subjectId: "7" });
  expect(countedLimits([limit({ period: "payment" }), day])).toEqual([
    { limit: day.id, subject: "7", start: "2026-11-30" },
  ]);
  expect(countedLimits([limit({ period: "payment" })])).toBeNull();
  expect(countedLimits([])).toBeNull();
});
