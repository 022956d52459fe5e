import { TZDate } from "@date-fns/tz/date";
import { tzOffset } from "@date-fns/tz/tzOffset";
import { format } from "date-fns/format";

const PATTERNS = {
  /** 14:02 */
  time: "HH:mm",
  /** 14:02:11 */
  seconds: "HH:mm:ss",
  /** 14:02:11.204 */
  millis: "HH:mm:ss.SSS",
  /** 12 Nov */
  day: "d MMM",
  /** 12 Nov 2026 */
  date: "d MMM yyyy",
  /** Thu 12 Nov */
  weekday: "EEE d MMM",
  /** 12 November 2026 */
  long: "d MMMM yyyy",
  /** November 2026 */
  month: "MMMM yyyy",
  /** 12 Nov 14:02 */
  dayTime: "d MMM HH:mm",
  /** 12 Nov 2026 14:02 */
  dateTime: "d MMM yyyy HH:mm",
  /** 12 Nov 2026 14:02:11 */
  exact: "d MMM yyyy HH:mm:ss",
  /** 2026-11-12, for inputs and files */
  iso: "yyyy-MM-dd",
} as const;

export type TimeStyle = keyof typeof PATTERNS;
export type Instant = string | number | Date;

function millisOf(instant: Instant): number {
  return instant instanceof Date
    ? instant.getTime()
    : typeof instant === "number"
      ? instant
      : Date.parse(instant);
}

/** An instant in a program's zone, not the browser's. What is no time comes back as a dash. */
export function formatInZone(instant: Instant, zone: string, style: TimeStyle = "dateTime"): string {
  const millis = millisOf(instant);
  return Number.isNaN(millis) ? "–" : format(new TZDate(millis, zone), PATTERNS[style]);
}

/** The offset in force at that instant: `UTC+1`, `UTC−3:30`, `UTC`. */
export function formatOffset(instant: Instant, zone: string): string {
  const minutes = tzOffset(zone, new Date(millisOf(instant)));
  if (Number.isNaN(minutes)) return zone;
  if (minutes === 0) return "UTC";
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? "\u2212" : "+"}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}

const UNITS = [
  { limit: 60, size: 1, short: "s" },
  { limit: 3600, size: 60, short: "min" },
  { limit: 86_400, size: 3600, short: "h" },
  { limit: 86_400 * 30, size: 86_400, short: "d" },
] as const;

/** `4 s ago`, `in 12 min`, `3 d ago`; null beyond thirty days, where a date says more. */
export function formatRelative(instant: Instant, now: Instant): string | null {
  const seconds = Math.round((millisOf(instant) - millisOf(now)) / 1000);
  if (Number.isNaN(seconds)) return null;
  const distance = Math.abs(seconds);
  if (distance < 2) return "now";
  const unit = UNITS.find(({ limit }) => distance < limit);
  if (!unit) return null;
  const text = `${Math.floor(distance / unit.size)} ${unit.short}`;
  return seconds < 0 ? `${text} ago` : `in ${text}`;
}

/** A countdown as `0:12 h`, `9:41` (minutes and seconds below an hour when `seconds`), `2 d 4 h`. */
export function formatLeft(until: Instant, now: Instant, seconds = false): string {
  const left = Math.max(0, Math.floor((millisOf(until) - millisOf(now)) / 1000));
  const hours = Math.floor(left / 3600);
  const minutes = Math.floor((left % 3600) / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (seconds && hours === 0) return `${minutes}:${String(left % 60).padStart(2, "0")}`;
  return `${hours}:${String(minutes).padStart(2, "0")} h`;
}
