import { GROUP_SPACE, groupDigits, MINUS } from "@/components/money/format-amount";

/** A whole number with thin spaces between its groups: `8 214`. */
export function formatCount(count: number | bigint): string {
  const text = typeof count === "bigint" ? count.toString() : Math.trunc(count).toString();
  return text.startsWith("-") ? `${MINUS}${groupDigits(text.slice(1))}` : groupDigits(text);
}

/** A change in per cent with its sign, as in `+6.1 %`. Not for money: rates and comparisons only. */
export function formatPercentChange(ratio: number, decimals = 1): string {
  const text = Math.abs(ratio * 100).toFixed(decimals);
  const sign = /^[0.]*$/.test(text) ? "" : ratio < 0 ? MINUS : "+";
  return `${sign}${text}${GROUP_SPACE}%`;
}
