/** Colours of parties and steps: one each, the same on every chart. */

export const SERIES_COUNT = 6;

/** Parties and steps that are on nearly every chart, so that they never trade colours. Grey is what is left over. */
const FIXED: ReadonlyMap<string, number> = new Map([
  ["$merchant", 1],
  ["merchant", 1],
  ["operator", 4],
  ["platform", 4],
  ["tax-office", 6],
  ["tax", 6],
  ["vat", 6],
]);

function hash(key: string): number {
  let value = 2166136261;
  for (let index = 0; index < key.length; index += 1) {
    value = Math.imul(value ^ key.charCodeAt(index), 16777619);
  }
  return value >>> 0;
}

/** 1 to 6 for an index (in order, wrapping) or a key (always the same for the same key). */
export function partySeries(indexOrKey: number | string): number {
  if (typeof indexOrKey === "number")
    return (((indexOrKey % SERIES_COUNT) + SERIES_COUNT) % SERIES_COUNT) + 1;
  return FIXED.get(indexOrKey) ?? (hash(indexOrKey) % (SERIES_COUNT - 1)) + 1;
}

/** The same as a CSS colour that follows the theme. */
export function partyColour(indexOrKey: number | string): string {
  return seriesColour(partySeries(indexOrKey));
}

export function seriesColour(series: number): string {
  return `var(--series-${partySeries(series - 1)})`;
}

/**
 * Colours for the parties of one program without two alike while there are at most six: each takes its own series by
 * `partySeries`, or the next free one in the order of its key. Give it all parties of the program, not those of one chart.
 */
export function assignPartySeries(keys: readonly string[]): Map<string, number> {
  const assigned = new Map<string, number>();
  const free = new Set(Array.from({ length: SERIES_COUNT }, (_, index) => index + 1));
  const ordered = [...new Set(keys)].sort(
    (a, b) => Number(FIXED.has(b)) - Number(FIXED.has(a)) || (a < b ? -1 : 1),
  );
  for (const key of ordered) {
    const wanted = partySeries(key);
    const series = free.has(wanted) ? wanted : ([...free][0] ?? wanted);
    free.delete(series);
    assigned.set(key, series);
  }
  return assigned;
}
