/** A gateway over real HTTP for database tests, with a device, a wallet and a client that signs for it. */
import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { Ajv2020 } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { addCredential } from "@/server/devices/service";
import { addWallet, createWorld, type TestWorld } from "@/server/payments/testing";
import { withScope } from "@/server/platform/db";
import { type Id, toPublicId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { buildGateway } from "./gateway";
import { type SignableRequest, signRequest } from "./sign-request";

/** Where the devices believe the gateway is; the tests reach it on loopback, as a proxy would. */
export const PUBLIC_URL = "https://devices.example.org/edge";

export interface Sent extends Partial<Omit<SignableRequest, "body" | "message">> {
  path?: string;
  body?: unknown;
  rawBody?: string;
  key?: string;
  sequence?: number;
  extra?: Record<string, string>;
  /** Left out: both where the operation needs them. */
  withMessage?: boolean;
}

interface Identity {
  world: TestWorld;
  credentialId: Id<"credential">;
  privateKey: KeyObject;
}

/** Call at the top of a test file, after `useTestDatabase()`; every test gets a device of its own. */
export function useGateway(): GatewayClient {
  const client = new GatewayClient();
  beforeAll(() => client.open());
  beforeEach(() => client.becomeNewDevice());
  afterAll(() => client.close());
  return client;
}

class GatewayClient {
  readonly gateway = buildGateway({ publicUrl: PUBLIC_URL });
  address = "";
  wallet = "";
  private identity: Identity | undefined;
  private sequence = 0;
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });

  async open(): Promise<void> {
    addFormats.default(this.ajv);
    this.address = await this.gateway.app.listen({ host: "127.0.0.1", port: 0 });
    const document = (await (await fetch(`${this.address}/openapi.json`)).json()) as Record<string, unknown>;
    this.ajv.addSchema(document, "openapi");
  }

  async close(): Promise<void> {
    await this.gateway.app.close();
  }

  /** From now on speaks for a new device of a new merchant; gives back who it was. */
  async becomeNewDevice(): Promise<Identity | undefined> {
    const before = this.identity;
    const world = await createWorld();
    const pair = generateKeyPairSync("ed25519");
    const publicKey = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
    const { credentialId } = await addCredential(world.operator, { deviceId: world.deviceId, publicKey });
    this.become({ world, credentialId, privateKey: pair.privateKey });
    this.wallet = (await addWallet(world, 100_000_000n)).token;
    return before;
  }

  become(identity: Identity): void {
    this.identity = identity;
    this.sequence = 0;
  }

  private get self(): Identity {
    if (!this.identity) throw new Error("no device yet");
    return this.identity;
  }

  get world(): TestWorld {
    return this.self.world;
  }

  get credentialId(): Id<"credential"> {
    return this.self.credentialId;
  }

  /** A body for POST /v1/payments that is accepted. */
  payment(over: Record<string, unknown> = {}) {
    return {
      amount: { amount: "2.75", currency: "EUR" },
      instrument: { token: this.wallet },
      capture: false,
      ...over,
    };
  }

  sign(request: Omit<SignableRequest, "keyId" | "privateKey">): Record<string, string> {
    return signRequest({
      keyId: toPublicId("credential", this.credentialId),
      privateKey: this.self.privateKey,
      ...request,
    });
  }

  async send({
    path = "/v1/payments",
    body: json,
    rawBody,
    key,
    sequence,
    extra,
    withMessage,
    ...rest
  }: Sent = {}) {
    const method = rest.method ?? "POST";
    const body = rawBody ?? (json === undefined ? undefined : JSON.stringify(json));
    const message =
      (withMessage ?? method === "POST")
        ? { idempotencyKey: key ?? randomUUID(), sequence: sequence ?? ++this.sequence }
        : undefined;
    const headers = this.sign({ targetUri: `${PUBLIC_URL}${path}`, ...rest, method, body, message });
    const response = await fetch(`${this.address}${path}`, {
      method,
      headers: { ...headers, ...extra },
      ...(body === undefined ? {} : { body }),
    });
    return await this.readAnswer(response, method, path);
  }

  /** Whether a body is what a schema of the served document describes. */
  validator(reference: string): (body: unknown) => boolean {
    const fits = this.ajv.getSchema(`openapi${reference}`);
    if (!fits) throw new Error(`the document has no ${reference}`);
    return (body) => fits(body) === true;
  }

  /** Every answer in these tests is held against the document that the gateway serves. */
  async readAnswer(response: Response, method: string, path: string) {
    const json = (await response.json()) as Record<string, unknown>;
    const template = path
      .replace(/\?.*/, "")
      .replace(/^(\/v1\/payments\/)[^/]+/, "$1{paymentId}")
      .replace(/^(\/problems\/).+/, "$1{code}");
    const mediaType = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
    const pointer = [
      "paths",
      template,
      method.toLowerCase(),
      "responses",
      String(response.status),
      "content",
      mediaType,
      "schema",
    ]
      .map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1"))
      .join("/");
    const documented = this.ajv.getSchema(
      `openapi#/${encodeURI(pointer).replaceAll("%7B", "{").replaceAll("%7D", "}")}`,
    );
    if (response.status !== 405 && template.startsWith("/v1/")) {
      expect(
        documented,
        `${method} ${template} ${response.status} ${mediaType} is not documented`,
      ).toBeDefined();
      documented?.(json);
      expect(documented?.errors ?? null).toBeNull();
    }
    expect(response.headers.get("request-id")).toBeTruthy();
    return {
      status: response.status,
      json,
      code: json.code as string | undefined,
      replayed: response.headers.get("idempotency-replayed") === "true",
      headers: response.headers,
    };
  }

  async countPayments(): Promise<bigint> {
    const { rows } = await withScope(mintSystemScope("test"), (tx) =>
      tx.query<{ count: bigint }>("select count(*) as count from payment where merchant_id = $1", [
        this.world.merchantId,
      ]),
    );
    return rows[0]?.count ?? 0n;
  }
}
