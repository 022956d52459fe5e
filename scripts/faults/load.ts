/** Devices under load that remember what they asked and what they were answered. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { signedHeaders } from "@/simulator/sign";
import type { Sandbox, SandboxDevice } from "./sandbox";

export interface Told {
  status: number;
  body: Record<string, unknown>;
}

export interface Asked {
  device: SandboxDevice;
  key: string;
  sequence: number;
  path: string;
  body: unknown;
  cents: number;
  /** Every answer that came, also those to requests that were asked again later. */
  answers: Told[];
  attempts: number;
  capture?: Asked | undefined;
}

const NOT_NOW = new Set([429, 500, 503]);

export class Load {
  readonly asked: Asked[] = [];
  private running = true;

  constructor(private readonly sandbox: Sandbox) {}

  /** `callers` loops that ask until `stop`; resolves when each has its last answer. */
  async run(callers: number): Promise<void> {
    await Promise.all(Array.from({ length: callers }, () => this.caller()));
  }

  stop(): void {
    this.running = false;
  }

  get acknowledged(): number {
    return this.asked.filter((message) => message.answers.length > 0).length;
  }

  private async caller(): Promise<void> {
    while (this.running) {
      const device = pick(this.sandbox.devices);
      if (Math.random() < 0.1) {
        await this.deliver(this.usage(device));
        continue;
      }
      const atOnce = Math.random() < 0.5;
      const cents = 100 + Math.floor(Math.random() * 400);
      const payment = this.message(device, "/v1/payments", cents, {
        amount: { amount: major(cents), currency: "EUR" },
        instrument: { token: pick(this.sandbox.wallets) },
        capture: atOnce,
      });
      const answer = await this.deliver(payment);
      if (answer.status === 201 && !atOnce) {
        const part = cents - Math.floor(Math.random() * 50);
        payment.capture = this.message(device, `/v1/payments/${answer.body.id}/capture`, part, {
          amount: { amount: major(part), currency: "EUR" },
        });
        await this.deliver(payment.capture);
      }
    }
  }

  /** Ten records, each of some cents and a fraction: windows close every few batches. */
  private usage(device: SandboxDevice): Asked {
    const token = pick(this.sandbox.wallets.slice(0, 10));
    const occurredAt = new Date().toISOString();
    const records = Array.from({ length: 10 }, () => ({
      key: randomUUID(),
      instrument: { token },
      amount: { amount: `0.${String(100_000 + Math.floor(Math.random() * 500_000))}`, currency: "EUR" },
      occurredAt,
    }));
    return this.message(device, "/v1/usage", 0, { records });
  }

  private message(device: SandboxDevice, path: string, cents: number, body: unknown): Asked {
    device.sequence++;
    const { sequence } = device;
    const asked: Asked = { device, key: randomUUID(), sequence, path, body, cents, answers: [], attempts: 0 };
    this.asked.push(asked);
    return asked;
  }

  private async deliver(message: Asked): Promise<Told> {
    for (;;) {
      // One request in ten is given up before its answer can come: the client "dies" and asks again.
      const told = await this.attempt(message, Math.random() < 0.1 ? Math.random() * 20 : 10_000);
      if (told) {
        // One answer in ten is followed by the same question once more; both must say the same.
        if (Math.random() < 0.1) await this.attempt(message, 10_000);
        return told;
      }
      await sleep(50 + Math.random() * 150);
    }
  }

  private async attempt(message: Asked, timeoutMs: number): Promise<Told | null> {
    message.attempts++;
    const url = `${this.sandbox.gatewayUrl}${message.path}`;
    const body = JSON.stringify(message.body);
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: signedHeaders({
          method: "POST",
          url,
          keyId: message.device.keyId,
          privateKey: message.device.privateKey,
          body,
          message,
          createdSeconds: Math.floor(Date.now() / 1000),
        }),
        signal: AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs))),
      });
      const told = { status: response.status, body: (await response.json()) as Record<string, unknown> };
      if (NOT_NOW.has(told.status)) return null;
      message.answers.push(told);
      return told;
    } catch {
      return null;
    }
  }
}

function pick<T>(list: readonly T[]): T {
  const found = list[Math.floor(Math.random() * list.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}

export function major(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}
