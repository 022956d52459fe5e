/** What people in the city do at its devices: how often at which hour, for how much. Amounts are whole cents. */
import type { Kind } from "./read-city";

export interface Habit {
  /** Taps a day of all devices of the kind on a weekday, as in the city's history. */
  perDay: number;
  byHour: readonly number[];
  weekend: number;
  cents: (random: () => number) => number;
  describe: (cents: number) => { description: string; quantity: Record<string, string> };
}

export type TapKind = Exclude<Kind, "smart_meter">;

const COMMUTE = [0, 0, 0, 0, 0, 2, 6, 12, 10, 5, 4, 4, 5, 4, 5, 8, 12, 10, 6, 4, 3, 2, 2, 1];
const DAYTIME = [0, 0, 0, 0, 0, 0, 1, 3, 7, 9, 10, 11, 12, 11, 10, 9, 9, 8, 6, 4, 3, 2, 1, 0];
const EVENING = [2, 1, 1, 0, 0, 1, 2, 4, 5, 4, 4, 5, 6, 5, 5, 6, 8, 11, 12, 10, 8, 6, 4, 3];

function between(low: number, high: number, random: () => number): number {
  return low + Math.floor(random() * (high - low + 1));
}

function pick<T>(list: readonly [T, ...T[]], random: () => number): T {
  return list[Math.floor(random() * list.length)] ?? list[0];
}

const parked = (description: string) => (cents: number) => ({
  description,
  quantity: { minutes: String(Math.floor((cents * 60) / 310)) },
});

export const HABITS: Record<TapKind, Habit> = {
  parking_meter: {
    perDay: 240,
    byHour: DAYTIME,
    weekend: 0.6,
    cents: (random) => between(2, 30, random) * 25,
    describe: parked("Street parking"),
  },
  phone: {
    perDay: 80,
    byHour: DAYTIME,
    weekend: 0.7,
    cents: (random) => between(4, 40, random) * 25,
    describe: parked("Parking by phone"),
  },
  ev_charger: {
    perDay: 110,
    byHour: EVENING,
    weekend: 1.1,
    cents: (random) => between(380, 3900, random),
    describe: (cents) => ({
      description: "Charging session",
      quantity: { kwh: (cents / 63).toFixed(1) },
    }),
  },
  toll_gate: {
    perDay: 150,
    byHour: COMMUTE,
    weekend: 0.5,
    cents: (random) => pick([320, 320, 320, 480, 640], random),
    describe: (cents) => ({
      description: cents > 500 ? "Toll, heavy vehicle" : "Toll, car",
      quantity: { passages: "1" },
    }),
  },
  transit_validator: {
    perDay: 260,
    byHour: COMMUTE,
    weekend: 0.55,
    cents: (random) => pick([275, 275, 275, 410, 140], random),
    describe: (cents) => ({
      description: cents < 200 ? "Reduced fare" : "Single fare",
      quantity: { rides: "1" },
    }),
  },
};

export const TAP_KINDS = Object.keys(HABITS) as TapKind[];

/** Local hour and whether it is a weekend, in the city's zone. */
export function cityTime(at: Date, timeZone: string): { hour: number; weekend: boolean } {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    hourCycle: "h23",
    weekday: "short",
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return { hour: Number(of("hour")), weekend: ["Sat", "Sun"].includes(of("weekday")) };
}

/** Taps of a kind in this hour of a usual day. */
export function activity(kind: TapKind, time: { hour: number; weekend: boolean }): number {
  const { perDay, byHour, weekend } = HABITS[kind];
  const whole = byHour.reduce((sum, hour) => sum + hour, 0);
  return ((perDay * (byHour[time.hour] ?? 0)) / whole) * (time.weekend ? weekend : 1);
}

/** So that the dead of night is not silent for good: one tap in twelve minutes. */
const FEWEST_AN_HOUR = 5;

/** Milliseconds between two taps on average, so that a day of `speed` 1 brings what a day of the history brought. */
export function meanGapMs(time: { hour: number; weekend: boolean }, speed = 1): number {
  const anHour = TAP_KINDS.reduce((sum, kind) => sum + activity(kind, time), 0);
  return 3_600_000 / Math.max(anHour, FEWEST_AN_HOUR) / speed;
}

export function pickKind(time: { hour: number; weekend: boolean }, random: () => number): TapKind {
  // A little of everything at any hour, so that the few taps of the night are not all chargers.
  const weights = TAP_KINDS.map((kind) => activity(kind, time) + 0.2);
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return TAP_KINDS[index] ?? "parking_meter";
  }
  return "parking_meter";
}

/** Whole cents as a decimal string. */
export function majorOf(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}
