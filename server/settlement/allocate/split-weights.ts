/** The one place where an amount is divided by weights and the rounding left over is handed out. */

/** `to` is the position of the party that takes all dust. */
export type DustRule = "largest-remainder" | "first-listed" | { to: number };

/**
 * Splits `total` (not negative, whole units) by weight: ⌊total·w/Σw⌋ each, and what rounding leaves by `dust`:
 * one unit each from the largest fraction down (ties to the earlier listed), or from the first listed down, or all
 * of it to one position. The parts add up to `total`; weight zero never receives anything, not even dust. Throws
 * when no weight is above zero.
 *
 * Largest remainder: T. Hare's method of apportionment (1857), with the tie rule stated above.
 */
export function splitByWeights(total: bigint, weights: readonly bigint[], dust: DustRule): bigint[] {
  const sum = weights.reduce((all, weight) => all + weight, 0n);
  if (total < 0n || sum <= 0n)
    throw new RangeError("Only a non-negative amount can be split, by weights above zero.");
  const parts = weights.map((weight) => (total * weight) / sum);
  let left = total - parts.reduce((all, part) => all + part, 0n);
  if (left === 0n) return parts;
  if (typeof dust === "object" && (weights[dust.to] ?? 0n) > 0n) {
    parts[dust.to] = (parts[dust.to] ?? 0n) + left;
    return parts;
  }
  const order = weights.flatMap((weight, at) => (weight > 0n ? [at] : []));
  if (dust === "largest-remainder") {
    const fractions = weights.map((weight) => (total * weight) % sum);
    order.sort((a, b) => compareDescending(fractions[a] ?? 0n, fractions[b] ?? 0n) || a - b);
  }
  for (const at of order) {
    if (left === 0n) break;
    parts[at] = (parts[at] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts;
}

function compareDescending(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a > b ? -1 : 1;
}
