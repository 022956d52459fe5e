/** What people in the city do at its devices: how often at which hour, for how much. Amounts are whole cents. */
import type { Kind } from "./read-city";

export interface Habit {
  /** Taps a day of all devices of the kind, against the other kinds. */
  weight: number;
  byHour: readonly number[];
  weekend: number;
  cents: (random: () => number) => number;
  describe: (cents: number) => { description: string; quantity: Record<string, string> };
}

export type TapKind = Exclude<Kind, "smart_meter">;

const COMMUTE = [1, 1, 1, 1, 1, 3, 6, 12, 10, 5, 4, 4, 5, 4, 5, 8, 12, 10, 6, 4, 3, 2, 2, 1];
const DAYTIME = [1, 1, 1, 1, 1, 1, 1, 3, 7, 9, 10, 11, 12, 11, 10, 9, 9, 8, 6, 4, 3, 2, 1, 1];
const EVENING = [2, 1, 1, 1, 1, 1, 2, 4, 5, 4, 4, 5, 6, 5, 5, 6, 8, 11, 12, 10, 8, 6, 4, 3];

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
    weight: 120,
    byHour: DAYTIME,
    weekend: 0.6,
    cents: (random) => between(2, 30, random) * 25,
    describe: parked("Street parking"),
  },
  phone: {
    weight: 40,
    byHour: DAYTIME,
    weekend: 0.7,
    cents: (random) => between(4, 40, random) * 25,
    describe: parked("Parking by phone"),
  },
  ev_charger: {
    weight: 30,
    byHour: EVENING,
    weekend: 1.1,
    cents: (random) => between(380, 3900, random),
    describe: (cents) => ({
      description: "Charging session",
      quantity: { kwh: (cents / 63).toFixed(1) },
    }),
  },
  toll_gate: {
    weight: 75,
    byHour: COMMUTE,
    weekend: 0.5,
    cents: (random) => pick([320, 320, 320, 480, 640], random),
    describe: (cents) => ({
      description: cents > 500 ? "Toll, heavy vehicle" : "Toll, car",
      quantity: { passages: "1" },
    }),
  },
  transit_validator: {
    weight: 130,
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

/** How busy a kind is at this hour, as a weight against the other kinds. */
export function activity(kind: TapKind, time: { hour: number; weekend: boolean }): number {
  const { weight, byHour, weekend } = HABITS[kind];
  const whole = byHour.reduce((sum, hour) => sum + hour, 0);
  return ((weight * (byHour[time.hour] ?? 0)) / whole) * (time.weekend ? weekend : 1);
}

/** Milliseconds between two taps on average: two seconds at the busiest hour, five in the dead of night. */
export function meanGapMs(time: { hour: number; weekend: boolean }): number {
  const now = TAP_KINDS.reduce((sum, kind) => sum + activity(kind, time), 0);
  const busiest = Math.max(
    ...Array.from({ length: 24 }, (_, hour) =>
      TAP_KINDS.reduce((sum, kind) => sum + activity(kind, { hour, weekend: false }), 0),
    ),
  );
  return Math.min(5_000, Math.max(2_000, 2_000 * (busiest / Math.max(now, 0.01)) ** 0.6));
}

export function pickKind(time: { hour: number; weekend: boolean }, random: () => number): TapKind {
  const weights = TAP_KINDS.map((kind) => activity(kind, time));
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
