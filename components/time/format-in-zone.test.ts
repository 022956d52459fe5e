import { describe, expect, test } from "vitest";
import { formatInZone, formatLeft, formatOffset, formatRelative } from "@/components/time/format-in-zone";

describe("formatInZone", () => {
  test("writes an instant in the program's zone, whatever the browser's", () => {
    expect(formatInZone("2026-11-12T21:58:40Z", "Europe/Oslo", "exact")).toBe("12 Nov 2026 22:58:40");
    expect(formatInZone("2026-11-12T02:00:00Z", "America/Los_Angeles", "dayTime")).toBe("11 Nov 18:00");
  });

  test("keeps summer time on both sides of the change", () => {
    expect(formatInZone("2026-10-25T00:30:00Z", "Europe/Oslo", "time")).toBe("02:30");
    expect(formatInZone("2026-10-25T01:30:00Z", "Europe/Oslo", "time")).toBe("02:30");
    expect(formatOffset("2026-10-25T00:30:00Z", "Europe/Oslo")).toBe("UTC+2");
    expect(formatOffset("2026-10-25T01:30:00Z", "Europe/Oslo")).toBe("UTC+1");
  });

  test("what is no time is a dash", () => {
    expect(formatInZone("soon", "Europe/Oslo")).toBe("–");
  });
});

test("offsets show half hours and a true minus", () => {
  expect(formatOffset("2026-01-01T00:00:00Z", "America/St_Johns")).toBe("UTC−3:30");
  expect(formatOffset("2026-01-01T00:00:00Z", "UTC")).toBe("UTC");
});

test("relative times use the largest unit and give up beyond thirty days", () => {
  const now = "2026-11-12T12:00:00Z";
  expect(formatRelative("2026-11-12T11:59:56Z", now)).toBe("4 s ago");
  expect(formatRelative("2026-11-12T12:12:30Z", now)).toBe("in 12 min");
  expect(formatRelative("2026-11-09T12:00:00Z", now)).toBe("3 d ago");
  expect(formatRelative("2026-09-01T12:00:00Z", now)).toBeNull();
});

test("a countdown never goes below zero", () => {
  const now = "2026-11-12T12:00:00Z";
  expect(formatLeft("2026-11-12T12:12:59Z", now)).toBe("0:12 h");
  expect(formatLeft("2026-11-12T12:09:41Z", now, true)).toBe("9:41");
  expect(formatLeft("2026-11-14T16:10:00Z", now)).toBe("2 d 4 h");
  expect(formatLeft("2026-11-12T11:00:00Z", now)).toBe("0:00 h");
});
