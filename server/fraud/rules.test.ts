import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newId } from "@/server/platform/ids";
import { distanceMetres, expectedLossMicros, learnHabit, screen } from "./rules";
import { DEFAULT_TERMS, fraudTermsSchema } from "./schema";
import type { ScreenFacts, Tap } from "./types";

const noon = new Date("2026-06-01T12:00:00Z");
const harbor = { latitude: 59.91, longitude: 10.75 };

function tap(minutesBefore: number, place = harbor): Tap {
  return {
    paymentId: newId("payment"),
    occurredAt: new Date(noon.getTime() - minutesBefore * 60_000),
    place,
    deviceName: "Quay 4",
  };
}

function facts(over: Partial<ScreenFacts> = {}): ScreenFacts {
  return {
    amountMicros: 2_750_000n,
    currency: "EUR",
    instrumentWord: "this card",
    deviceKindWord: "parking meter",
    occurredAt: noon,
    place: harbor,
    taps: [],
    habit: { observations: 500n, meanLog: Math.log(2_500_000), m2Log: 500 * 0.16 },
    terms: DEFAULT_TERMS,
    ...over,
  };
}

const anyFacts = fc.record({
  amountMicros: fc.bigInt({ min: 10_000n, max: 10_000_000_000n }),
  taps: fc.array(
    fc
      .record({
        before: fc.double({ min: -30, max: 1_440, noNaN: true }),
        latitude: fc.double({ min: -90, max: 90, noNaN: true }),
        longitude: fc.double({ min: -180, max: 180, noNaN: true }),
      })
      .map(({ before, latitude, longitude }) => tap(before, { latitude, longitude })),
    { maxLength: 20 },
  ),
});

