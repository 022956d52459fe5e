/** How two amounts compare, for the line under a figure. The ratio is for reading only; no money is reckoned with it. */
import { formatPercentChange } from "@/components/money/format-count";

export interface Change {
  text: string;
  against: string;
  good?: boolean;
}

/** Nothing when there is nothing to compare with. */
export function changeAgainst(now: string, before: string, against: string): Change | undefined {
  const base = Number(before);
  if (!(base > 0)) return undefined;
  const ratio = (Number(now) - base) / base;
  return { text: formatPercentChange(ratio), against, good: ratio >= 0 };
}
