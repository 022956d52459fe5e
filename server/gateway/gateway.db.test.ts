import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { connect } from "node:net";
import { Ajv2020 } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addCredential, changeDeviceState, getDevice, revokeCredential } from "@/server/devices/service";
import { addWallet, createWorld, type TestWorld } from "@/server/payments/testing";
import { withScope } from "@/server/platform/db";
import { type Id, toPublicId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { buildGateway } from "./gateway";
import { operationList } from "./operations";
import { type SignableRequest, signRequest } from "./sign-request";

useTestDatabase();
const PUBLIC = "https://devices.example.org/edge";
const system = mintSystemScope("test");

let gateway: ReturnType<typeof buildGateway>;
let address = "";
let world: TestWorld;
let credentialId: Id<"credential">;
let privateKey: KeyObject;
let wallet: string;
let sequence = 0;
const document = { openApi: {} as Record<string, unknown> };
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);

beforeAll(async () => {
  gateway = buildGateway({ publicUrl: PUBLIC });
  address = await gateway.app.listen({ host: "127.0.0.1", port: 0 });
  document.openApi = (await (await fetch(`${address}/openapi.json`)).json()) as Record<string, unknown>;
  ajv.addSchema(document.openApi, "openapi");
});
afterAll(async () => {
  await gateway.app.close();
});
beforeEach(async () => {
  world = await createWorld();
  const pair = generateKeyPairSync("ed25519");
  privateKey = pair.privateKey;
  const pem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
  credentialId = (await addCredential(world.operator, { deviceId: world.deviceId, publicKey: pem }))
    .credentialId;
  wallet = (await addWallet(world, 100_000_000n)).token;
  sequence = 0;
});

interface Sent extends Partial<Omit<SignableRequest, "body" | "message">> {
  path?: string;
  body?: unknown;
  rawBody?: string;
  key?: string;
  sequence?: number;
  extra?: Record<string, string>;
  /** Left out: both where the operation needs them. */
  withMessage?: boolean;
}

async function send(sent: Sent = {}) {
  const path = sent.path ?? "/v1/payments";
  const method = sent.method ?? "POST";
  const body = sent.rawBody ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
  const headers = signRequest({
    method,
    targetUri: `${PUBLIC}${path}`,
    keyId: toPublicId("credential", credentialId),
    privateKey,
    body,
    message:
      (sent.withMessage ?? method === "POST")
        ? { idempotencyKey: sent.key ?? randomUUID(), sequence: sent.sequence ?? ++sequence }
        : undefined,
    ...(({ path: _p, body: _b, rawBody: _r, key: _k, sequence: _s, extra: _e, withMessage: _w, ...rest }) =>
      rest)(sent),
  });
  const response = await fetch(`${address}${path}`, {
    method,
    headers: { ...headers, ...sent.extra },
    ...(body === undefined ? {} : { body }),
  });
  return await readAnswer(response, method, path);
}

/** Every answer in these tests is held against the document that the gateway serves. */
async function readAnswer(response: Response, method: string, path: string) {
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
  const documented = ajv.getSchema(
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

const payment = (over: Record<string, unknown> = {}) => ({
  amount: { amount: "2.75", currency: "EUR" },
  instrument: { token: wallet },
  capture: false,
  ...over,
});

async function countPayments(): Promise<bigint> {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ count: bigint }>("select count(*) as count from payment where merchant_id = $1", [
      world.merchantId,
    ]),
  );
  return rows[0]?.count ?? 0n;
}

