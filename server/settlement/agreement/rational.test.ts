import fc from "fast-check";
import { describe, expect, test } from "vitest";
import published from "../allocate/testdata/split-cases.json";
import { floorTimes, mustParseRational, parsePortion, parseRational, toWholeWeights } from "./rational";

describe("rationals", () => {
  test.each(published.portions)(
    "the published portion $in is read as $expect",
    ({ in: text, expect: expected }) => {
      const parsed = parsePortion(text);
      const answer = parsed.ok
        ? `${parsed.value.num}/${parsed.value.den}`
        : { malformed: "error: format", zero_denominator: "error: format", out_of_range: "error: between" }[
            parsed.reason
          ];
      expect(answer).toBe(expected);
    },
  );

  test.each([
    ["8.875%", 71n, 800n],
    ["0.19%", 19n, 10_000n],
    ["1/3", 1n, 3n],
    ["70", 70n, 1n],
    ["0.015", 3n, 200n],
    ["12.50%", 1n, 8n],
  ])("%s is exactly that fraction in lowest terms", (text, num, den) => {
    expect(mustParseRational(text)).toEqual({ num, den });
  });

  test.each([
    "",
    " 1",
    "1 ",
    "-1",
    "+1",
    "1e3",
    "1.",
    ".5",
    "1/2%",
    "1/-2",
    "0x10",
    "NaN",
    "1,5",
    "١",
    "1".repeat(16),
  ])("%j is refused as malformed", (text) => {
    expect(parseRational(text)).toEqual({ ok: false, reason: "malformed" });
  });

  test("a zero denominator is refused", () => {
    expect(parseRational("1/0")).toEqual({ ok: false, reason: "zero_denominator" });
  });

  test("a tenth of a very large amount loses nothing to binary fractions", () => {
    expect(floorTimes(999_999_999_999_999_999_999n, mustParseRational("0.1"))).toBe(
      99_999_999_999_999_999_999n,
    );
  });

  test("whole weights keep the proportions of any fractions", () => {
    const fraction = fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 1, max: 999 }));
    fc.assert(
      fc.property(fc.array(fraction, { minLength: 2, maxLength: 6 }), (fractions) => {
        const whole = toWholeWeights(fractions.map(([num, den]) => mustParseRational(`${num}/${den}`)));
        const [first] = fractions;
        for (const [at, [num, den]] of fractions.entries()) {
          const cross = BigInt(num) * BigInt(first?.[1] ?? 1) * (whole[0] ?? 0n);
          expect((whole[at] ?? 0n) * BigInt(first?.[0] ?? 0) * BigInt(den)).toBe(cross);
        }
      }),
    );
  });
});
