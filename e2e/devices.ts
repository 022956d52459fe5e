/** Devices that speak to the gateway from outside, signing each request with their own key. */
import { createPrivateKey, type KeyObject, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { signedHeaders } from "@/simulator/sign";
import { stack } from "./stack";

export interface DeviceIdentity {
  keyId: string;
  privateKeyPem: string;
  currency: string;
}

interface SeededDevice extends DeviceIdentity {
  deviceId: string;
  kind: string;
  merchant: string;
}

export interface PaymentAnswer {
  status: number;
  body: {
    id?: string;
    state?: string;
    declineReason?: string | null;
    code?: string;
    amount?: { amount: string; currency: string };
    captured?: { amount: string; currency: string };
  };
}

export interface Payment {
  amount: string;
  token?: string;
  capture?: boolean;
  description?: string;
  /** Exact decimals by unit. */
  quantity?: Record<string, string>;
}

export class TestDevice {
  private readonly privateKey: KeyObject;
  private sequence = 0;

  constructor(
    private readonly identity: DeviceIdentity,
    /** Of the running stack, unless another deployment is spoken to. */
    private readonly gatewayUrl = stack.gatewayUrl,
  ) {
    this.privateKey = createPrivateKey(identity.privateKeyPem);
  }

  /** Asks for a payment with a card that nobody has used before, unless one is named. */
  async pay({ amount, token, capture = true, description, quantity }: Payment): Promise<PaymentAnswer> {
    const { currency } = this.identity;
    return await this.send("POST", "/v1/payments", {
      amount: { amount, currency },
      instrument: { token: token ?? `tok_e2e_${randomUUID().slice(0, 8)}_ok` },
      capture,
      ...(description && { description }),
      ...(quantity && { quantity }),
    });
  }

  async ask(paymentId: string): Promise<PaymentAnswer> {
    return await this.send("GET", `/v1/payments/${paymentId}`, null);
  }

  private async send(method: "GET" | "POST", path: string, body: unknown): Promise<PaymentAnswer> {
    // The clock's milliseconds grow from run to run, so a stack that stays up takes them again and again.
    this.sequence = Math.max(this.sequence + 1, Date.now());
    const url = `${this.gatewayUrl}${path}`;
    const text = body === null ? null : JSON.stringify(body);
    const headers = signedHeaders({
      method,
      url,
      keyId: this.identity.keyId,
      privateKey: this.privateKey,
      body: text,
      message: method === "POST" ? { key: randomUUID(), sequence: this.sequence } : null,
      createdSeconds: Math.floor(Date.now() / 1000),
    });
    const response = await fetch(url, { method, headers, body: text });
    return { status: response.status, body: (await response.json()) as PaymentAnswer["body"] };
  }
}

/**
 * A device of the demo city. Its messages are numbered by the clock, so each test takes a device of its own: the
 * number says which of that merchant's kind.
 */
export function seededDevice(merchant: string, kind: string, number: number): TestDevice {
  const file = readFileSync(join(stack.dataDir, "simulator.json"), "utf8");
  const { devices } = JSON.parse(file) as { devices: SeededDevice[] };
  const found = devices.filter((each) => each.merchant === merchant && each.kind === kind)[number];
  if (!found) throw new Error(`${merchant} has no ${kind} number ${number}.`);
  return new TestDevice(found);
}