describe("a payment", () => {
  test("is authorised, captured in part, and read again", async () => {
    const made = await send({ body: payment() });
    expect(made).toMatchObject({ status: 201, json: { state: "authorised", declineReason: null } });
    const id = String(made.json.id);
    const captured = await send({
      path: `/v1/payments/${id}/capture`,
      body: { amount: { amount: "2.00", currency: "EUR" } },
    });
    expect(captured).toMatchObject({
      status: 200,
      json: { state: "captured", captured: { amount: "2.00" } },
    });
    const read = await send({ method: "GET", path: `/v1/payments/${id}` });
    expect(read).toMatchObject({ status: 200, json: { id, state: "captured" } });
  });

  test("is voided without a body, and voiding again changes nothing", async () => {
    const { json } = await send({ body: payment() });
    const path = `/v1/payments/${json.id}/void`;
    expect(await send({ path })).toMatchObject({ status: 200, json: { state: "voided" } });
    expect(await send({ path, body: {} })).toMatchObject({ status: 200, json: { state: "voided" } });
    expect(await send({ path: `/v1/payments/${json.id}/capture` })).toMatchObject({
      status: 409,
      code: "payment_not_authorised",
    });
  });

  test("that is declined is an answer with a reason, kept like any other", async () => {
    const body = payment({ amount: { amount: "150.00", currency: "EUR" }, capture: true });
    const key = randomUUID();
    const declined = await send({ body, key, sequence: 1 });
    expect(declined).toMatchObject({
      status: 402,
      json: { state: "declined", declineReason: "insufficient_funds" },
    });
    const again = await send({ body, key, sequence: 1 });
    expect(again).toMatchObject({ status: 402, replayed: true });
    // Byte for byte, the order of names included.
    expect(JSON.stringify(again.json)).toBe(JSON.stringify(declined.json));
  });

  test("of another device cannot be seen or touched", async () => {
    const { json } = await send({ body: payment() });
    const mine = { world, credentialId, privateKey };
    world = await createWorld();
    const pair = generateKeyPairSync("ed25519");
    privateKey = pair.privateKey;
    const pem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
    credentialId = (await addCredential(world.operator, { deviceId: world.deviceId, publicKey: pem }))
      .credentialId;
    const path = `/v1/payments/${json.id}`;
    expect(await send({ method: "GET", path })).toMatchObject({ status: 404, code: "payment_not_found" });
    expect(await send({ path: `${path}/capture` })).toMatchObject({ status: 404 });
    expect(await send({ path: `${path}/void` })).toMatchObject({ status: 404 });
    ({ world, credentialId, privateKey } = mine);
    expect(await send({ method: "GET", path })).toMatchObject({ json: { state: "authorised" } });
  });

  test("is not captured in another currency, nor above what was authorised", async () => {
    const { json } = await send({ body: payment() });
    const path = `/v1/payments/${json.id}/capture`;
    const capture = (amount: string, currency: string) =>
      send({ path, body: { amount: { amount, currency } } });
    expect(await capture("1.00", "USD")).toMatchObject({ status: 422, code: "invalid_request" });
    expect(await capture("2.76", "EUR")).toMatchObject({ status: 422, code: "amount_above_authorised" });
    expect(await capture("1.005", "EUR")).toMatchObject({
      status: 422,
      code: "amount_not_whole_minor_units",
    });
  });
});

describe("repeats on a bad network", () => {
  test("five equal messages, at once and one after another, charge once and get one answer", async () => {
    const body = payment({ capture: true });
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => send({ body, key, sequence: 1 })));
    answers.push(await send({ body, key, sequence: 1 }));
    expect(new Set(answers.map((answer) => answer.json.id)).size).toBe(1);
    expect(answers.every((answer) => answer.status === 201)).toBe(true);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(await countPayments()).toBe(1n);
  });

  test("a repeat may be written differently, as long as it says the same", async () => {
    const key = randomUUID();
    const first = await send({
      key,
      sequence: 1,
      rawBody: `{"amount":{"amount":"2.75","currency":"EUR"},"instrument":{"token":"${wallet}"}}`,
    });
    const again = await send({
      key,
      sequence: 1,
      rawBody: `{ "instrument": {"token":"${wallet}"},\n "capture": false, "amount":{"currency":"EUR","amount":"2.75"}}`,
    });
    expect(first.status).toBe(201);
    expect(again).toMatchObject({ status: 201, replayed: true, json: { id: first.json.id } });
  });

  test("the same key with another body or number, and the same number with another key, are refused", async () => {
    const key = randomUUID();
    expect((await send({ body: payment(), key, sequence: 1 })).status).toBe(201);
    const other = payment({ amount: { amount: "2.76", currency: "EUR" } });
    expect(await send({ body: other, key, sequence: 1 })).toMatchObject({
      status: 409,
      code: "idempotency_key_reused",
    });
    expect(await send({ body: payment(), key, sequence: 2 })).toMatchObject({
      status: 409,
      code: "idempotency_key_reused",
    });
    expect(await send({ body: payment(), sequence: 1 })).toMatchObject({
      status: 409,
      code: "sequence_reused",
    });
    expect(await countPayments()).toBe(1n);
  });

  test("messages that overtake each other are all taken", async () => {
    const statuses = [];
    for (const number of [3, 1, 2, 5, 4])
      statuses.push((await send({ body: payment(), sequence: number })).status);
    expect(statuses).toEqual([201, 201, 201, 201, 201]);
    // The sixth tap in a row is held for a look: taken all the same.
    expect((await send({ body: payment(), sequence: 5000 })).status).toBe(202);
    expect(await send({ body: payment(), sequence: 3999 })).toMatchObject({
      status: 409,
      code: "sequence_too_old",
    });
  });

  test("the same capture twice captures once and answers alike; a message that was refused for its form may be mended", async () => {
    const { json } = await send({ body: payment() });
    const path = `/v1/payments/${json.id}/capture`;
    const key = randomUUID();
    const first = await send({ path, key, sequence: 50 });
    const again = await send({ path, key, sequence: 50 });
    expect(again).toMatchObject({ status: 200, replayed: true, json: first.json });
    const mended = randomUUID();
    expect((await send({ key: mended, sequence: 51, body: { nonsense: true } })).status).toBe(422);
    expect((await send({ key: mended, sequence: 51, body: payment() })).status).toBe(201);
  });

  test("a request that is replayed byte by byte is refused", async () => {
    const nonce = "0123456789abcdef";
    expect((await send({ body: payment(), nonce, key: "one", sequence: 1 })).status).toBe(201);
    expect(await send({ body: payment(), nonce, key: "one", sequence: 1 })).toMatchObject({
      status: 401,
      code: "nonce_replayed",
    });
    const read = {
      method: "GET",
      path: "/v1/payments/pay_01jx3k5v8qf7tt9m2r6c4h0b1e",
      nonce: "fedcba9876543210",
    } as const;
    expect((await send(read)).code).toBe("payment_not_found");
    expect((await send(read)).code).toBe("nonce_replayed");
  });
});

