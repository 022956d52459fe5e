import { describe, expect, test } from "vitest";
import { listTaps } from "./traffic";

const options = {
  from: new Date("2026-11-02T00:00:00Z"),
  to: new Date("2026-11-09T00:00:00Z"),
  timeZone: "Europe/Oslo",
  devices: { parking_meter: 24, phone: 6, ev_charger: 20, toll_gate: 8, transit_validator: 18 },
  payers: 200,
  seed: 7,
  scale: 1,
};

describe("the city's traffic", () => {
  test("the same seed gives the same taps, another seed others", () => {
    expect(listTaps(options)).toEqual(listTaps(options));
    expect(listTaps({ ...options, seed: 8 })).not.toEqual(listTaps(options));
  });

  test("taps are in order, inside the span, and of whole cents above zero", () => {
    const taps = listTaps(options);
    expect(taps.length).toBeGreaterThan(1500);
    for (const [index, tap] of taps.entries()) {
      expect(+tap.at).toBeGreaterThanOrEqual(+(taps[index - 1]?.at ?? options.from));
      expect(tap.at < options.to).toBe(true);
      expect(tap.cents).toBeGreaterThan(0n);
      expect(tap.cents).toBeLessThanOrEqual(tap.heldCents);
    }
  });

  test("commuters ride on weekdays and rest at night", () => {
    const rides = listTaps(options).filter((tap) => tap.kind === "transit_validator");
    const weekday = rides.filter((tap) => tap.at.toISOString() < "2026-11-03").length;
    const sunday = rides.filter((tap) => tap.at.toISOString() >= "2026-11-08").length;
    expect(weekday).toBeGreaterThan(sunday);
    expect(rides.filter((tap) => [0, 1, 2].includes(tap.at.getUTCHours()))).toHaveLength(0);
  });
});
