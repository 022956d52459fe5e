/**
 * Exact rationals for rates, portions and weights. They are written as text ("8.875%", "1/3", "70", "0.015") and
 * never pass through a floating-point number.
 */

/** A non-negative fraction in lowest terms; the denominator is at least one. */
export interface Rational {
  readonly num: bigint;
  readonly den: bigint;
}

export type RationalRefusal = "malformed" | "zero_denominator" | "out_of_range";
export type RationalResult = { ok: true; value: Rational } | { ok: false; reason: RationalRefusal };

export const ONE: Rational = { num: 1n, den: 1n };

/** At most 15 digits on either side of the point or the slash, so that a version cannot carry giant numbers. */
const DECIMAL = /^(\d{1,15})(?:\.(\d{1,15}))?(%)?$/;
const FRACTION = /^(\d{1,15})\/(\d{1,15})$/;

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function reduced(num: bigint, den: bigint): Rational {
  const divisor = greatestCommonDivisor(num, den);
  return { num: num / divisor, den: den / divisor };
}

/** Parses a non-negative rational: "70", "0.015", "8.875%" or "1/3". No sign, space or exponent is accepted. */
export function parseRational(text: string): RationalResult {
  const fraction = FRACTION.exec(text);
  if (fraction) {
    const den = BigInt(fraction[2] ?? "0");
    if (den === 0n) return { ok: false, reason: "zero_denominator" };
    return { ok: true, value: reduced(BigInt(fraction[1] ?? "0"), den) };
  }
  const decimal = DECIMAL.exec(text);
  if (!decimal) return { ok: false, reason: "malformed" };
  const decimals = decimal[2] ?? "";
  const den = 10n ** BigInt(decimals.length) * (decimal[3] ? 100n : 1n);
  return { ok: true, value: reduced(BigInt((decimal[1] ?? "0") + decimals), den) };
}

/** As `parseRational`, and refuses anything above one (100 %) with `out_of_range`. */
export function parsePortion(text: string): RationalResult {
  const parsed = parseRational(text);
  if (parsed.ok && parsed.value.num > parsed.value.den) return { ok: false, reason: "out_of_range" };
  return parsed;
}

/** Parses text that validation has accepted before; throws on anything else, since that is a broken invariant. */
export function mustParseRational(text: string): Rational {
  const parsed = parseRational(text);
  if (!parsed.ok)
    throw new Error(`"${text}" is not a rational (${parsed.reason}); was the agreement validated?`);
  return parsed.value;
}

/** The whole part of `amount × factor`; `amount` is not negative. */
export function floorTimes(amount: bigint, factor: Rational): bigint {
  return (amount * factor.num) / factor.den;
}

/** Whole numbers in the same proportions as the given rationals, over their least common denominator. */
export function toWholeWeights(weights: readonly Rational[]): bigint[] {
  const common = weights.reduce((lcm, { den }) => (lcm / greatestCommonDivisor(lcm, den)) * den, 1n);
  return weights.map(({ num, den }) => num * (common / den));
}