describe("who may not", () => {
  test("every operation but the open four refuses what is not signed, and what another signs for this key", async () => {
    const open: string[] = [];
    for (const [id, operation] of operationList) {
      const path = operation.path
        .replace("{paymentId}", "pay_01jx3k5v8qf7tt9m2r6c4h0b1e")
        .replace("{code}", "internal");
      const method = operation.method.toUpperCase();
      if (!operation.signed) open.push(id);
      const unsigned = await fetch(`${address}${path}`, { method });
      expect((await readAnswer(unsigned, method, path)).code ?? null, id).toBe(
        operation.signed ? "signature_missing" : id === "explainProblem" ? "internal" : null,
      );
      if (!operation.signed) continue;
      const body = operation.body?.example;
      const stranger = generateKeyPairSync("ed25519").privateKey;
      expect(await send({ method, path, body, privateKey: stranger }), id).toMatchObject({
        status: 401,
        code: "signature_invalid",
      });
    }
    expect(open.sort()).toEqual(["explainProblem", "getOpenApi", "isLive", "isReady"]);
  });

  test("unknown keys, false signatures and made-up ids get one and the same answer, and not sooner than each other", async () => {
    const stranger = generateKeyPairSync("ed25519").privateKey;
    const started = performance.now();
    const answers = [
      await send({ body: payment(), privateKey: stranger }),
      await send({ body: payment(), keyId: "cred_01jx3k5v8qf7tt9m2r6c4h0b1e" }),
      await send({ body: payment(), keyId: "not an id at all" }),
    ];
    expect(performance.now() - started).toBeGreaterThanOrEqual(3 * 19);
    for (const { status, json } of answers) {
      const { requestId: _, ...rest } = json;
      const { requestId: __, ...first } = answers[0]?.json ?? {};
      expect([status, rest]).toEqual([401, first]);
    }
    expect(answers[0]?.code).toBe("signature_invalid");
  });

  test("a device that is suspended, retired or whose credential is revoked is refused by name, at once", async () => {
    const { deviceId, operator } = world;
    expect((await send({ body: payment() })).status).toBe(201);
    await changeDeviceState(operator, { deviceId, action: "suspend" });
    expect(await send({ body: payment() })).toMatchObject({ status: 403, code: "device_suspended" });
    await changeDeviceState(operator, { deviceId, action: "activate" });
    expect((await send({ body: payment() })).status).toBe(201);
    await revokeCredential(operator, credentialId);
    expect(await send({ body: payment() })).toMatchObject({ status: 401, code: "credential_revoked" });
    await changeDeviceState(operator, { deviceId, action: "retire" });
    expect((await send({ method: "GET", path: "/v1/payments/pay_01jx3k5v8qf7tt9m2r6c4h0b1e" })).code).toBe(
      "credential_revoked",
    );
    expect(await countPayments()).toBe(2n);
  });

  test("refusals are noted for the device, those that prove nothing apart", async () => {
    await send({ body: payment(), privateKey: generateKeyPairSync("ed25519").privateKey });
    await send({ body: payment(), createdSeconds: Math.floor(Date.now() / 1000) - 400 });
    await send({ body: { amount: 1 } });
    await send({ body: payment(), sequence: 900 });
    await send({ body: payment(), sequence: 900 });
    await gateway.flush();
    const device = await getDevice(world.operator, world.deviceId);
    expect(new Map(device.refusals.map((refusal) => [refusal.code, refusal.verified]))).toEqual(
      new Map([
        ["signature_invalid", false],
        ["clock_skew", false],
        ["invalid_request", true],
        ["sequence_reused", true],
      ]),
    );
    expect(device.lastSequence).toBe(900n);
    expect(device.lastSeenAt?.getTime()).toBeGreaterThan(Date.now() - 10_000);
  });

  test("a clock that is off learns the time", async () => {
    const off = await send({ body: payment(), createdSeconds: Math.floor(Date.now() / 1000) + 301 });
    expect(off).toMatchObject({ status: 401, code: "clock_skew" });
    expect(Math.abs(Date.parse(off.headers.get("date") ?? "") - Date.now())).toBeLessThan(5_000);
  });

  test("a request that was signed for another address is refused, whatever it says of itself", async () => {
    expect((await send({ body: payment(), targetUri: "https://elsewhere.example/v1/payments" })).code).toBe(
      "signature_invalid",
    );
    const forwarded = {
      "x-forwarded-host": "elsewhere.example",
      "x-forwarded-proto": "https",
      forwarded: "host=elsewhere.example",
    };
    expect(
      (await send({ body: payment(), targetUri: "https://elsewhere.example/v1/payments", extra: forwarded }))
        .code,
    ).toBe("signature_invalid");
    expect((await send({ body: payment(), targetUri: `${address}/v1/payments` })).status).toBe(201);
  });
});