describe("the screen", () => {
  test("gives an ordinary payment its base points and lets it pass", () => {
    expect(screen(facts({ taps: [tap(600)] }))).toEqual({
      score: 2,
      basePoints: 2,
      signals: [],
      verdict: "authorise",
      wouldHavePassed: null,
    });
  });

  test("points of base and signals add up to the score, which stays within 0 and 100", () => {
    fc.assert(
      fc.property(anyFacts, (over) => {
        const result = screen(facts(over));
        const sum = result.signals.reduce((all, signal) => all + signal.points, result.basePoints);
        expect(sum).toBe(result.score);
        expect(result.score).toBeGreaterThanOrEqual(0);
        expect(result.score).toBeLessThanOrEqual(100);
        for (const signal of result.signals) expect(Number.isInteger(signal.points)).toBe(true);
        expect(result.wouldHavePassed === null).toBe(result.verdict === "authorise");
      }),
    );
  });

  test("one more tap of the same instrument never lowers the score", () => {
    fc.assert(
      fc.property(anyFacts, fc.double({ min: 0, max: 9, noNaN: true }), (over, minutes) => {
        const before = screen(facts(over)).score;
        expect(screen(facts({ ...over, taps: [...over.taps, tap(minutes)] })).score).toBeGreaterThanOrEqual(
          before,
        );
      }),
    );
  });

  test("a larger amount never lowers the score", () => {
    fc.assert(
      fc.property(anyFacts, fc.bigInt({ min: 0n, max: 1_000_000_000n }), (over, more) => {
        const larger = { ...over, amountMicros: over.amountMicros + more };
        expect(screen(facts(larger)).score).toBeGreaterThanOrEqual(screen(facts(over)).score);
      }),
    );
  });

  test("says the velocity in a plain sentence and what would have passed", () => {
    const result = screen(facts({ taps: [tap(9), tap(7), tap(5), tap(2), tap(1)] }));
    expect(result.signals[0]?.sentence).toBe("6th payment with this card in 9 minutes.");
    expect(result.verdict).toBe("review");
    expect(result.wouldHavePassed).toBe("It would have passed as one of at most 5 payments in 10 minutes.");
    expect(screen(facts({ taps: [tap(9), tap(7), tap(5), tap(2)] })).verdict).toBe("authorise");
  });

  test("says by how much an amount is unusual, and the amount that it names does pass", () => {
    const result = screen(facts({ amountMicros: 95_000_000n }));
    expect(result.signals[0]?.sentence).toBe(
      "95.00 EUR is 38 times what a parking meter usually takes (2.50 EUR).",
    );
    const named = /no more than ([\d.]+) EUR/.exec(result.wouldHavePassed ?? "")?.[1] ?? "";
    const micros = BigInt(Math.round(Number(named) * 1_000_000));
    expect(screen(facts({ amountMicros: micros })).verdict).toBe("authorise");
    expect(screen(facts({ amountMicros: (micros * 12n) / 10n })).verdict).toBe("review");
  });

  test("a habit of too few payments is no habit", () => {
    const habit = { observations: 29n, meanLog: Math.log(2_500_000), m2Log: 5 };
    expect(screen(facts({ amountMicros: 95_000_000n, habit })).signals).toEqual([]);
  });

  test("tells impossible travel from a ride, and the minutes that it names pass", () => {
    const bergen = { latitude: 60.39, longitude: 5.32 };
    const result = screen(facts({ taps: [tap(12, bergen)] }));
    expect(result.signals[0]?.name).toBe("travel");
    expect(result.signals[0]?.sentence).toMatch(
      /^30\d(\.\d)? km from its tap at Quay 4 12 minutes earlier: 1,5\d\d km\/h\.$/,
    );
    const minutes = Number(/(\d+) minutes or more/.exec(result.wouldHavePassed ?? "")?.[1]);
    expect(screen(facts({ taps: [tap(minutes, bergen)] })).verdict).toBe("authorise");
    expect(screen(facts({ taps: [tap(1, { latitude: 59.913, longitude: 10.752 })] })).signals).toEqual([]);
  });

  test("counts a journey from just above the plausible speed on, and none below it", () => {
    const bergen = { latitude: 60.39, longitude: 5.32 };
    const names = (minutes: number) =>
      screen(facts({ taps: [tap(minutes, bergen)] })).signals.map(({ name }) => name);
    // 305 km at the 160 km/h that are plausible take 114 minutes.
    expect(DEFAULT_TERMS.travel.plausibleKmh).toBe(160);
    expect([names(112), names(117)]).toEqual([["travel"], []]);
  });

  test("names several changes when no single one would have let it pass", () => {
    const bergen = { latitude: 60.39, longitude: 5.32 };
    const taps = [tap(9), tap(7), tap(5), tap(3), tap(2), tap(1, bergen)];
    const result = screen(facts({ taps, amountMicros: 9_000_000_000n }));
    expect(result.score).toBe(100);
    expect(result.verdict).toBe("decline");
    expect(result.wouldHavePassed).toMatch(/ and /);
  });

  test("a policy that declines below its review threshold is refused", () => {
    expect(fraudTermsSchema.safeParse({ reviewAt: 80, declineAt: 70 }).success).toBe(false);
  });
});

test("expected loss is the score's share of the amount", () => {
  expect(expectedLossMicros(20_000_000n, 75)).toBe(15_000_000n);
});

test("learning in pieces equals learning at once", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 5, max: 25, noNaN: true }), { minLength: 2, maxLength: 60 }),
      fc.nat({ max: 60 }),
      (logs, cut) => {
        const at = cut % logs.length;
        const empty = { observations: 0n, meanLog: 0, m2Log: 0 };
        const pieces = [logs.slice(0, at), logs.slice(at)].reduce(
          (habit, part) => learnHabit(habit, seen(part)),
          empty,
        );
        const whole = seen(logs);
        expect(pieces.observations).toBe(BigInt(logs.length));
        expect(pieces.meanLog).toBeCloseTo(whole.meanLog, 6);
        expect(pieces.m2Log).toBeCloseTo(whole.m2Log, 4);
      },
    ),
  );
});

function seen(logs: readonly number[]) {
  const mean = logs.length === 0 ? 0 : logs.reduce((a, b) => a + b, 0) / logs.length;
  const m2 = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  return { observations: BigInt(logs.length), meanLog: mean, m2Log: m2 };
}

test("distance between Oslo and Bergen is about 305 km", () => {
  const metres = distanceMetres(
    { latitude: 59.9139, longitude: 10.7522 },
    { latitude: 60.3913, longitude: 5.3221 },
  );
  expect(metres / 1_000).toBeGreaterThan(300);
  expect(metres / 1_000).toBeLessThan(310);
});
