/** Gathers sightings and refusals and writes them twice a second, a few devices at a time: requests go first. */
import { recordRefusals, touchDevices } from "@/server/devices/service";
import type { RefusalRecord, Sighting } from "@/server/devices/types";
import type { Id } from "@/server/platform/ids";
import { loggerFor } from "@/server/platform/logger";
import type { SystemScope } from "@/server/platform/scope";

const FLUSH_EVERY_MS = 500;
/** Hundreds of rows at once would take the database from the payments of that moment. */
const DEVICES_A_FLUSH = 50;
/** Of many, a tenth: each is written every five seconds. */
const SHARE_A_FLUSH = 0.1;
const log = loggerFor("gateway");

export class TrafficRecorder {
  private sightings = new Map<Id<"device">, Sighting>();
  private refusals = new Map<string, RefusalRecord & { hits: number }>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;

  constructor(
    private readonly scope: SystemScope,
    private readonly store = { touchDevices, recordRefusals },
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.flushSome(), FLUSH_EVERY_MS);
    this.timer.unref();
  }

  saw(sighting: Sighting): void {
    const before = this.sightings.get(sighting.deviceId);
    const sequence =
      before?.sequence !== undefined && (sighting.sequence ?? 0n) < before.sequence
        ? before.sequence
        : (sighting.sequence ?? before?.sequence);
    this.sightings.set(sighting.deviceId, {
      ...sighting,
      sequence,
      paymentAt: sighting.paymentAt ?? before?.paymentAt,
    });
  }

  refused(refusal: RefusalRecord): void {
    const key = `${refusal.deviceId} ${refusal.code} ${refusal.verified}`;
    const before = this.refusals.get(key);
    this.refusals.set(key, { ...refusal, hits: (before?.hits ?? 0) + (refusal.hits ?? 1) });
  }

  /** Writes all that was gathered. */
  async flush(): Promise<void> {
    await this.flushing;
    await this.begin(this.sightings.size);
  }

  /** What the timer does. */
  async flushSome(): Promise<void> {
    if (this.flushing) return;
    await this.begin(Math.max(DEVICES_A_FLUSH, Math.ceil(this.sightings.size * SHARE_A_FLUSH)));
  }

  private begin(devices: number): Promise<void> {
    this.flushing = this.write(devices).finally(() => {
      this.flushing = undefined;
    });
    return this.flushing;
  }

  /** Those first that wait longest. What cannot be written is gathered again: these are notes, not money. */
  private async write(devices: number): Promise<void> {
    if (this.sightings.size === 0 && this.refusals.size === 0) return;
    const sightings = new Map([...this.sightings].slice(0, devices));
    for (const id of sightings.keys()) this.sightings.delete(id);
    const { refusals } = this;
    this.refusals = new Map();
    try {
      await this.store.touchDevices(this.scope, [...sightings.values()]);
    } catch (error) {
      for (const [id, earlier] of sightings) {
        const later = this.sightings.get(id);
        this.sightings.set(id, earlier);
        if (later) this.saw(later);
      }
      log.warn({ err: error }, "sightings of devices wait to be written");
    }
    try {
      await this.store.recordRefusals(this.scope, [...refusals.values()]);
    } catch (error) {
      for (const refusal of refusals.values()) this.refused(refusal);
      log.warn({ err: error }, "refusals of devices wait to be written");
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }
}