describe("bodies", () => {
  test("that are no JSON, not of the form, too large or of another type are refused with a code", async () => {
    expect(await send({ rawBody: "{" })).toMatchObject({ status: 400, code: "malformed_body" });
    expect(await send({})).toMatchObject({ status: 400, code: "malformed_body" });
    const wrong = await send({ body: payment({ amount: { amount: 2.75, currency: "EUR" }, extra: 1 }) });
    expect(wrong).toMatchObject({ status: 422, code: "invalid_request" });
    expect(wrong.json.errors).toContainEqual(expect.objectContaining({ field: "amount.amount" }));
    for (const amount of ["0", "0.00", "-1", "1e3", "2,75", "", "99999999999", "1.2345678"]) {
      expect((await send({ body: payment({ amount: { amount, currency: "EUR" } }) })).status, amount).toBe(
        422,
      );
    }
    expect(await send({ body: payment({ amount: { amount: "2.755", currency: "EUR" } }) })).toMatchObject({
      code: "amount_not_whole_minor_units",
    });
    expect(await send({ rawBody: `"${"x".repeat(17_000)}"` })).toMatchObject({
      status: 413,
      code: "body_too_large",
    });
    expect(await send({ body: payment(), extra: { "content-type": "text/plain" } })).toMatchObject({
      status: 415,
      code: "unsupported_media_type",
    });
    expect(await send({ body: payment({ occurredAt: "2020-01-01T00:00:00Z" }) })).toMatchObject({
      code: "occurred_at_out_of_range",
    });
    expect(await countPayments()).toBe(0n);
  });

  test("with a card number anywhere are refused, and the number is kept nowhere", async () => {
    const number = "4111111111111111";
    const bodies = [
      payment({ instrument: { token: number } }),
      payment({ description: `card 4111 1111 1111 1111` }),
      payment({ quantity: { [number]: "1" } }),
      payment({ note: Number(number) }),
    ];
    for (const body of bodies) {
      expect(await send({ body })).toMatchObject({ status: 422, code: "card_number_refused" });
    }
    expect(await send({ body: payment(), key: number })).toMatchObject({ code: "card_number_refused" });
    await gateway.flush();
    const device = await getDevice(world.operator, world.deviceId);
    expect(JSON.stringify(device.refusals, (_, value) => String(value))).not.toContain("4111");
    expect(await countPayments()).toBe(0n);
  });

  test("that were changed on the way are refused before anything else", async () => {
    const body = JSON.stringify(payment());
    const headers = signRequest({
      method: "POST",
      targetUri: `${PUBLIC}/v1/payments`,
      keyId: toPublicId("credential", credentialId),
      privateKey,
      body,
      message: { idempotencyKey: "k", sequence: 1 },
    });
    const changed = await fetch(`${address}/v1/payments`, {
      method: "POST",
      headers,
      body: body.replace("2.75", "9.75"),
    });
    expect(await readAnswer(changed, "POST", "/v1/payments")).toMatchObject({
      status: 400,
      code: "content_digest_invalid",
    });
  });

  test("messages without key or number, or with odd ones, are refused", async () => {
    expect(await send({ body: payment(), withMessage: false })).toMatchObject({
      status: 401,
      code: "signature_incomplete",
    });
    for (const key of ["", "ø", "a b", "x".repeat(65)]) {
      const answer = await send({ body: payment(), key }).catch(() => null);
      if (answer) expect(["idempotency_key_invalid", "signature_incomplete"], key).toContain(answer.code);
    }
    for (const number of [0, -1, 1.5, 1e15]) {
      expect((await send({ body: payment(), sequence: number })).code).toBe("device_sequence_invalid");
    }
  });
});

