/** Thirty days of the city's life, pushed through the product's own services under a moved clock. */
import { createHash } from "node:crypto";
import type { DeviceKind } from "@/server/devices/constants";
import { touchDevices } from "@/server/devices/service";
import type { Sighting } from "@/server/devices/types";
import { authorisePayments } from "@/server/payments/service/authorise-payment";
import { capturePayment, expireHolds } from "@/server/payments/service/capture-payment";
import { closeDueWindows } from "@/server/payments/service/close-windows";
import { learnHabits } from "@/server/payments/service/learn-habits";
import { recordUsage } from "@/server/payments/service/record-usage";
import { withClock } from "@/server/platform/clock";
import { fromPublicId, type Id } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { HARBOR_CITY } from "./cast";
import type { City } from "./found-city";
import { meterTokenOf, PAYERS, type PlacedDevice, tokenOf } from "./place-devices";
import { decideOldCases, refundSome } from "./review-cases";
import { BookKeeping } from "./settle-days";
import { HABITS, type HistoryKind, listSuspiciousTaps, listTaps, randomFrom, type Tap } from "./traffic";

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Cases of the last hours are left to whoever opens the review queue. */
const UNDECIDED_HOURS = 3;

export interface HistoryOptions {
  from: Date;
  to: Date;
  /** 1 is the full city; tests use less. */
  scale: number;
  onProgress: (detail: string) => void;
}

export async function liveThrough(
  city: City,
  devices: Map<DeviceKind, PlacedDevice[]>,
  options: HistoryOptions,
): Promise<void> {
  const taps = planTaps(devices, options);
  const sessions: { endsAt: Date; tap: Tap; paymentId: Id<"payment"> }[] = [];
  const random = randomFrom(99);
  const books = new BookKeeping(city, options.to);
  let next = 0;
  let day = 0;
  const days = Math.round((+options.to - +options.from) / (24 * HOUR));
  for (let slice = +options.from; slice < +options.to; slice += HOUR) {
    const end = new Date(Math.min(slice + HOUR, +options.to));
    const due: Tap[] = [];
    for (let tap = taps[next]; tap && tap.at < end; tap = taps[++next]) due.push(tap);
    for (const opened of await authorise(devices, due)) sessions.push(opened);
    await endSessions(devices, sessions, end);
    // The worker does these every second; the history gets by with a few times a day.
    if ((slice / HOUR) % 6 === 0) {
      await reportMeters(devices, new Date(slice), options.scale);
      await withClock(end, async () => {
        await closeDueWindows();
        await expireHolds();
      });
    }
    if ((slice / HOUR) % 2 === 0 && +end < +options.to - UNDECIDED_HOURS * HOUR) {
      await decideOldCases(city, end, random);
    }
    if (await books.workUntil(end)) {
      day++;
      await learnHabits();
      options.onProgress(`${day} of ${days} days`);
      await refundSome(city, end, random);
    }
  }
  await noteSightings(devices, taps);
}

/** When each device was last heard of, which the gateway notes as it goes. */
async function noteSightings(devices: Map<DeviceKind, PlacedDevice[]>, taps: readonly Tap[]): Promise<void> {
  const last = new Map<Id<"device">, Sighting>();
  for (const tap of taps) {
    const { deviceId } = deviceOf(devices, tap.kind, tap.device).scope;
    last.set(deviceId, { deviceId, seenAt: tap.at, paymentAt: tap.at });
  }
  await touchDevices(mintSystemScope("seed"), [...last.values()]);
}

function planTaps(devices: Map<DeviceKind, PlacedDevice[]>, options: HistoryOptions): Tap[] {
  const kinds = Object.keys(HABITS) as HistoryKind[];
  const counts = Object.fromEntries(kinds.map((kind) => [kind, devices.get(kind)?.length ?? 0])) as Record<
    HistoryKind,
    number
  >;
  const common = { devices: counts, payers: PAYERS };
  const days = (+options.to - +options.from) / (24 * HOUR);
  const undecidedFrom = new Date(+options.to - (UNDECIDED_HOURS - 0.5) * HOUR);
  return [
    ...listTaps({
      ...common,
      from: options.from,
      to: options.to,
      timeZone: HARBOR_CITY.timeZone,
      seed: 1,
      scale: options.scale,
    }),
    ...listSuspiciousTaps({
      ...common,
      from: options.from,
      to: undecidedFrom,
      seed: 2,
      count: Math.ceil(days / 2),
    }),
    ...listSuspiciousTaps({ ...common, from: undecidedFrom, to: options.to, seed: 3, count: 10 }),
  ].sort((a, b) => +a.at - +b.at);
}

