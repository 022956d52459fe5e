import {
  addBusinessDays,
  calendarSchema,
  formatLocalDay,
  localDayOf,
  periodOf,
} from "../rules/compute-period";

export interface PeriodPreview {
  start: Date;
  /** The cut-off at which the period that runs now closes. */
  end: Date;
  /** First day on which its payouts can leave, YYYY-MM-DD in the program's zone; holidays are not known here. */
  payOutOn: string;
}

/** The settlement period that runs at `at`, and when it will be paid out, by a program's calendar as it is stored. */
export function previewPeriod(at: Date, calendar: unknown, timeZone: string): PeriodPreview {
  const parsed = calendarSchema.parse(calendar);
  const { start, end } = periodOf(at, parsed, timeZone);
  const payOutOn = addBusinessDays(localDayOf(end, timeZone), parsed.payoutDelayBusinessDays);
  return { start, end, payOutOn: formatLocalDay(payOutOn) };
}
