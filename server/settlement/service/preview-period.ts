import { addBusinessDays, formatLocalDay, localDayOf } from "../rules/compute-period";
import { calendarAt, calendarsSchema, periodAt } from "../rules/plan-periods";

export interface PeriodPreview {
  start: Date;
  /** The cut-off at which the period that runs now closes. */
  end: Date;
  /** First day on which its payouts can leave, YYYY-MM-DD in the program's zone. */
  payOutOn: string;
}

/** The settlement period that runs at `at`, and when it will be paid out, by a program's calendars as they are stored. */
export function previewPeriod(
  at: Date,
  calendars: unknown,
  timeZone: string,
  holidays: ReadonlySet<string>,
): PeriodPreview {
  const program = { timeZone, calendars: calendarsSchema.parse(calendars) };
  const { start, end } = periodAt(program, at);
  const { payoutDelayBusinessDays } = calendarAt(program, at);
  const payOutOn = addBusinessDays(localDayOf(end, timeZone), payoutDelayBusinessDays, holidays);
  return { start, end, payOutOn: formatLocalDay(payOutOn) };
}
