/** Gathers sightings and refusals and writes them about once a second, so that neither costs a request anything. */
import { recordRefusals, touchDevices } from "@/server/devices/service";
import type { RefusalRecord, Sighting } from "@/server/devices/types";
import type { Id } from "@/server/platform/ids";
import { loggerFor } from "@/server/platform/logger";
import type { SystemScope } from "@/server/platform/scope";

const FLUSH_EVERY_MS = 1_000;
const log = loggerFor("gateway");

export class TrafficRecorder {
  private sightings = new Map<Id<"device">, Sighting>();
  private refusals = new Map<string, RefusalRecord & { hits: number }>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;

  constructor(private readonly scope: SystemScope) {}

  start(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS);
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

  /** Writes what was gathered. What cannot be written is gathered again: these are notes, not money. */
  async flush(): Promise<void> {
    if (this.flushing) return await this.flushing;
    if (this.sightings.size === 0 && this.refusals.size === 0) return;
    this.flushing = this.write().finally(() => {
      this.flushing = undefined;
    });
    return await this.flushing;
  }

  private async write(): Promise<void> {
    const { sightings, refusals } = this;
    this.sightings = new Map();
    this.refusals = new Map();
    try {
      await touchDevices(this.scope, [...sightings.values()]);
    } catch (error) {
      for (const [id, sighting] of sightings) if (!this.sightings.has(id)) this.sightings.set(id, sighting);
      log.warn({ err: error }, "sightings of devices wait to be written");
    }
    try {
      await recordRefusals(this.scope, [...refusals.values()]);
    } catch (error) {
      for (const refusal of refusals.values()) this.refused(refusal);
      log.warn({ err: error }, "refusals of devices wait to be written");
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
    await this.flush();
  }
}
