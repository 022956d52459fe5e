import { expect, test } from "vitest";
import { formatTick, formatValue, formatX } from "@/components/charts/chart-values";

const plain = (text: string) => text.replaceAll("\u2009", " ");

test("a day stays the same day in every zone", () => {
  expect(formatX("2026-11-01", "day", "America/Los_Angeles")).toBe("1 Nov");
  expect(formatX("2026-11-01", "day", "Pacific/Auckland")).toBe("1 Nov");
  expect(formatX("2026-11", "month", "America/Los_Angeles")).toBe("November 2026");
  expect(formatX("2026-11-01T23:30:00Z", "day", "Europe/Oslo")).toBe("2 Nov");
});

test("ticks are short and without rounding noise", () => {
  expect(plain(formatTick(25_000))).toBe("25 k");
  expect(plain(formatTick(-1500))).toBe("−1.5 k");
  expect(formatTick(0.30000000000000004)).toBe("0.3");
  expect(formatTick(0)).toBe("0");
});

test("money keeps its cents, counts have none", () => {
  expect(plain(formatValue("1214.1", { kind: "money", currency: "EUR" }))).toBe("1 214.10");
  expect(plain(formatValue("1214", { kind: "count", unit: "payments" }))).toBe("1 214");
});
