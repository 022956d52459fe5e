import { describe, expect, test } from "vitest";
import { listDays, percentOf, seriesByDay, spansAt } from "./rules";

describe("spans of local days", () => {
  test("a day begins at local midnight and the week before keeps the local hour across a clock change", () => {
    // Oslo leaves summer time on 25 October 2026; noon is 11:00Z on the 28th and 10:00Z a week earlier.
    const spans = spansAt(new Date("2026-10-28T11:00:00Z"), "Europe/Oslo");
    expect(spans.dayStart.toISOString()).toBe("2026-10-27T23:00:00.000Z");
    expect(spans.weekBeforeStart.toISOString()).toBe("2026-10-20T22:00:00.000Z");
    expect(spans.weekBeforeNow.toISOString()).toBe("2026-10-21T10:00:00.000Z");
  });

  test("thirty days are thirty days, whatever the clock does in between", () => {
    const spans = spansAt(new Date("2026-11-10T11:00:00Z"), "Europe/Oslo");
    const days = listDays(spans.monthStart, spans.now, "Europe/Oslo");
    expect(days).toHaveLength(30);
    expect(days[0]).toBe("2026-10-12");
    expect(days.at(-1)).toBe("2026-11-10");
  });
});

describe("series", () => {
  test("a day without rows is there, and a row outside the days is left out", () => {
    const rows = [
      { day: "2026-01-02", kind: "b", value: "1" },
      { day: "2026-01-09", kind: "a", value: "2" },
    ];
    const series = seriesByDay(["2026-01-01", "2026-01-02"], rows, (row) => row.value);
    expect(series).toEqual({
      byDay: [
        { day: "2026-01-01", kinds: {} },
        { day: "2026-01-02", kinds: { b: "1" } },
      ],
      kinds: ["b"],
    });
  });

  test("a share is exact to a tenth and unknown of nothing", () => {
    expect(percentOf(974n, 1000n)).toBe("97.4");
    expect(percentOf(1n, 3n)).toBe("33.3");
    expect(percentOf(0n, 0n)).toBeNull();
  });
});
