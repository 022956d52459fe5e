/** Sends messages until they are answered: a few at a time, backing off while the gateway is away. */

import type { Message } from "./journal";
import type { Device } from "./read-city";
import { signedHeaders } from "./sign";

export interface Reply {
  status: number;
  body: Record<string, unknown>;
  replayed: boolean;
}

const AT_ONCE = 12;
const TIMEOUT_MS = 15_000;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 20_000;
/** What says "not now" rather than "no". */
const ASK_AGAIN = new Set([408, 425, 429, 500, 502, 503, 504]);

export class Sender {
  readonly tally = { answered: 0, replayed: 0, repeats: 0, away: 0, refused: 0 };
  private clockOffsetMs = 0;
  private busy = 0;
  private readonly queue: (() => void)[] = [];
  private stopped = false;
  /** Everybody waits together while the gateway is away, so that it is not met by a crowd when it returns. */
  private awayUntil = 0;
  private failures = 0;

  constructor(
    private readonly gatewayUrl: string,
    private readonly random: () => number,
  ) {}

  stop(): void {
    this.stopped = true;
  }

  /** The final answer to a message, however often it takes; null when the simulator is told to stop before. */
  async deliver(device: Device, message: Message): Promise<Reply | null> {
    for (let attempt = 0; !this.stopped; attempt++) {
      if (attempt > 0) this.tally.repeats++;
      const reply = await this.attempt(device, "POST", message.path, message);
      if (reply && !ASK_AGAIN.has(reply.status) && !this.mayComeRight(reply)) return this.count(reply);
      await this.backOff(attempt, reply);
    }
    return null;
  }

  /** The same message a second time at once, as a nervous device does; the answer does not matter. */
  async nudge(device: Device, message: Message): Promise<void> {
    this.tally.repeats++;
    await this.attempt(device, "POST", message.path, message);
  }

  /** Sends and hangs up before the answer. */
  async cutOff(device: Device, message: Message): Promise<void> {
    this.tally.repeats++;
    await this.attempt(device, "POST", message.path, message, 1 + Math.floor(this.random() * 15));
  }

  private count(reply: Reply): Reply {
    this.tally.answered++;
    if (reply.replayed) this.tally.replayed++;
    if (reply.status >= 400 && reply.status !== 402) this.tally.refused++;
    return reply;
  }

  /** A replayed nonce or a clock that was off is put right by signing anew. */
  private mayComeRight(reply: Reply): boolean {
    return reply.body.code === "nonce_replayed" || reply.body.code === "clock_skew";
  }

  private async attempt(
    device: Device,
    method: "GET" | "POST",
    path: string,
    message: Message,
    timeoutMs = TIMEOUT_MS,
  ): Promise<Reply | null> {
    await this.enter();
    try {
      const url = `${this.gatewayUrl}${path}`;
      const body = JSON.stringify(message.body);
      const response = await fetch(url, {
        method,
        headers: signedHeaders({
          method,
          url,
          keyId: device.keyId,
          privateKey: device.privateKey,
          body,
          message: { key: message.key, sequence: message.sequence },
          createdSeconds: Math.floor((Date.now() + this.clockOffsetMs) / 1000),
        }),
        body,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const answer = (await response.json()) as Record<string, unknown>;
      if (answer.code === "clock_skew") {
        const theirs = Date.parse(response.headers.get("date") ?? "");
        if (Number.isFinite(theirs)) this.clockOffsetMs = theirs - Date.now();
      }
      if (response.status < 500) this.failures = 0;
      const retryAfter = Number(response.headers.get("retry-after"));
      if (retryAfter > 0) this.awayUntil = Math.max(this.awayUntil, Date.now() + retryAfter * 1000);
      return {
        status: response.status,
        body: answer,
        replayed: response.headers.get("idempotency-replayed") === "true",
      };
    } catch {
      if (timeoutMs === TIMEOUT_MS) {
        this.failures++;
        this.tally.away++;
      }
      return null;
    } finally {
      this.leave();
    }
  }

  private async backOff(attempt: number, reply: Reply | null): Promise<void> {
    const steps = Math.min(attempt + (reply ? 0 : this.failures), 8);
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** steps) * (0.5 + this.random());
    const until = Math.max(Date.now() + wait, this.awayUntil);
    await sleep(until - Date.now());
  }

  private async enter(): Promise<void> {
    if (this.busy < AT_ONCE) {
      this.busy++;
      return;
    }
    await new Promise<void>((resolve) => this.queue.push(resolve));
  }

  private leave(): void {
    const next = this.queue.shift();
    if (next) next();
    else this.busy--;
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}
