/** Gathers sightings and refusals and writes them twice a second, a few devices at a time: requests go first. */
import { recordRefusals, touchDevices } from "@/server/devices/service";
import type { RefusalRecord, Sighting } from "@/server/devices/types";
import type { Id } from "@/server/platform/ids";
import { type JobRound, openRound } from "@/server/platform/job-items";
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
    private readonly open = () => openRound("gateway.record-traffic"),
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

  /**
   * Those first that wait longest. What cannot be written is gathered again: these are notes, not money. One that cannot
   * be written by itself is recorded and waits, and the others are written.
   */
  private async write(devices: number): Promise<void> {
    if (this.sightings.size === 0 && this.refusals.size === 0) return;
    const round = await this.open().catch((error: unknown) => {
      log.warn({ err: error }, "what devices did waits to be written");
      return null;
    });
    if (!round) return;
    const ready = [...this.sightings].filter(([id]) => !round.isWaiting(id)).slice(0, devices);
    const sightings = new Map(ready);
    for (const id of sightings.keys()) this.sightings.delete(id);
    const refusals = new Map([...this.refusals].filter(([key]) => !round.isWaiting(key)));
    for (const key of refusals.keys()) this.refusals.delete(key);
    const failed = await this.keep(round, sightings, (some) => this.store.touchDevices(this.scope, some));
    for (const [id, earlier] of failed) {
      const later = this.sightings.get(id);
      this.sightings.set(id, earlier);
      if (later) this.saw(later);
    }
    const lost = await this.keep(round, refusals, (some) => this.store.recordRefusals(this.scope, some));
    for (const refusal of lost.values()) this.refused(refusal);
  }

  /** Writes them, and gives those that could not be. */
  private async keep<Key extends string, T>(
    round: JobRound,
    gathered: ReadonlyMap<Key, T>,
    store: (some: T[]) => Promise<void>,
  ): Promise<Map<Key, T>> {
    const items = [...gathered].map(([id, note]) => ({ id, note, programId: null }));
    const written = new Set<string>();
    try {
      await round.attemptAll(items, async (some) => {
        await store(some.map(({ note }) => note));
        for (const { id } of some) written.add(id);
      });
    } catch (error) {
      log.warn({ err: error, items: items.length }, "what devices did waits to be written");
    }
    return new Map([...gathered].filter(([id]) => !written.has(id)));
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }
}
