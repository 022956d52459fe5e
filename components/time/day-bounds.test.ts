import { expect, test } from "vitest";
import { dayBounds } from "@/components/time/day-bounds";

test("a day of a filter is a day of the zone and is included whole, also when the clocks change", () => {
  expect(dayBounds(["2026-03-29", "2026-03-29"], "Europe/Oslo")).toEqual({
    from: "2026-03-28T23:00:00.000Z",
    to: "2026-03-29T22:00:00.000Z",
  });
  expect(dayBounds(["soon", ""], "Europe/Oslo")).toEqual({});
});
