/** The city's day: people tap, sessions end, meters report, and now and then somebody cheats. */
import { randomUUID } from "node:crypto";
import { cityTime, HABITS, majorOf, meanGapMs, pickKind, type TapKind } from "./habits";
import type { Journal, Message, Plan } from "./journal";
import type { City, Device } from "./read-city";
import { type Reply, type Sender, sleep } from "./send";
import { distance, Travellers } from "./travellers";

const METER_EVERY_MS = 40_000;
const CHEAT_EVERY_MS = 4 * 60_000;
const HELD_CENTS = 4_000;
/** Shares of messages that meet a bad network. */
const DUPLICATED = 0.03;
const CUT_OFF = 0.02;
const DELAYED = 0.03;
const OFFLINE = 0.008;

export class LiveCity {
  private readonly byKind = new Map<string, Device[]>();
  private readonly byId = new Map<string, Device>();
  private readonly travellers: Travellers;
  private readonly offline = new Map<string, number>();
  private stopped = false;

  constructor(
    private readonly city: City,
    private readonly journal: Journal,
    private readonly sender: Sender,
    private readonly random: () => number,
    /** 1: as many taps as on a day of the city's history; more: so many times as many. */
    private readonly speed: number,
  ) {
    for (const device of city.devices) {
      this.byId.set(device.deviceId, device);
      this.byKind.set(device.kind, [...(this.byKind.get(device.kind) ?? []), device]);
    }
    this.travellers = new Travellers(city.instruments, random);
  }

  stop(): void {
    this.stopped = true;
    this.sender.stop();
  }

  /** Asks again for everything that was open when the simulator last ended, then lives on. */
  async run(): Promise<void> {
    for (const message of [...this.journal.open.values()]) void this.deliver(message);
    await Promise.all([this.people(), this.meters(), this.sessions(), this.cheats()]);
  }

  private async people(): Promise<void> {
    while (!this.stopped) {
      const time = cityTime(new Date(), this.city.timeZone);
      // Waiting times of independent people are exponential.
      await sleep(-Math.log(1 - this.random()) * meanGapMs(time, this.speed));
      if (this.stopped) return;
      const kind = pickKind(time, this.random);
      const device = kind === "ev_charger" ? this.freeCharger() : this.someDevice(kind);
      const token = device && this.travellers.somebodyAt(device.place, Date.now());
      if (device && token) this.tap(device, kind, token, HABITS[kind].cents(this.random));
    }
  }

  private tap(device: Device, kind: TapKind, token: string, cents: number, at?: Date): void {
    const session = kind === "ev_charger";
    const { description, quantity } = HABITS[kind].describe(cents);
    const message = this.journal.begin({
      key: randomUUID(),
      deviceId: device.deviceId,
      path: "/v1/payments",
      body: {
        amount: { amount: majorOf(session ? HELD_CENTS : cents), currency: device.currency },
        instrument: { token },
        capture: !session,
        occurredAt: (at ?? new Date()).toISOString(),
        description,
        ...(session ? {} : { quantity }),
      },
      ...(session
        ? { afterwards: { capture: majorOf(cents), afterMs: 60_000 + Math.floor(this.random() * 420_000) } }
        : {}),
    });
    void this.deliverOverBadNetwork(device, message);
  }

  /** Networks of devices duplicate, cut, delay and fall silent. */
  private async deliverOverBadNetwork(device: Device, message: Message): Promise<void> {
    const fate = this.random();
    if (fate < DUPLICATED) void this.sender.nudge(device, message);
    else if (fate < DUPLICATED + CUT_OFF) await this.sender.cutOff(device, message);
    else if (fate < DUPLICATED + CUT_OFF + DELAYED) await sleep(4_000 + this.random() * 16_000);
    else if (fate < DUPLICATED + CUT_OFF + DELAYED + OFFLINE) {
      this.offline.set(device.deviceId, Date.now() + 20_000 + this.random() * 70_000);
    }
    await sleep((this.offline.get(device.deviceId) ?? 0) - Date.now());
    if (!this.stopped) await this.deliver(message);
  }

  private async deliver(message: Message): Promise<void> {
    const device = this.byId.get(message.deviceId);
    if (!device) return this.journal.finish(message.key);
    const reply = await this.sender.deliver(device, message);
    if (reply) this.journal.finish(message.key, this.planAfter(message, device, reply));
  }

  private planAfter(message: Message, device: Device, reply: Reply): Plan | undefined {
    if (reply.body.declineReason === "insufficient_funds") {
      this.travellers.ranOut(tokenOf(message), Date.now());
    }
    const paymentId = reply.body.id;
    if (message.afterwards && typeof paymentId === "string" && reply.status < 300) {
      return {
        id: message.key,
        dueAt: Date.now() + message.afterwards.afterMs,
        deviceId: device.deviceId,
        paymentId,
        amount: { amount: message.afterwards.capture, currency: device.currency },
      };
    }
    // A session whose payment still waits for a person is asked about again later.
    if (reply.body.code === "payment_in_review") {
      const capture = /^\/v1\/payments\/([^/]+)\/capture$/.exec(message.path);
      const body = message.body as { amount: Plan["amount"] };
      if (capture?.[1]) {
        return {
          id: randomUUID(),
          dueAt: Date.now() + 120_000,
          deviceId: device.deviceId,
          paymentId: capture[1],
          amount: body.amount,
        };
      }
    }
    return undefined;
  }

