/** Exact sum of decimal strings, for totals in tables and tooltips. Text that is no decimal number counts as zero. */
export function sumAmounts(amounts: readonly string[]): string {
  let total = 0n;
  let scale = 0;
  for (const amount of amounts) {
    const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount.trim());
    if (!match) continue;
    const fraction = match[3] ?? "";
    if (fraction.length > scale) {
      total *= 10n ** BigInt(fraction.length - scale);
      scale = fraction.length;
    }
    const units = BigInt((match[2] ?? "0") + fraction.padEnd(scale, "0"));
    total += match[1] ? -units : units;
  }
  const negative = total < 0n;
  const digits = (negative ? -total : total).toString().padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return negative ? `-${text}` : text;
}

/** What is left of `from` when `taken` goes off, exactly. */
export function differenceOf(from: string, taken: string): string {
  return sumAmounts([from, taken.startsWith("-") ? taken.slice(1) : `-${taken}`]);
}

/** What amounts add up to, each currency by itself, in the order in which they come. */
export function sumByCurrency(
  amounts: readonly { amount: string; currency: string }[],
): { amount: string; currency: string }[] {
  const byCurrency = new Map<string, string[]>();
  for (const { amount, currency } of amounts)
    byCurrency.set(currency, [...(byCurrency.get(currency) ?? []), amount]);
  return [...byCurrency].map(([currency, parts]) => ({ amount: sumAmounts(parts), currency }));
}
