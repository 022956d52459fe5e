import { describe, expect, test } from "vitest";
import { compileCondition, localMinuteOfDay } from "./match-rule";

const at = (capturedAt: string, timeZone = "Europe/Oslo") => ({
  amountMicros: 0n,
  merchant: "m",
  capturedAt: new Date(capturedAt),
  timeZone,
});

describe("hours of a rule", () => {
  const night = compileCondition({ hours: ["18:00-06:00"] });
  test.each([
    ["2026-12-03T16:59:59Z", false],
    ["2026-12-03T17:00:00Z", true],
    ["2026-12-03T21:58:40Z", true],
    ["2026-12-04T04:59:59.999Z", true],
    ["2026-12-04T05:00:00Z", false],
  ])("in Oslo's winter, a night from 18:00 to 06:00 at %s: %s", (time, expected) => {
    expect(night(at(time))).toBe(expected);
  });

  test("move with daylight saving: 18:00 in Oslo is 16:00 UTC in summer", () => {
    expect(night(at("2026-07-03T16:00:00Z"))).toBe(true);
    expect(night(at("2026-07-03T15:59:59Z"))).toBe(false);
    expect(night(at("2026-12-03T16:00:00Z"))).toBe(false);
  });

  test("follow the wall clock through the night in which it goes back", () => {
    // On 25 October 2026 Oslo's clock shows 02:00 to 03:00 twice: 00:30Z and 01:30Z are both 02:30.
    const early = compileCondition({ hours: ["02:00-03:00"] });
    const seen = [
      "2026-10-24T23:59:59Z",
      "2026-10-25T00:30:00Z",
      "2026-10-25T01:30:00Z",
      "2026-10-25T02:00:00Z",
    ];
    expect(seen.map((time) => early(at(time)))).toEqual([false, true, true, false]);
  });

  test("follow the wall clock through the night in which it goes forward", () => {
    // On 8 March 2026 Los Angeles' clock jumps from 02:00 to 03:00 at 10:00Z.
    expect(localMinuteOfDay(new Date("2026-03-08T09:59:00Z"), "America/Los_Angeles")).toBe(119);
    expect(localMinuteOfDay(new Date("2026-03-08T10:00:00Z"), "America/Los_Angeles")).toBe(180);
  });

  test("hold in zones whose offset is no whole hour", () => {
    expect(localMinuteOfDay(new Date("2026-01-01T00:00:00Z"), "Asia/Kathmandu")).toBe(345);
    expect(localMinuteOfDay(new Date("2026-01-01T00:00:00Z"), "America/St_Johns")).toBe(1230);
  });

  test("may reach to the end of the day, and several spans are alternatives", () => {
    const edges = compileCondition({ hours: ["00:00-01:00", "23:00-24:00"] });
    const seen = ["2026-01-01T00:59:00Z", "2026-01-01T01:00:00Z", "2026-01-01T23:59:59Z"];
    expect(seen.map((time) => edges(at(time, "UTC")))).toEqual([true, false, true]);
    expect(compileCondition({ hours: ["00:00-24:00"] })(at("2026-01-01T12:00:00Z", "UTC"))).toBe(true);
  });

  test("in a time zone that does not exist stop the allocation instead of guessing", () => {
    expect(() => night(at("2026-01-01T00:00:00Z", "Europe/Atlantis"))).toThrow("Europe/Atlantis");
  });
});

test("all named conditions must hold, each by one of its list", () => {
  const matches = compileCondition({ deviceKind: ["meter", "ev_charger"], zone: ["harbor"] });
  const payment = at("2026-01-01T00:00:00Z");
  expect(matches({ ...payment, deviceKind: "meter", zone: "harbor" })).toBe(true);
  expect(matches({ ...payment, deviceKind: "meter", zone: "airport" })).toBe(false);
  expect(matches({ ...payment, deviceKind: "gate", zone: "harbor" })).toBe(false);
});

test("a payment without a device kind or zone never matches a rule that asks for one", () => {
  expect(compileCondition({ deviceKind: ["meter"] })(at("2026-01-01T00:00:00Z"))).toBe(false);
  expect(compileCondition({ zone: ["harbor"] })({ ...at("2026-01-01T00:00:00Z"), zone: null })).toBe(false);
});