describe("usage", () => {
  const record = (key: string, amount = "0.000412") => ({
    key,
    instrument: { token: wallet },
    amount: { amount, currency: "EUR" },
    occurredAt: new Date().toISOString(),
    quantity: "0.0032",
    unit: "kwh",
  });

  test("records are taken once each, and a repeat of the batch says so", async () => {
    const body = {
      records: [record("a"), record("b"), { ...record("c"), instrument: { token: "nobody-knows" } }],
    };
    const first = await send({ path: "/v1/usage", body });
    expect(first).toMatchObject({ status: 200, json: { recorded: 2, duplicates: 0, refused: 1 } });
    const again = await send({ path: "/v1/usage", body });
    expect(again).toMatchObject({ status: 200, json: { recorded: 0, duplicates: 2, refused: 1 } });
  });

  test("a batch of a thousand fits, one more does not", async () => {
    const records = Array.from({ length: 1001 }, (_, i) => record(`r${i}`));
    expect(await send({ path: "/v1/usage", body: { records } })).toMatchObject({
      status: 422,
      code: "invalid_request",
    });
    const full = await send({ path: "/v1/usage", body: { records: records.slice(1) } });
    expect(full).toMatchObject({ status: 200, json: { recorded: 1000 } });
  });
});

describe("the service around it", () => {
  test("says that it lives and is ready, and explains its problems", async () => {
    expect(await (await fetch(`${address}/healthz`)).json()).toEqual({ state: "live" });
    expect(await (await fetch(`${address}/readyz`)).json()).toEqual({
      state: "ready",
      database: "up",
      inFlight: 0,
    });
    const { json } = await send({ body: payment(), keyId: "cred_x" });
    expect(json.type).toBe(`${PUBLIC}/problems/signature_invalid`);
    const explained = await fetch(`${address}/problems/signature_invalid`);
    expect(await explained.json()).toMatchObject({ code: "signature_invalid", status: 401 });
  });

  test("answers what is not there with problems too", async () => {
    const missing = await fetch(`${address}/v2/payments`);
    expect([missing.status, missing.headers.get("content-type")]).toEqual([
      404,
      "application/problem+json; charset=utf-8",
    ]);
    const wrong = await fetch(`${address}/v1/payments`, { method: "DELETE" });
    expect([
      wrong.status,
      wrong.headers.get("allow"),
      ((await wrong.json()) as { code: string }).code,
    ]).toEqual([405, "POST", "method_not_allowed"]);
    const unsigned = await fetch(`${address}/v1/payments/pay_1`);
    expect(((await unsigned.json()) as { code: string }).code).toBe("signature_missing");
    const { port } = new URL(address);
    const raw = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), "127.0.0.1", () => socket.write("NONSENSE\r\n\r\n"));
      let said = "";
      socket.on("data", (chunk) => {
        said += chunk;
      });
      socket.on("close", () => resolve(said));
    });
    expect(raw).toContain("400");
    expect(raw).toContain("malformed_request");
  });

  test("turns away what it cannot do in time, and takes it later", async () => {
    const narrow = buildGateway({ publicUrl: PUBLIC, maxInFlight: 2 });
    const at = await narrow.app.listen({ host: "127.0.0.1", port: 0 });
    const before = address;
    address = at;
    try {
      const answers = await Promise.all(Array.from({ length: 30 }, () => send({ body: payment() })));
      const turnedAway = answers.filter((answer) => answer.status === 429);
      expect(turnedAway.length).toBeGreaterThan(0);
      for (const answer of turnedAway) expect(answer.headers.get("retry-after")).toBe("1");
      expect(answers.filter((answer) => answer.status === 201).length + turnedAway.length).toBe(30);
      expect((await send({ body: payment() })).status).toBe(201);
    } finally {
      address = before;
      await narrow.app.close();
    }
  });
});
