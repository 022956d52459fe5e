import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Credit, groupMoves } from "./group-moves";

const start = Date.parse("2026-06-01T00:00:00Z");
const HOUR = 3_600_000;

/** Payments of two hours' distance from each other at their most, in UTC days and periods that end at 22:00. */
function credit(partyId: string, offsetMs: number, cents: number): Credit {
  const at = new Date(start + offsetMs);
  return {
    partyId,
    at,
    period: Math.floor((offsetMs + 2 * HOUR) / (24 * HOUR)),
    day: at.toISOString().slice(0, 10),
    micros: BigInt(cents) * 10_000n,
  };
}

const balanceAt = (
  rows: readonly { partyId: string; at: Date; micros: bigint }[],
  party: string,
  before: number,
) => rows.reduce((sum, row) => (row.partyId === party && +row.at < before ? sum + row.micros : sum), 0n);

describe("the sums in which a batch moves money", () => {
  test("each party gets what it was allocated, and at midnights and cut-offs no later than it was captured", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom("a", "b", "c"),
            fc.integer({ min: 0, max: 100 * 24 * HOUR }),
            fc.integer({ min: -500, max: 5_000 }),
          ),
          { maxLength: 300 },
        ),
        (rows) => {
          const credits = rows.map(([party, offset, cents]) => credit(party, offset, cents));
          const moves = groupMoves(credits);
          for (const party of ["a", "b", "c"]) {
            for (let day = 0; day <= 101; day += 1) {
              for (const moment of [start + day * 24 * HOUR, start + day * 24 * HOUR + 22 * HOUR]) {
                expect(balanceAt(moves, party, moment)).toBe(balanceAt(credits, party, moment));
              }
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a second of live traffic is one sum a party", () => {
    const credits = Array.from({ length: 900 }, (_, n) => credit(n % 3 === 0 ? "a" : "b", n, 100));
    expect(groupMoves(credits).length).toBe(2);
  });

  test("a few payments of far apart moments each keep their minute", () => {
    const credits = [0, 5, 700, 90_000].map((minutes) => credit("a", minutes * 60_000, 100));
    expect(groupMoves(credits).map(({ at }) => +at)).toEqual(credits.map(({ at }) => +at));
  });

  test("however far a batch reaches, its sums are as few as 64 moments or its days and periods", () => {
    const twoDays = Array.from({ length: 2_000 }, (_, n) => credit("a", n * 86_000, 100));
    expect(groupMoves(twoDays).length).toBeLessThanOrEqual(64);
    const aYear = Array.from({ length: 2_000 }, (_, n) => credit("a", n * 4 * HOUR, 100));
    expect(groupMoves(aYear).length).toBeLessThanOrEqual(2 * 334);
  });
});
