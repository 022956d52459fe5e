/** How far an allowance of units pays for something before money does. Pure. */

export interface Cover {
  /** Millionths of the unit that are taken from the allowance. */
  coveredQuantityMicros: bigint;
  /** What the covered part would have cost. */
  coveredMicros: bigint;
  /** What is left to pay in money. */
  dueMicros: bigint;
}

/**
 * Runs down an allowance with `leftMicros` of its unit for `quantityMicros` that cost `priceMicros`. The whole
 * quantity covers the whole price; a part covers its share, floored to `stepMicros` (1n for usage, one minor unit for
 * payments), so that rounding never costs the allowance's owner more than the price. A part too small to be worth one
 * step covers nothing and takes no units. covered + due = price, and neither is negative.
 */
export function coverByAllowance({
  priceMicros,
  quantityMicros,
  leftMicros,
  stepMicros,
}: {
  priceMicros: bigint;
  quantityMicros: bigint;
  leftMicros: bigint;
  stepMicros: bigint;
}): Cover {
  const nothing = { coveredQuantityMicros: 0n, coveredMicros: 0n, dueMicros: priceMicros };
  if (priceMicros <= 0n || quantityMicros <= 0n || leftMicros <= 0n) return nothing;
  if (leftMicros >= quantityMicros) {
    return { coveredQuantityMicros: quantityMicros, coveredMicros: priceMicros, dueMicros: 0n };
  }
  const share = (priceMicros * leftMicros) / quantityMicros;
  const coveredMicros = share - (share % stepMicros);
  if (coveredMicros === 0n) return nothing;
  return { coveredQuantityMicros: leftMicros, coveredMicros, dueMicros: priceMicros - coveredMicros };
}

const QUANTITY = /^(\d{1,12})(?:\.(\d{1,30}))?$/;

/** A quantity such as "22.4" in millionths; null for signs, exponents and anything finer than six decimals. */
export function parseQuantityMicros(text: string): bigint | null {
  const match = QUANTITY.exec(text);
  if (!match) return null;
  const fraction = match[2] ?? "";
  if (/[1-9]/.test(fraction.slice(6))) return null;
  return BigInt(match[1] ?? "0") * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
}
