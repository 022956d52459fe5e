/**
 * Settlement periods. A program's calendar says at which local moments a period ends; the clock changes of its time
 * zone are respected, so a daily period lasts 23, 24 or 25 hours.
 */
import { tzOffset } from "@date-fns/tz";
import { z } from "zod";

export const calendarSchema = z.object({
  every: z.enum(["day", "week", "month"]),
  /** Day of the week (1 Monday … 7 Sunday) or of the month (29, 30 and 31 mean the last when a month is shorter). */
  day: z.number().int().min(1).max(31).default(1),
  /** Local time at which the period ends, "00:00" to "23:59". */
  cutOff: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .default("00:00"),
  payoutDelayBusinessDays: z.number().int().min(0).max(60).default(1),
});

export type SettlementCalendar = z.output<typeof calendarSchema>;

/** From `start` up to, and without, `end`. */
export interface Period {
  start: Date;
  end: Date;
}

/** A day of the calendar, without a time zone. */
export interface LocalDay {
  year: number;
  month: number;
  day: number;
}

const DAY_MS = 86_400_000;

/** The period in which a moment lies. */
export function periodOf(at: Date, calendar: SettlementCalendar, timeZone: string): Period {
  const cutOffs = cutOffsAround(at, calendar, timeZone);
  const start = cutOffs.filter((cutOff) => cutOff.getTime() <= at.getTime()).at(-1);
  const end = cutOffs.find((cutOff) => cutOff.getTime() > at.getTime());
  if (!start || !end) throw new Error(`No period found around ${at.toISOString()}.`);
  return { start, end };
}

/** Whether periods of this calendar end exactly at this moment. */
export function isPeriodEnd(at: Date, calendar: SettlementCalendar, timeZone: string): boolean {
  return periodOf(at, calendar, timeZone).start.getTime() === at.getTime();
}

/** The last period that is over at `at`. */
export function lastFinishedPeriod(at: Date, calendar: SettlementCalendar, timeZone: string): Period {
  const { start } = periodOf(at, calendar, timeZone);
  return periodOf(new Date(start.getTime() - 1), calendar, timeZone);
}

/** The local calendar day of a moment. */
export function localDayOf(at: Date, timeZone: string): LocalDay {
  const local = new Date(at.getTime() + offsetMs(at, timeZone));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
}

/** "2026-03-29" */
export function formatLocalDay({ year, month, day }: LocalDay): string {
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** The day after `count` working days (Monday to Friday that are no holiday). Holidays are "2026-05-17". */
export function addBusinessDays(
  from: LocalDay,
  count: number,
  holidays: ReadonlySet<string> = new Set(),
): LocalDay {
  let day = from;
  let left = count;
  // A payout on the very day (delay 0) still waits for the next working day.
  while (left > 0 || !isBusinessDay(day, holidays)) {
    day = shiftDays(day, 1);
    if (isBusinessDay(day, holidays) && left > 0) left -= 1;
  }
  return day;
}

/**
 * The moment of a local wall-clock time. A time that occurs twice (clocks set back) means its first occurrence; one
 * that does not occur (clocks set forward) is moved on by what the clocks skip.
 */
export function localTimeToInstant(local: LocalDay, clock: string, timeZone: string): Date {
  const [hours = "0", minutes = "0"] = clock.split(":");
  const wall = Date.UTC(local.year, local.month - 1, local.day, Number(hours), Number(minutes));
  const before = offsetMs(new Date(wall - DAY_MS), timeZone);
  const after = offsetMs(new Date(wall + DAY_MS), timeZone);
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    const candidate = new Date(wall - offset);
    if (offsetMs(candidate, timeZone) === offset) return candidate;
  }
  return new Date(wall - before);
}

/** Local date and time without an offset ("2026-12-01T00:00:00"), as agreements write it, to the moment it means. */
export function localTextToInstant(text: string, timeZone: string): Date {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})(?::(\d{2}))?(?:\.\d+)?$/.exec(text);
  if (!match) throw new RangeError(`"${text}" is not a local date and time.`);
  const day = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
  const at = localTimeToInstant(day, match[4] ?? "00:00", timeZone);
  return new Date(at.getTime() + Number(match[5] ?? "0") * 1000);
}

function cutOffsAround(at: Date, calendar: SettlementCalendar, timeZone: string): Date[] {
  const today = localDayOf(at, timeZone);
  return cutOffDays(today, calendar)
    .map((day) => localTimeToInstant(day, calendar.cutOff, timeZone))
    .sort((a, b) => a.getTime() - b.getTime());
}

/** Days on which a period ends: enough of them on either side of `around` to enclose any moment of it. */
function cutOffDays(around: LocalDay, { every, day }: SettlementCalendar): LocalDay[] {
  if (every === "day") return [-2, -1, 0, 1, 2].map((shift) => shiftDays(around, shift));
  if (every === "week") {
    const weekday = Math.min(day, 7);
    const nearest = shiftDays(around, weekday - isoWeekday(around));
    return [-14, -7, 0, 7, 14].map((shift) => shiftDays(nearest, shift));
  }
  return [-2, -1, 0, 1, 2].map((shift) => dayOfMonth(around.year, around.month + shift, day));
}

/** The month may lie outside 1 to 12 and is carried into the year. */
function dayOfMonth(year: number, month: number, day: number): LocalDay {
  const first = new Date(Date.UTC(year, month - 1, 1));
  const length = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  const last = day >= 29 ? length : day;
  return { year: first.getUTCFullYear(), month: first.getUTCMonth() + 1, day: Math.min(last, length) };
}

export function shiftDays({ year, month, day }: LocalDay, count: number): LocalDay {
  const at = new Date(Date.UTC(year, month - 1, day + count));
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}

function isoWeekday({ year, month, day }: LocalDay): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
}

function isBusinessDay(day: LocalDay, holidays: ReadonlySet<string>): boolean {
  return isoWeekday(day) <= 5 && !holidays.has(formatLocalDay(day));
}

function offsetMs(at: Date, timeZone: string): number {
  const minutes = tzOffset(timeZone, at);
  if (Number.isNaN(minutes)) throw new RangeError(`"${timeZone}" is not a time zone.`);
  return minutes * 60_000;
}
