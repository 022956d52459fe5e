/**
 * The devices' memory: every message is written down before it is sent and crossed out when it is answered, so that a
 * killed simulator asks again for exactly what was open. One JSON object a line; the file is rewritten at the start.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export interface Message {
  key: string;
  deviceId: string;
  sequence: number;
  path: string;
  body: unknown;
  /** What happens with the answer: a session that was authorised is captured later. */
  afterwards?: { capture: string; afterMs: number } | undefined;
}

/** Something that a device means to do later. */
export interface Plan {
  id: string;
  dueAt: number;
  deviceId: string;
  paymentId: string;
  amount: { amount: string; currency: string };
}

type Line =
  | { op: "sequence"; deviceId: string; sequence: number }
  | { op: "message"; message: Message }
  | { op: "answered"; key: string }
  | { op: "plan"; plan: Plan }
  | { op: "planned"; id: string };

export class Journal {
  readonly open = new Map<string, Message>();
  readonly plans = new Map<string, Plan>();
  private readonly sequences = new Map<string, number>();

  constructor(private readonly file: string) {
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file)) {
      for (const line of readFileSync(file, "utf8").split("\n")) this.replay(line);
    }
    this.rewrite();
  }

  /** Gives a message the device's next number and writes it down. */
  begin(message: Omit<Message, "sequence">): Message {
    const sequence = (this.sequences.get(message.deviceId) ?? firstNumber()) + 1;
    const numbered = { ...message, sequence };
    this.append({ op: "message", message: numbered });
    return numbered;
  }

  /** Crosses a message out, together with what it leads to. */
  finish(key: string, plan?: Plan): void {
    if (plan) this.append({ op: "plan", plan });
    this.append({ op: "answered", key });
  }

  plan(plan: Plan): void {
    this.append({ op: "plan", plan });
  }

  /** A plan is done when the message that it led to is written down. */
  fulfil(id: string): void {
    this.append({ op: "planned", id });
  }

  private append(line: Line): void {
    appendFileSync(this.file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    this.apply(line);
  }

  private replay(text: string): void {
    try {
      if (text !== "") this.apply(JSON.parse(text) as Line);
    } catch {
      // Only the last line can be torn, by a kill in the midst of writing it; its message was never sent.
    }
  }

  private apply(line: Line): void {
    if (line.op === "sequence") this.raise(line.deviceId, line.sequence);
    else if (line.op === "message") {
      this.raise(line.message.deviceId, line.message.sequence);
      this.open.set(line.message.key, line.message);
    } else if (line.op === "answered") this.open.delete(line.key);
    else if (line.op === "plan") this.plans.set(line.plan.id, line.plan);
    else this.plans.delete(line.id);
  }

  private raise(deviceId: string, sequence: number): void {
    this.sequences.set(deviceId, Math.max(sequence, this.sequences.get(deviceId) ?? 0));
  }

  /** Leaves only what still matters, in a file that replaces the old one at once. */
  private rewrite(): void {
    const lines: Line[] = [
      ...[...this.sequences].map(([deviceId, sequence]) => ({ op: "sequence" as const, deviceId, sequence })),
      ...[...this.open.values()].map((message) => ({ op: "message" as const, message })),
      ...[...this.plans.values()].map((plan) => ({ op: "plan" as const, plan })),
    ];
    const next = `${this.file}.next`;
    writeFileSync(next, lines.map((line) => `${JSON.stringify(line)}\n`).join(""), { mode: 0o600 });
    renameSync(next, this.file);
  }
}

/** A device whose journal was lost starts above all numbers that it can have used: it counts slower than seconds do. */
function firstNumber(): number {
  return Math.floor(Date.now() / 1000);
}
