import fc from "fast-check";
import { expect, test } from "vitest";
import { formatTick, formatValue, formatX, niceTicks } from "@/components/charts/chart-values";

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

test("no two ticks of an axis read alike", () => {
  expect(niceTicks(0, 1_240).map(formatTick).map(plain)).toEqual(["0", "250", "500", "750", "1 k", "1.25 k"]);
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.boolean(), (highest, whole) => {
      const texts = niceTicks(Math.min(0, highest), Math.max(0, highest), whole).map(formatTick);
      expect(new Set(texts).size).toBe(texts.length);
    }),
  );
});

test("money keeps its cents, counts have none", () => {
  expect(plain(formatValue("1214.1", { kind: "money", currency: "EUR" }))).toBe("1 214.10");
  expect(plain(formatValue("1214", { kind: "count", unit: "payments" }))).toBe("1 214");
});

test("ticks cover every value, few and round", () => {
  expect(niceTicks(0, 27_400)).toEqual([0, 5000, 10_000, 15_000, 20_000, 25_000, 30_000]);
  expect(niceTicks(0, 3, true)).toEqual([0, 1, 2, 3]);
  expect(niceTicks(0, 0)).toHaveLength(6);
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.boolean(),
      (a, b, whole) => {
        const ticks = niceTicks(Math.min(a, b), Math.max(a, b), whole);
        expect(ticks.length).toBeLessThanOrEqual(8);
        expect(ticks[0]).toBeLessThanOrEqual(Math.min(a, b, 0));
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(Math.max(a, b, 0));
      },
    ),
  );
});
