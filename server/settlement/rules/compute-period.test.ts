import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addBusinessDays,
  calendarSchema,
  formatLocalDay,
  isPeriodEnd,
  lastFinishedPeriod,
  localDayOf,
  localTextToInstant,
  localTimeToInstant,
  periodOf,
} from "./compute-period";

const daily = calendarSchema.parse({ every: "day", cutOff: "22:00" });
const oslo = "Europe/Oslo";
const losAngeles = "America/Los_Angeles";
const iso = (period: { start: Date; end: Date }) => [period.start.toISOString(), period.end.toISOString()];

describe("periods", () => {
  test("a day of Oslo is 23 hours when clocks go forward and 25 when they go back", () => {
    expect(iso(periodOf(new Date("2026-03-29T12:00:00Z"), daily, oslo))).toEqual([
      "2026-03-28T21:00:00.000Z",
      "2026-03-29T20:00:00.000Z",
    ]);
    expect(iso(periodOf(new Date("2026-10-25T12:00:00Z"), daily, oslo))).toEqual([
      "2026-10-24T20:00:00.000Z",
      "2026-10-25T21:00:00.000Z",
    ]);
  });

  test("a day of Los Angeles respects its own clock changes", () => {
    expect(iso(periodOf(new Date("2026-03-08T20:00:00Z"), daily, losAngeles))).toEqual([
      "2026-03-08T06:00:00.000Z",
      "2026-03-09T05:00:00.000Z",
    ]);
    expect(iso(periodOf(new Date("2026-11-01T20:00:00Z"), daily, losAngeles))).toEqual([
      "2026-11-01T05:00:00.000Z",
      "2026-11-02T06:00:00.000Z",
    ]);
  });

  test("a cut-off at a time that the clocks skip is moved on, one that occurs twice means the first", () => {
    const skipped = localTimeToInstant({ year: 2026, month: 3, day: 29 }, "02:30", oslo);
    expect(skipped.toISOString()).toBe("2026-03-29T01:30:00.000Z");
    const twice = localTimeToInstant({ year: 2026, month: 10, day: 25 }, "02:30", oslo);
    expect(twice.toISOString()).toBe("2026-10-25T00:30:00.000Z");
  });

  test("the cut-off itself belongs to the next period", () => {
    const end = periodOf(new Date("2026-06-01T12:00:00Z"), daily, oslo).end;
    expect(periodOf(end, daily, oslo).start).toEqual(end);
    expect(isPeriodEnd(end, daily, oslo)).toBe(true);
    expect(isPeriodEnd(new Date(end.getTime() + 1), daily, oslo)).toBe(false);
  });

  test("weeks end on their weekday", () => {
    const weekly = calendarSchema.parse({ every: "week", day: 7, cutOff: "23:00" });
    expect(iso(periodOf(new Date("2026-11-20T12:00:00Z"), weekly, oslo))).toEqual([
      "2026-11-15T22:00:00.000Z",
      "2026-11-22T22:00:00.000Z",
    ]);
  });

  test("29, 30 and 31 mean the last day of every month", () => {
    for (const day of [29, 30, 31]) {
      const monthly = calendarSchema.parse({ every: "month", day, cutOff: "12:00" });
      const february = periodOf(new Date("2026-02-15T00:00:00Z"), monthly, "UTC");
      expect(iso(february)).toEqual(["2026-01-31T12:00:00.000Z", "2026-02-28T12:00:00.000Z"]);
    }
    const leap = calendarSchema.parse({ every: "month", day: 31 });
    expect(periodOf(new Date("2028-02-15T00:00:00Z"), leap, "UTC").end.toISOString()).toBe(
      "2028-02-29T00:00:00.000Z",
    );
  });

  test("periods follow each other without gap or overlap, in every calendar and zone", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(oslo, losAngeles, "UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"),
        fc.constantFrom("day", "week", "month"),
        fc.integer({ min: 1, max: 31 }),
        fc.constantFrom("00:00", "02:00", "02:30", "03:00", "22:00", "23:59"),
        fc.date({ min: new Date("2015-01-01"), max: new Date("2035-01-01"), noInvalidDate: true }),
        (timeZone, every, day, cutOff, at) => {
          const calendar = calendarSchema.parse({ every, day, cutOff });
          const period = periodOf(at, calendar, timeZone);
          expect(period.start.getTime()).toBeLessThanOrEqual(at.getTime());
          expect(period.end.getTime()).toBeGreaterThan(at.getTime());
          expect(periodOf(period.end, calendar, timeZone).start).toEqual(period.end);
          expect(periodOf(new Date(period.start.getTime() - 1), calendar, timeZone).end).toEqual(
            period.start,
          );
          expect(lastFinishedPeriod(at, calendar, timeZone).end).toEqual(period.start);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("days", () => {
  test("a local day is the wall calendar's, not that of UTC", () => {
    expect(formatLocalDay(localDayOf(new Date("2026-06-01T22:30:00Z"), oslo))).toBe("2026-06-02");
    expect(formatLocalDay(localDayOf(new Date("2026-06-02T05:30:00Z"), losAngeles))).toBe("2026-06-01");
  });

  test("an agreement's local date means that wall-clock time of the program", () => {
    expect(localTextToInstant("2026-12-01T00:00:00", oslo).toISOString()).toBe("2026-11-30T23:00:00.000Z");
    expect(localTextToInstant("2026-12-01T10:00:30", losAngeles).toISOString()).toBe(
      "2026-12-01T18:00:30.000Z",
    );
  });

  test("business days skip week-ends and holidays", () => {
    const friday = { year: 2026, month: 11, day: 20 };
    expect(formatLocalDay(addBusinessDays(friday, 1))).toBe("2026-11-23");
    expect(formatLocalDay(addBusinessDays(friday, 2, new Set(["2026-11-23"])))).toBe("2026-11-25");
    expect(formatLocalDay(addBusinessDays({ year: 2026, month: 11, day: 21 }, 0))).toBe("2026-11-23");
  });
});
