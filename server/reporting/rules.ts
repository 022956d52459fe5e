/** Spans of local days and the joining of query rows into series. Pure. */
import { tz } from "@date-fns/tz";
import { addDays, format, startOfDay } from "date-fns";

export interface Spans {
  now: Date;
  dayStart: Date;
  weekBeforeStart: Date;
  weekBeforeNow: Date;
  /** Start of the local day 29 days ago: thirty days with today. */
  monthStart: Date;
  monthBeforeStart: Date;
}

/** The moments that overviews compare, on local days of `timeZone` (days of 23 or 25 hours are respected). */
export function spansAt(now: Date, timeZone: string): Spans {
  const zone = { in: tz(timeZone) };
  const dayStart = startOfDay(now, zone);
  const back = (date: Date, days: number) => new Date(+addDays(date, -days, zone));
  return {
    now,
    dayStart: new Date(+dayStart),
    weekBeforeStart: back(dayStart, 7),
    weekBeforeNow: back(now, 7),
    monthStart: back(dayStart, 29),
    monthBeforeStart: back(dayStart, 59),
  };
}

/** Every local day from `from` to `to`, as YYYY-MM-DD. */
export function listDays(from: Date, to: Date, timeZone: string): string[] {
  const zone = { in: tz(timeZone) };
  const days: string[] = [];
  for (let at = startOfDay(from, zone); +at <= +to && days.length < 400; at = addDays(at, 1, zone)) {
    days.push(format(at, "yyyy-MM-dd", zone));
  }
  return days;
}

/** Rows of (day, kind, value) as one record a day; days without rows are there with none. */
export function seriesByDay<Row extends { day: string; kind: string }>(
  days: readonly string[],
  rows: readonly Row[],
  toValue: (row: Row) => string,
): { byDay: { day: string; kinds: Record<string, string> }[]; kinds: string[] } {
  const byDay = new Map(days.map((day) => [day, {} as Record<string, string>]));
  const kinds = new Set<string>();
  for (const row of rows) {
    const record = byDay.get(row.day);
    if (!record) continue;
    record[row.kind] = toValue(row);
    kinds.add(row.kind);
  }
  return { byDay: [...byDay].map(([day, record]) => ({ day, kinds: record })), kinds: [...kinds].sort() };
}

/** "97.4" for 974 of 1000; null when nothing was asked. Exact to a tenth, rounded down. */
export function percentOf(part: bigint, whole: bigint): string | null {
  if (whole === 0n) return null;
  const tenths = (part * 1000n) / whole;
  return `${tenths / 10n}.${tenths % 10n}`;
}