  /** Sessions end: what was held is captured for what was used. */
  private async sessions(): Promise<void> {
    while (!this.stopped) {
      for (const plan of [...this.journal.plans.values()]) {
        if (plan.dueAt > Date.now()) continue;
        const device = this.byId.get(plan.deviceId);
        // After a kill between these two lines the message stands in the journal already.
        const key = `${plan.id}-capture`;
        if (device && !this.journal.open.has(key)) {
          const message = this.journal.begin({
            key,
            deviceId: plan.deviceId,
            path: `/v1/payments/${plan.paymentId}/capture`,
            body: { amount: plan.amount },
          });
          void this.deliverOverBadNetwork(device, message);
        }
        this.journal.fulfil(plan.id);
      }
      await sleep(1_000);
    }
  }

  private async meters(): Promise<void> {
    const meters = this.byKind.get("smart_meter") ?? [];
    let turn = 0;
    while (!this.stopped && meters.length > 0) {
      await sleep(METER_EVERY_MS / meters.length);
      const index = turn++ % meters.length;
      const meter = meters[index];
      const household = this.city.households[index % this.city.households.length];
      if (this.stopped || !meter || !household) continue;
      const message = this.journal.begin({
        key: randomUUID(),
        deviceId: meter.deviceId,
        path: "/v1/usage",
        body: { records: this.readings(meter, household) },
      });
      void this.deliverOverBadNetwork(meter, message);
    }
  }

  /** Energy of the last seconds in slices, each worth a fraction of a cent. */
  private readings(meter: Device, token: string) {
    const slices = 8;
    const end = Date.now();
    const watts = 250 + this.random() * 2_400;
    return Array.from({ length: slices }, (_, slice) => {
      const seconds = METER_EVERY_MS / 1000 / slices;
      const milliWattHours = Math.round((watts * (0.9 + this.random() * 0.2) * seconds) / 3.6);
      // 0.21 per kWh: 0.21 micro-units of currency per milliwatt-hour.
      const micros = Math.max(1, Math.round(milliWattHours * 0.21));
      return {
        key: `${end}-${slice}-${randomUUID().slice(0, 8)}`,
        instrument: { token },
        amount: { amount: `0.${String(micros).padStart(6, "0")}`, currency: meter.currency },
        occurredAt: new Date(end - (slices - slice) * seconds * 1000).toISOString(),
        quantity: (milliWattHours / 1_000_000).toFixed(6),
        unit: "kwh",
      };
    });
  }

  /** One card used again and again, one at two ends of the city, and a meter asked for far too much. */
  private async cheats(): Promise<void> {
    const tricks = [() => this.hammer(), () => this.teleport(), () => this.overcharge()];
    for (let turn = Math.floor(this.random() * 3); !this.stopped; turn++) {
      await sleep(CHEAT_EVERY_MS * (0.4 + this.random() * 1.2));
      if (!this.stopped) await tricks[turn % tricks.length]?.();
    }
  }

  private async hammer(): Promise<void> {
    const charger = this.someDevice("ev_charger");
    const token = this.cheat();
    for (let i = 0; charger && i < 5 && !this.stopped; i++) {
      this.tap(charger, "ev_charger", token, 2_000 + Math.floor(this.random() * 1_800));
      await sleep(9_000);
    }
  }

  private async teleport(): Promise<void> {
    const gates = [...(this.byKind.get("toll_gate") ?? []), ...(this.byKind.get("transit_validator") ?? [])];
    const first = gates[Math.floor(this.random() * gates.length)];
    const far =
      first && gates.toSorted((a, b) => distance(b.place, first.place) - distance(a.place, first.place))[0];
    if (!first || !far) return;
    const token = this.cheat();
    this.tap(first, "toll_gate", token, 480);
    await sleep(30_000);
    this.tap(far, "toll_gate", token, 640);
  }

  private async overcharge(): Promise<void> {
    const meter = this.someDevice("parking_meter");
    if (meter) this.tap(meter, "parking_meter", this.cheat(), 4_800 + Math.floor(this.random() * 40) * 25);
  }

  private cheat(): string {
    const cards = this.city.instruments.filter((token) => token.startsWith("tok_") && token.endsWith("_ok"));
    const from = cards.length > 0 ? cards : this.city.instruments;
    const token = from[Math.floor(this.random() * from.length)] ?? "";
    this.travellers.reserve(token, Date.now() + 30 * 60_000);
    return token;
  }

  /** One car at a time: a charger is free when it neither asks for a session nor has one running. */
  private freeCharger(): Device | undefined {
    const taken = new Set(
      [...this.journal.open.values(), ...this.journal.plans.values()].map(({ deviceId }) => deviceId),
    );
    const free = (this.byKind.get("ev_charger") ?? []).filter(({ deviceId }) => !taken.has(deviceId));
    return free[Math.floor(this.random() * free.length)];
  }

  private someDevice(kind: TapKind): Device | undefined {
    const devices = this.byKind.get(kind) ?? [];
    return devices[Math.floor(this.random() * devices.length)];
  }
}

function tokenOf(message: Message): string {
  const { instrument } = message.body as { instrument?: { token?: string } };
  return instrument?.token ?? "";
}
