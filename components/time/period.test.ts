import { expect, test } from "vitest";
import { formatPeriod } from "@/components/time/period";

test("a daily period that closes in the evening is named after the day that it ends on", () => {
  expect(formatPeriod("2026-11-11T21:00:00Z", "2026-11-12T21:00:00Z", "Europe/Oslo")).toBe("12 Nov");
});

test("a period of a week names its first and last day once a month", () => {
  expect(formatPeriod("2026-11-08T21:00:00Z", "2026-11-15T21:00:00Z", "Europe/Oslo")).toBe("9 to 15 Nov");
  expect(formatPeriod("2026-10-25T21:00:00Z", "2026-11-01T21:00:00Z", "Europe/Oslo")).toBe("26 Oct to 1 Nov");
});

test("a period from midnight to midnight does not reach into the day after", () => {
  expect(formatPeriod("2026-11-11T23:00:00Z", "2026-11-12T23:00:00Z", "Europe/Oslo")).toBe("12 Nov");
});
