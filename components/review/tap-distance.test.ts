import { expect, test } from "vitest";
import { travelBetween, travelVerdict } from "./tap-distance";

const oslo = { at: "2026-06-01T10:00:00.000Z", latitude: 59.9139, longitude: 10.7522 };
const bergen = { at: "2026-06-01T10:30:00.000Z", latitude: 60.3913, longitude: 5.3221 };

test("a journey nobody can make is told from one that anybody can", () => {
  const flight = travelBetween(oslo, bergen);
  expect(flight.km).toBeGreaterThan(300);
  expect(flight.km).toBeLessThan(310);
  expect(Math.round(flight.kmh)).toBe(Math.round(flight.km * 2));
  expect(travelVerdict(flight.km, flight.kmh).suspicious).toBe(true);
  expect(travelVerdict(1.8, 15).suspicious).toBe(false);
});

test("two taps of the same minute do not give an endless speed", () => {
  const again = { ...bergen, at: oslo.at };
  expect(Number.isFinite(travelBetween(oslo, again).kmh)).toBe(true);
});
