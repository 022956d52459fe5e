import { describe, expect, test } from "vitest";
import { HABITS as HISTORY } from "@/prisma/seed/harbor-city/traffic";
import { cityTime, HABITS, majorOf, meanGapMs, pickKind, TAP_KINDS } from "./habits";
import { Travellers } from "./travellers";

describe("the city's traffic", () => {
  test("follows the city's own history: a day of it brings as many taps, at the same hours, as a day before", () => {
    for (const kind of TAP_KINDS) {
      expect(HABITS[kind].perDay).toBe(HISTORY[kind].perDay);
      expect(HABITS[kind].byHour).toEqual(HISTORY[kind].byHour);
      expect(HABITS[kind].weekend).toBe(HISTORY[kind].weekend);
    }
    const hours = Array.from({ length: 24 }, (_, hour) => 3_600_000 / meanGapMs({ hour, weekend: false }));
    const usual = TAP_KINDS.reduce((sum, kind) => sum + HISTORY[kind].perDay, 0);
    const taps = hours.reduce((sum, each) => sum + each, 0);
    expect(taps).toBeGreaterThan(usual * 0.95);
    expect(taps).toBeLessThan(usual * 1.05);
  });

  test("twenty times the speed is twenty times the taps", () => {
    const time = { hour: 17, weekend: false };
    expect(meanGapMs(time) / meanGapMs(time, 20)).toBeCloseTo(20);
  });

  test("has every kind at every hour, and amounts in whole cents within what devices may charge", () => {
    const time = { hour: 3, weekend: true };
    const kinds = new Set(Array.from({ length: 2_000 }, () => pickKind(time, Math.random)));
    expect([...kinds].sort()).toEqual([...TAP_KINDS].sort());
    for (const kind of TAP_KINDS) {
      for (let i = 0; i < 200; i++) {
        const cents = HABITS[kind].cents(Math.random);
        expect(Number.isInteger(cents)).toBe(true);
        expect(cents).toBeGreaterThan(0);
        expect(cents).toBeLessThanOrEqual(4_000);
        expect(majorOf(cents)).toMatch(/^\d+\.\d\d$/);
      }
    }
  });

  test("knows the city's own hour and weekend", () => {
    const sunday = new Date("2026-05-31T23:30:00Z");
    expect(cityTime(sunday, "Europe/Oslo")).toEqual({ hour: 1, weekend: false });
    expect(cityTime(sunday, "America/Los_Angeles")).toEqual({ hour: 16, weekend: true });
  });

  test("lets nobody cross the city in a minute, or tap with a wallet that ran out", () => {
    const people = new Travellers(["one"], Math.random);
    const here = { latitude: 59.95, longitude: 10.76 };
    const there = { latitude: 59.88, longitude: 10.79 };
    expect(people.somebodyAt(here, 0)).toBe("one");
    expect(people.somebodyAt(there, 10 * 60_000)).toBeNull();
    expect(people.somebodyAt(there, 20 * 60_000)).toBe("one");
    people.ranOut("one", 30 * 60_000);
    expect(people.somebodyAt(there, 60 * 60_000)).toBeNull();
  });
});
