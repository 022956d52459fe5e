/**
 * The periods of a program, whose calendar may have changed. A change begins where a period of the calendar before ends,
 * so periods follow each other without gap or overlap, and those before the change stay what they were.
 */
import { z } from "zod";
import { calendarSchema, type Period, periodOf, type SettlementCalendar } from "./compute-period";

export interface CalendarFrom {
  /** Null for the calendar that the program was founded with. */
  from: Date | null;
  calendar: SettlementCalendar;
}

/** As the database gives them. */
export const calendarsSchema = z.array(
  z.object({ from: z.coerce.date().nullable(), calendar: calendarSchema }),
);

export interface PlannedProgram {
  timeZone: string;
  /** In the order of time; the first has no beginning. */
  calendars: readonly CalendarFrom[];
}

/** The calendar by which a moment's period is reckoned. */
export function calendarAt({ calendars }: PlannedProgram, at: Date): SettlementCalendar {
  return calendars[indexAt(calendars, at)]?.calendar ?? unplanned();
}

/** The program's period in which a moment lies. */
export function periodAt({ calendars, timeZone }: PlannedProgram, at: Date): Period {
  const index = indexAt(calendars, at);
  const current = calendars[index] ?? unplanned();
  const { start, end } = periodOf(at, current.calendar, timeZone);
  const next = calendars[index + 1]?.from;
  return {
    start: current.from && current.from > start ? current.from : start,
    end: next && next < end ? next : end,
  };
}

/** The period that ends at `end` or, where none does, the one in which `end` lies. */
export function periodBefore(program: PlannedProgram, end: Date): Period {
  return periodAt(program, new Date(end.getTime() - 1));
}

/** Whether a period of the program ends exactly at this moment. */
export function endsPeriod(program: PlannedProgram, at: Date): boolean {
  return periodAt(program, at).start.getTime() === at.getTime();
}

/** The next `count` ends of the program's periods after `at`. */
export function endsAfter(program: PlannedProgram, at: Date, count: number): Date[] {
  const ends: Date[] = [];
  for (let moment = at; ends.length < count; ) {
    moment = periodAt(program, moment).end;
    ends.push(moment);
  }
  return ends;
}

/** The last period of the program that is over at `at`. */
export function lastPeriodOver(program: PlannedProgram, at: Date): Period {
  return periodBefore(program, periodAt(program, at).start);
}

function indexAt(calendars: readonly CalendarFrom[], at: Date): number {
  return calendars.findLastIndex(({ from }) => from === null || from <= at);
}

function unplanned(): never {
  throw new Error("A program has a calendar from its beginning.");
}
