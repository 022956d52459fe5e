/** Colours of charts: a palette of numbers, which follows the theme. */

/** What kinds and steps take in turn. Parties have eleven, given once on the server. */
export const SERIES_COUNT = 6;
const PALETTE_COUNT = 11;

/** Grey: what is nobody's, or nobody's that is known here. */
export const NEUTRAL = 6;

/** 1 to 6 for an index, in order and wrapping. */
export function seriesAt(index: number): number {
  return (((index % SERIES_COUNT) + SERIES_COUNT) % SERIES_COUNT) + 1;
}

/** As a CSS colour that follows the theme. What the palette does not have is grey. */
export function seriesColour(series: number): string {
  const known = Number.isInteger(series) && series >= 1 && series <= PALETTE_COUNT;
  return `var(--series-${known ? series : NEUTRAL})`;
}
