/** Dates and times as tables write them, local to a zone unless they name an offset of their own. */
import { TZDate } from "@date-fns/tz";
import type { Flag } from "../types";

/** `auto` reads year-first dates, and month/day/year with slashes as American systems write it. */
export const TIME_FORMS = ["auto", "ymd", "mdy", "dmy", "unix"] as const;
export type TimeForm = (typeof TIME_FORMS)[number];

export interface Moment {
  at: Date;
  /** Local day as `2012-05-19`. */
  day: string;
  flags: Flag[];
}

/** Seconds since midnight; null when it is no time of day. `10:15:00.000` and `10:15 PM` are some. */
export function secondOfDay(text: string): number | null {
  const match = /^(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(?:\.\d{1,9})?(?: ?([AP])\.?M\.?)?$/i.exec(text);
  if (!match) return null;
  const hour = hour24(Number(match[1]), match[4]);
  const [minute, second] = [Number(match[2]), Number(match[3] ?? 0)];
  return hour > 23 || minute > 59 || second > 59 ? null : hour * 3_600 + minute * 60 + second;
}

function hour24(hour: number, half: string | undefined): number {
  if (!half) return hour;
  if (hour < 1 || hour > 12) return 24;
  return (hour % 12) + (half.toUpperCase() === "P" ? 12 : 0);
}

/** The day that a text begins with, as `2012-05-19`; null when it begins with none of this form. */
export function dayOf(text: string, form: TimeForm = "auto"): string | null {
  const found = splitDay(text, form);
  if (!found) return null;
  const { year, month, day } = found;
  const isReal = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day && month >= 1 && month <= 12;
  return isReal ? `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}` : null;
}

function splitDay(text: string, form: TimeForm) {
  if (form === "auto" || form === "ymd") {
    const iso = /^(\d{4})([-/.]?)(\d\d)\2(\d\d)(?!\d{1,3}$)/.exec(text);
    if (iso) return { year: Number(iso[1]), month: Number(iso[3]), day: Number(iso[4]) };
    if (form === "ymd") return null;
  }
  const numbers = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})/.exec(text);
  if (!numbers) return null;
  const [a, b, year] = [Number(numbers[1]), Number(numbers[3]), Number(numbers[4])];
  const dayFirst = form === "dmy" || (form === "auto" && numbers[2] === ".");
  if (form === "auto" && numbers[2] === "-") return null;
  return dayFirst ? { year, month: b, day: a } : { year, month: a, day: b };
}

const DAY_PART = /^(?:\d{4}([-/.]?)\d\d\1\d\d|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})/;

/** Null when it is no date and time of the form. Where the clock was changed and the text says too little, flagged. */
export function readMoment(text: string, timeZone: string, form: TimeForm = "auto"): Moment | null {
  if (form === "unix") return readUnix(text, timeZone);
  const day = dayOf(text, form);
  if (!day) return null;
  const rest = /^(?:[T ]+)?(.*?)(Z|[+-]\d\d:?\d\d)?$/.exec(text.replace(DAY_PART, ""));
  const clock = rest?.[1]?.trim() ?? "";
  const seconds = clock === "" ? 0 : (secondOfDay(clock) ?? compactSeconds(clock));
  if (seconds === null) return null;
  const flags: Flag[] =
    clock === ""
      ? [{ code: "time_of_day_missing", sentence: `"${text.slice(0, 40)}" names no time of day.` }]
      : [];
  if (rest?.[2]) {
    const offset = rest[2] === "Z" ? "Z" : rest[2].replace(/^(.\d\d):?(\d\d)$/, "$1:$2");
    const at = new Date(Date.parse(`${day}T00:00:00${offset}`) + seconds * 1_000);
    return Number.isNaN(at.getTime()) ? null : { at, day: localDay(at, timeZone), flags };
  }
  return atLocal(text, day, seconds, timeZone, flags);
}

function compactSeconds(clock: string): number | null {
  const match = /^(\d\d)(\d\d)(\d\d)?$/.exec(clock);
  return match ? secondOfDay(`${match[1]}:${match[2]}:${match[3] ?? "00"}`) : null;
}

function readUnix(text: string, timeZone: string): Moment | null {
  if (!/^\d{9,10}(\.\d+)?$|^\d{12,13}$/.test(text)) return null;
  const number = Number(text);
  const at = new Date(text.replace(/\..*/, "").length >= 12 ? number : Math.trunc(number) * 1_000);
  return { at, day: localDay(at, timeZone), flags: [] };
}

function localDay(at: Date, timeZone: string): string {
  const local = new TZDate(at.getTime(), timeZone);
  return `${local.getFullYear()}-${String(local.getMonth() + 1).padStart(2, "0")}-${String(local.getDate()).padStart(2, "0")}`;
}

function atLocal(
  text: string,
  day: string,
  seconds: number,
  timeZone: string,
  before: readonly Flag[],
): Moment {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  const [hour, minute, second] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const at = new Date(new TZDate(year, month - 1, date, hour, minute, second, timeZone).getTime());
  const flags = [...before];
  const reads = (moment: number) => {
    const again = new TZDate(moment, timeZone);
    return again.getHours() === hour && again.getMinutes() === minute && again.getDate() === date;
  };
  if (!reads(at.getTime())) {
    const sentence = `${text} does not exist in ${timeZone}: the clock was put forward.`;
    flags.push({ code: "time_does_not_exist", sentence });
  } else if (reads(at.getTime() - 3_600_000) || reads(at.getTime() + 3_600_000)) {
    const sentence = `${text} happened twice in ${timeZone}: the clock was put back.`;
    flags.push({ code: "time_ambiguous", sentence });
  }
  return { at, day, flags };
}