const hashOf = (text: string) => createHash("sha256").update(text).digest();
const microsOf = (cents: bigint) => cents * 10_000n;

/** Authorises taps in the order in which they happened; gives the sessions that still have to be captured. */
async function authorise(devices: Map<DeviceKind, PlacedDevice[]>, taps: readonly Tap[]) {
  const opened: { endsAt: Date; tap: Tap; paymentId: Id<"payment"> }[] = [];
  for (let first = 0; first < taps.length; first += 50) {
    const batch = taps.slice(first, first + 50);
    const results = await authorisePayments(
      batch.map((tap) => {
        const device = deviceOf(devices, tap.kind, tap.device);
        const key = `hist-${tap.kind}-${tap.device}-${+tap.at}-${tap.payer}`;
        return {
          scope: device.scope,
          at: tap.at,
          request: {
            idempotencyKey: key,
            requestHash: hashOf(key),
            amountMicros: microsOf(tap.heldCents),
            currency: HARBOR_CITY.currency,
            instrumentToken: tokenOf(tap.payer),
            capture: tap.captures === "at_once",
            description: tap.description,
            quantity: tap.quantity,
          },
        };
      }),
    );
    for (const [index, result] of results.entries()) {
      const tap = batch[index];
      if (!tap || !result.ok || tap.captures === "at_once" || result.payment.state !== "authorised") continue;
      const paymentId = fromPublicId("payment", result.payment.id);
      if (paymentId) opened.push({ endsAt: tap.endsAt, tap, paymentId });
    }
  }
  return opened;
}

async function endSessions(
  devices: Map<DeviceKind, PlacedDevice[]>,
  sessions: { endsAt: Date; tap: Tap; paymentId: Id<"payment"> }[],
  until: Date,
): Promise<void> {
  const ended = sessions.filter(({ endsAt }) => endsAt <= until).sort((a, b) => +a.endsAt - +b.endsAt);
  for (const { endsAt, tap, paymentId } of ended) {
    const device = deviceOf(devices, tap.kind, tap.device);
    await withClock(endsAt, () =>
      capturePayment(device.scope, { paymentId, amountMicros: microsOf(tap.cents) }),
    );
  }
  sessions.splice(0, sessions.length, ...sessions.filter(({ endsAt }) => endsAt > until));
}

/** Each household's meter sends what it counted in the last six hours: fractions of a cent a quarter of an hour. */
async function reportMeters(
  devices: Map<DeviceKind, PlacedDevice[]>,
  at: Date,
  scale: number,
): Promise<void> {
  const step = scale < 1 ? 60 : 15;
  for (const [meter, device] of (devices.get("smart_meter") ?? []).entries()) {
    const records = Array.from({ length: 360 / step }, (_, index) => {
      const occurredAt = new Date(+at - (index + 1) * step * MINUTE);
      const wattHours =
        BigInt(step) * BigInt(4 + ((meter * 13 + occurredAt.getUTCHours() * 7 + index * 3) % 17));
      return {
        key: `m${meter}-${+occurredAt}`,
        instrumentToken: meterTokenOf(meter),
        // 0.2137 EUR a kWh: 213.7 micros a Wh, kept exact by counting in tenths.
        amountMicros: (wattHours * 2137n) / 10n,
        currency: HARBOR_CITY.currency,
        occurredAt,
        quantity: `${wattHours / 1000n}.${(wattHours % 1000n).toString().padStart(3, "0")}`,
        unit: "kwh",
      };
    });
    await withClock(at, () => recordUsage(device.scope, records));
  }
}

function deviceOf(devices: Map<DeviceKind, PlacedDevice[]>, kind: DeviceKind, index: number): PlacedDevice {
  const device = devices.get(kind)?.[index];
  if (!device) throw new Error(`the city has no ${kind} number ${index}`);
  return device;
}
