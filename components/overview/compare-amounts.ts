/** How two amounts compare, for the line under a figure. The ratio is for reading only; no money is reckoned with it. */
import { formatPercentChange } from "@/components/money/format-count";

const MOST_TELLING = 3;

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
  // Against a span that was hardly begun every figure is a record; that says nothing.
  if (ratio > MOST_TELLING) return undefined;
  return { text: formatPercentChange(ratio), against, good: ratio >= 0 };
}
