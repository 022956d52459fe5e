import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createProgramSchema } from "@/server/identity/schema";
import { calendarSchema } from "./compute-period";
import {
  calendarAt,
  endsPeriod,
  lastPeriodOver,
  type PlannedProgram,
  periodAt,
  periodBefore,
} from "./plan-periods";

const oslo = "Europe/Oslo";
const iso = (period: { start: Date; end: Date }) => [period.start.toISOString(), period.end.toISOString()];
const at = (text: string) => new Date(text);

describe("the calendar that a program is founded with", () => {
  test("a month that ends on day 31 ends on the last day of every month", () => {
    const founded = createProgramSchema.parse({
      name: "Month end",
      slug: "month-end",
      currency: "EUR",
      timeZone: oslo,
      calendar: { every: "month", day: 31, cutOff: "00:00", payoutDelayBusinessDays: 1 },
    });
    const program: PlannedProgram = {
      timeZone: founded.timeZone,
      calendars: [{ from: null, calendar: calendarSchema.parse(founded.calendar) }],
    };
    const ends: string[] = [];
    for (let day = at("2026-01-01T12:00:00Z"); ends.length < 12; day = periodAt(program, day).end) {
      ends.push(periodAt(program, day).end.toLocaleDateString("sv", { timeZone: oslo }));
    }
    expect(ends).toEqual([
      "2026-01-31",
      "2026-02-28",
      "2026-03-31",
      "2026-04-30",
      "2026-05-31",
      "2026-06-30",
      "2026-07-31",
      "2026-08-31",
      "2026-09-30",
      "2026-10-31",
      "2026-11-30",
      "2026-12-31",
    ]);
  });
});

describe("a calendar that changes", () => {
  const daily = calendarSchema.parse({ every: "day", cutOff: "22:00" });
  const monthly = calendarSchema.parse({ every: "month", day: 31, cutOff: "00:00" });
  const change = at("2026-06-10T20:00:00Z");
  const program: PlannedProgram = {
    timeZone: oslo,
    calendars: [
      { from: null, calendar: daily },
      { from: change, calendar: monthly },
    ],
  };

  test("periods before it stay, the first after it runs from the change to the new calendar's end", () => {
    expect(iso(periodAt(program, new Date(change.getTime() - 1)))).toEqual([
      "2026-06-09T20:00:00.000Z",
      "2026-06-10T20:00:00.000Z",
    ]);
    expect(iso(periodAt(program, change))).toEqual(["2026-06-10T20:00:00.000Z", "2026-06-29T22:00:00.000Z"]);
    expect(iso(periodAt(program, at("2026-07-01T00:00:00Z")))).toEqual([
      "2026-06-29T22:00:00.000Z",
      "2026-07-30T22:00:00.000Z",
    ]);
    expect(endsPeriod(program, change)).toBe(true);
    expect(endsPeriod(program, at("2026-06-12T20:00:00Z"))).toBe(false);
    expect(calendarAt(program, new Date(change.getTime() - 1))).toEqual(daily);
    expect(calendarAt(program, change)).toEqual(monthly);
  });

  test("periods follow each other without gap or overlap through any changes", () => {
    const calendar = fc.record({
      every: fc.constantFrom("day", "week", "month"),
      day: fc.integer({ min: 1, max: 31 }),
      cutOff: fc.constantFrom("00:00", "02:30", "22:00", "23:59"),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(oslo, "America/Los_Angeles", "Asia/Kathmandu", "Australia/Lord_Howe"),
        calendar,
        fc.array(fc.record({ calendar, afterDays: fc.integer({ min: 1, max: 60 }) }), { maxLength: 3 }),
        fc.integer({ min: 0, max: 400 * 24 * 60 }),
        (timeZone, first, changes, minutes) => {
          const start = at("2026-01-15T00:00:00Z").getTime();
          const calendars: { from: Date | null; calendar: ReturnType<typeof calendarSchema.parse> }[] = [
            { from: null, calendar: calendarSchema.parse(first) },
          ];
          let from = start;
          for (const each of changes) {
            from = +periodAt({ timeZone, calendars }, new Date(from + each.afterDays * 86_400_000)).end;
            calendars.push({ from: new Date(from), calendar: calendarSchema.parse(each.calendar) });
          }
          const planned: PlannedProgram = { timeZone, calendars };
          const moment = new Date(start + minutes * 60_000);
          const period = periodAt(planned, moment);
          expect(period.start <= moment && moment < period.end).toBe(true);
          expect(periodAt(planned, period.end).start).toEqual(period.end);
          expect(periodBefore(planned, period.start).end).toEqual(period.start);
          expect(lastPeriodOver(planned, moment).end).toEqual(period.start);
        },
      ),
      { numRuns: 400 },
    );
  });
});
