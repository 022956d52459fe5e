/**
 * What the city's people do in thirty days: a repeatable list of taps, plausible by hour and weekday. Pure; the same
 * seed and times give the same list.
 */
import { tz } from "@date-fns/tz";
import { getDay, getHours } from "date-fns";
import type { DeviceKind } from "@/server/devices/constants";

/** A small repeatable source of numbers in [0, 1) (mulberry32). It decides who taps when; no amount is computed from it but by picking from lists of cents. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Habit {
  /** Taps a day of the whole kind on a weekday at full activity. */
  perDay: number;
  /** Weight of each hour of the local day. */
  byHour: readonly number[];
  /** Factor on Saturdays and Sundays. */
  weekend: number;
  /** Cents that a tap asks for, given a number in [0, 1). */
  cents: (random: () => number) => bigint;
  /** Captured in the same message, or authorised first and captured for what was used. */
  captures: "at_once" | "later";
  describe: (
    cents: bigint,
    random: () => number,
  ) => { description: string; quantity: Record<string, string> };
}

const COMMUTE = [0, 0, 0, 0, 0, 2, 6, 12, 10, 5, 4, 4, 5, 4, 5, 8, 12, 10, 6, 4, 3, 2, 2, 1];
const DAYTIME = [0, 0, 0, 0, 0, 0, 1, 3, 7, 9, 10, 11, 12, 11, 10, 9, 9, 8, 6, 4, 3, 2, 1, 0];
const EVENING = [2, 1, 1, 0, 0, 1, 2, 4, 5, 4, 4, 5, 6, 5, 5, 6, 8, 11, 12, 10, 8, 6, 4, 3];

const between = (low: number, high: number, random: () => number) =>
  BigInt(low + Math.floor(random() * (high - low + 1)));
const pick = <T>(list: readonly [T, ...T[]], random: () => number): T =>
  list[Math.floor(random() * list.length)] ?? list[0];

function tenths(value: bigint): string {
  return `${value / 10n}.${value % 10n}`;
}

export const HABITS: Record<Exclude<DeviceKind, "smart_meter">, Habit> = {
  parking_meter: {
    perDay: 240,
    byHour: DAYTIME,
    weekend: 0.6,
    cents: (random) => between(2, 30, random) * 25n,
    captures: "at_once",
    describe: (cents) => ({
      description: "Street parking",
      quantity: { minutes: String((cents * 60n) / 310n) },
    }),
  },
  phone: {
    perDay: 80,
    byHour: DAYTIME,
    weekend: 0.7,
    cents: (random) => between(4, 40, random) * 25n,
    captures: "at_once",
    describe: (cents) => ({
      description: "Parking by phone",
      quantity: { minutes: String((cents * 60n) / 310n) },
    }),
  },
  ev_charger: {
    perDay: 110,
    byHour: EVENING,
    weekend: 1.1,
    cents: (random) => between(380, 3900, random),
    captures: "later",
    describe: (cents) => ({
      description: "Charging session",
      quantity: { kwh: tenths((cents * 10n) / 63n) },
    }),
  },
  toll_gate: {
    perDay: 150,
    byHour: COMMUTE,
    weekend: 0.5,
    cents: (random) => pick([320n, 320n, 320n, 480n, 640n], random),
    captures: "at_once",
    describe: (cents) => ({
      description: cents > 500n ? "Toll, heavy vehicle" : "Toll, car",
      quantity: { passages: "1" },
    }),
  },
  transit_validator: {
    perDay: 260,
    byHour: COMMUTE,
    weekend: 0.55,
    cents: (random) => pick([275n, 275n, 275n, 410n, 140n], random),
    captures: "at_once",
    describe: (cents) => ({
      description: cents < 200n ? "Reduced fare" : "Single fare",
      quantity: { rides: "1" },
    }),
  },
};

export type HistoryKind = keyof typeof HABITS;

export interface Tap {
  at: Date;
  kind: HistoryKind;
  /** Which device of its kind, and which payer of the city. */
  device: number;
  payer: number;
  cents: bigint;
  /** For sessions that authorise first: what is asked for, and when the session ends. */
  heldCents: bigint;
  endsAt: Date;
  captures: "at_once" | "later";
  description: string;
  quantity: Record<string, string>;
}

