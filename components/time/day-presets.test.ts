import { expect, test } from "vitest";
import { dayPresets } from "./day-presets";

const named = (now: string, zone: string) =>
  Object.fromEntries(dayPresets(Date.parse(now), zone).map(({ label, from, to }) => [label, [from, to]]));

test("presets are days of the program's zone, not of the browser's", () => {
  const late = "2026-11-30T23:30:00Z";
  expect(named(late, "Europe/Oslo").Today).toEqual(["2026-12-01", "2026-12-01"]);
  expect(named(late, "America/Los_Angeles").Today).toEqual(["2026-11-30", "2026-11-30"]);
  expect(named(late, "Europe/Oslo")["Last month"]).toEqual(["2026-11-01", "2026-11-30"]);
});

test("spans end today and hold as many days as they say, also over a change of the clocks", () => {
  const presets = named("2026-03-30T08:00:00Z", "Europe/Oslo");
  expect(presets["Last 7 days"]).toEqual(["2026-03-24", "2026-03-30"]);
  expect(presets["This week"]).toEqual(["2026-03-30", "2026-03-30"]);
  expect(presets.Yesterday).toEqual(["2026-03-29", "2026-03-29"]);
  expect(presets["Last 30 days"]).toEqual(["2026-03-01", "2026-03-30"]);
  expect(presets["Last month"]).toEqual(["2026-02-01", "2026-02-28"]);
});
