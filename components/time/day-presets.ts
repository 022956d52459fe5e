/** Spans of days that people ask for, in the program's zone. */
import { TZDate } from "@date-fns/tz/date";
import { addDays } from "date-fns/addDays";
import { addMonths } from "date-fns/addMonths";
import { endOfMonth } from "date-fns/endOfMonth";
import { format } from "date-fns/format";
import { startOfMonth } from "date-fns/startOfMonth";
import { startOfWeek } from "date-fns/startOfWeek";

export interface DayPreset {
  label: string;
  /** First and last day as YYYY-MM-DD, both included. */
  from: string;
  to: string;
}

const dayOf = (date: Date) => format(date, "yyyy-MM-dd");

/** The presets as they stand at a moment; weeks begin on Monday. */
export function dayPresets(now: number, zone: string): DayPreset[] {
  const today = new TZDate(now, zone);
  const lastMonth = addMonths(startOfMonth(today), -1);
  return [
    { label: "Today", from: dayOf(today), to: dayOf(today) },
    { label: "Yesterday", from: dayOf(addDays(today, -1)), to: dayOf(addDays(today, -1)) },
    { label: "Last 7 days", from: dayOf(addDays(today, -6)), to: dayOf(today) },
    { label: "This week", from: dayOf(startOfWeek(today, { weekStartsOn: 1 })), to: dayOf(today) },
    { label: "Last 30 days", from: dayOf(addDays(today, -29)), to: dayOf(today) },
    { label: "This month", from: dayOf(startOfMonth(today)), to: dayOf(today) },
    { label: "Last month", from: dayOf(lastMonth), to: dayOf(endOfMonth(lastMonth)) },
  ];
}