/** Payers whose energy is paid by an allowance first. */
export function hasEnergyAllowance(payer: number): boolean {
  return payer % 25 === 7;
}

/** All taps from `from` to `to`, in order. `scale` thins the traffic out (tests use a tenth). */
export function listTaps(options: {
  from: Date;
  to: Date;
  timeZone: string;
  devices: Record<HistoryKind, number>;
  payers: number;
  seed: number;
  scale: number;
}): Tap[] {
  const random = randomFrom(options.seed);
  const zone = { in: tz(options.timeZone) };
  const taps: Tap[] = [];
  for (let hour = +options.from; hour < +options.to; hour += 3_600_000) {
    const weekend = [0, 6].includes(getDay(new Date(hour), zone));
    const localHour = getHours(new Date(hour), zone);
    for (const [kind, habit] of Object.entries(HABITS) as [HistoryKind, Habit][]) {
      const total = habit.byHour.reduce((sum, weight) => sum + weight, 0);
      const expected =
        (habit.perDay * (habit.byHour[localHour] ?? 0) * (weekend ? habit.weekend : 1) * options.scale) /
        total;
      const count = Math.floor(expected * (0.75 + random() * 0.5) + random());
      for (let index = 0; index < count; index++) {
        const at = new Date(hour + Math.floor(random() * 3_600_000));
        if (at >= options.to) continue;
        const cents = habit.cents(random);
        const device = Math.floor(random() * options.devices[kind]);
        const payer = Math.floor(random() * options.payers);
        // With an allowance one says beforehand how many kWh it is to be, so what is held is what they cost.
        const open = habit.captures === "later" && !hasEnergyAllowance(payer);
        taps.push({
          at,
          kind,
          device,
          payer,
          cents,
          heldCents: open ? 4000n : cents,
          endsAt:
            habit.captures === "later" ? new Date(+at + 1_200_000 + Math.floor(random() * 5_400_000)) : at,
          captures: habit.captures,
          ...habit.describe(cents, random),
        });
      }
    }
  }
  return taps.sort((a, b) => +a.at - +b.at);
}

/**
 * Taps that a reviewer should see: a card used over and over at one charger, a card at two ends of the city within
 * minutes, and a meter asked for far more than it ever takes. `count` groups, spread between `from` and `to`.
 */
export function listSuspiciousTaps(options: {
  from: Date;
  to: Date;
  devices: Record<HistoryKind, number>;
  payers: number;
  seed: number;
  count: number;
}): Tap[] {
  const random = randomFrom(options.seed);
  const span = +options.to - +options.from;
  const taps: Tap[] = [];
  const add = (at: number, kind: HistoryKind, device: number, payer: number, cents: bigint) => {
    if (at >= +options.to) return;
    const habit = HABITS[kind];
    taps.push({
      at: new Date(at),
      kind,
      device: device % options.devices[kind],
      payer: payer % options.payers,
      cents,
      heldCents: cents,
      endsAt: new Date(at),
      captures: "at_once",
      ...habit.describe(cents, random),
    });
  };
  for (let group = 0; group < options.count; group++) {
    const at = +options.from + Math.floor((span * (group + random())) / options.count);
    // Card payers only, each once a group, so that groups do not blend into one.
    const payer = options.payers - 1 - ((group * 3) % Math.floor(options.payers / 3));
    const device = Math.floor(random() * 1000);
    if (group % 3 === 0) {
      const taken = 5 + Math.floor(random() * 2);
      for (let index = 0; index < taken; index++) {
        add(at + index * 95_000, "ev_charger", device, payer, between(3800, 5200, random));
      }
    } else if (group % 3 === 1) {
      // Gates alternate between the northern and the southern end, some eight kilometres apart.
      add(at, "toll_gate", 0, payer, 480n);
      add(at + 75_000, "toll_gate", 5, payer, 640n);
    } else {
      add(at, "parking_meter", device, payer, between(168, 232, random) * 25n);
    }
  }
  return taps.sort((a, b) => +a.at - +b.at);
}
