import { generateKeyPairSync } from "node:crypto";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { changeDeviceState, getDevice, revokeCredential } from "@/server/devices/service";
import { useTestDatabase } from "@/server/platform/testing";
import { buildGateway } from "./gateway";
import { operationList } from "./operations";
import { PUBLIC_URL, useGateway } from "./testing";

useTestDatabase();
const api = useGateway();

describe("who may not", () => {
  test("every operation but the open four refuses what is not signed, and what another signs for this key", async () => {
    const open: string[] = [];
    for (const [id, operation] of operationList) {
      const path = operation.path
        .replace("{paymentId}", "pay_01jx3k5v8qf7tt9m2r6c4h0b1e")
        .replace("{code}", "internal");
      const method = operation.method.toUpperCase();
      if (!operation.signed) open.push(id);
      const unsigned = await fetch(`${api.address}${path}`, { method });
      expect((await api.readAnswer(unsigned, method, path)).code ?? null, id).toBe(
        operation.signed ? "signature_missing" : id === "explainProblem" ? "internal" : null,
      );
      if (!operation.signed) continue;
      const body = operation.body?.example;
      const stranger = generateKeyPairSync("ed25519").privateKey;
      expect(await api.send({ method, path, body, privateKey: stranger }), id).toMatchObject({
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
      await api.send({ body: api.payment(), privateKey: stranger }),
      await api.send({ body: api.payment(), keyId: "cred_01jx3k5v8qf7tt9m2r6c4h0b1e" }),
      await api.send({ body: api.payment(), keyId: "not an id at all" }),
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
    const { deviceId, operator } = api.world;
    expect((await api.send({ body: api.payment() })).status).toBe(201);
    await changeDeviceState(operator, { deviceId, action: "suspend" });
    expect(await api.send({ body: api.payment() })).toMatchObject({ status: 403, code: "device_suspended" });
    await changeDeviceState(operator, { deviceId, action: "activate" });
    expect((await api.send({ body: api.payment() })).status).toBe(201);
    await revokeCredential(operator, api.credentialId);
    expect(await api.send({ body: api.payment() })).toMatchObject({
      status: 401,
      code: "credential_revoked",
    });
    await changeDeviceState(operator, { deviceId, action: "retire" });
    expect(
      (await api.send({ method: "GET", path: "/v1/payments/pay_01jx3k5v8qf7tt9m2r6c4h0b1e" })).code,
    ).toBe("credential_revoked");
    expect(await api.countPayments()).toBe(2n);
  });

  test("refusals are noted for the device, those that prove nothing apart", async () => {
    await api.send({ body: api.payment(), privateKey: generateKeyPairSync("ed25519").privateKey });
    await api.send({ body: api.payment(), createdSeconds: Math.floor(Date.now() / 1000) - 400 });
    await api.send({ body: { amount: 1 } });
    await api.send({ body: api.payment(), sequence: 900 });
    await api.send({ body: api.payment(), sequence: 900 });
    await api.gateway.flush();
    const device = await getDevice(api.world.operator, api.world.deviceId);
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
    const off = await api.send({ body: api.payment(), createdSeconds: Math.floor(Date.now() / 1000) + 301 });
    expect(off).toMatchObject({ status: 401, code: "clock_skew" });
    expect(Math.abs(Date.parse(off.headers.get("date") ?? "") - Date.now())).toBeLessThan(5_000);
  });

  test("a request that was signed for another address is refused, whatever it says of itself", async () => {
    expect(
      (await api.send({ body: api.payment(), targetUri: "https://elsewhere.example/v1/payments" })).code,
    ).toBe("signature_invalid");
    const forwarded = {
      "x-forwarded-host": "elsewhere.example",
      "x-forwarded-proto": "https",
      forwarded: "host=elsewhere.example",
    };
    expect(
      (
        await api.send({
          body: api.payment(),
          targetUri: "https://elsewhere.example/v1/payments",
          extra: forwarded,
        })
      ).code,
    ).toBe("signature_invalid");
    expect((await api.send({ body: api.payment(), targetUri: `${api.address}/v1/payments` })).status).toBe(
      201,
    );
  });
});

describe("bodies", () => {
  test("that are no JSON, not of the form, too large or of another type are refused with a code", async () => {
    expect(await api.send({ rawBody: "{" })).toMatchObject({ status: 400, code: "malformed_body" });
    expect(await api.send({})).toMatchObject({ status: 400, code: "malformed_body" });
    const wrong = await api.send({
      body: api.payment({ amount: { amount: 2.75, currency: "EUR" }, extra: 1 }),
    });
    expect(wrong).toMatchObject({ status: 422, code: "invalid_request" });
    expect(wrong.json.errors).toContainEqual(expect.objectContaining({ field: "amount.amount" }));
    for (const amount of ["0", "0.00", "-1", "1e3", "2,75", "", "99999999999", "1.2345678"]) {
      expect(
        (await api.send({ body: api.payment({ amount: { amount, currency: "EUR" } }) })).status,
        amount,
      ).toBe(422);
    }
    expect(
      await api.send({ body: api.payment({ amount: { amount: "2.755", currency: "EUR" } }) }),
    ).toMatchObject({
      code: "amount_not_whole_minor_units",
    });
    expect(await api.send({ rawBody: `"${"x".repeat(17_000)}"` })).toMatchObject({
      status: 413,
      code: "body_too_large",
    });
    expect(await api.send({ body: api.payment(), extra: { "content-type": "text/plain" } })).toMatchObject({
      status: 415,
      code: "unsupported_media_type",
    });
    expect(await api.send({ body: api.payment({ occurredAt: "2020-01-01T00:00:00Z" }) })).toMatchObject({
      code: "occurred_at_out_of_range",
    });
    expect(await api.countPayments()).toBe(0n);
  });

  test("with a card number anywhere are refused, and the number is kept nowhere", async () => {
    const number = "4111111111111111";
    const bodies = [
      api.payment({ instrument: { token: number } }),
      api.payment({ description: `card 4111 1111 1111 1111` }),
      api.payment({ quantity: { [number]: "1" } }),
      api.payment({ note: Number(number) }),
    ];
    for (const body of bodies) {
      expect(await api.send({ body })).toMatchObject({ status: 422, code: "card_number_refused" });
    }
    expect(await api.send({ body: api.payment(), key: number })).toMatchObject({
      code: "card_number_refused",
    });
    await api.gateway.flush();
    const device = await getDevice(api.world.operator, api.world.deviceId);
    expect(JSON.stringify(device.refusals, (_, value) => String(value))).not.toContain("4111");
    expect(await api.countPayments()).toBe(0n);
  });

  test("that were changed on the way are refused before anything else", async () => {
    const body = JSON.stringify(api.payment());
    const message = { idempotencyKey: "k", sequence: 1 };
    const headers = api.sign({ method: "POST", targetUri: `${PUBLIC_URL}/v1/payments`, body, message });
    const changed = await fetch(`${api.address}/v1/payments`, {
      method: "POST",
      headers,
      body: body.replace("2.75", "9.75"),
    });
    expect(await api.readAnswer(changed, "POST", "/v1/payments")).toMatchObject({
      status: 400,
      code: "content_digest_invalid",
    });
  });

  test("messages without key or number, or with odd ones, are refused", async () => {
    expect(await api.send({ body: api.payment(), withMessage: false })).toMatchObject({
      status: 401,
      code: "signature_incomplete",
    });
    for (const key of ["", "ø", "a b", "x".repeat(65)]) {
      const answer = await api.send({ body: api.payment(), key }).catch(() => null);
      if (answer) expect(["idempotency_key_invalid", "signature_incomplete"], key).toContain(answer.code);
    }
    for (const number of [0, -1, 1.5, 1e15]) {
      expect((await api.send({ body: api.payment(), sequence: number })).code).toBe(
        "device_sequence_invalid",
      );
    }
  });
});

describe("the service around it", () => {
  test("says that it lives and is ready, and explains its problems", async () => {
    expect(await (await fetch(`${api.address}/healthz`)).json()).toEqual({ state: "live" });
    expect(await (await fetch(`${api.address}/readyz`)).json()).toEqual({
      state: "ready",
      database: "up",
      inFlight: 0,
    });
    const { json } = await api.send({ body: api.payment(), keyId: "cred_x" });
    expect(json.type).toBe(`${PUBLIC_URL}/problems/signature_invalid`);
    const explained = await fetch(`${api.address}/problems/signature_invalid`);
    expect(await explained.json()).toMatchObject({ code: "signature_invalid", status: 401 });
  });

  test("answers what is not there with problems too", async () => {
    const missing = await fetch(`${api.address}/v2/payments`);
    expect([missing.status, missing.headers.get("content-type")]).toEqual([
      404,
      "application/problem+json; charset=utf-8",
    ]);
    const wrong = await fetch(`${api.address}/v1/payments`, { method: "DELETE" });
    expect([
      wrong.status,
      wrong.headers.get("allow"),
      ((await wrong.json()) as { code: string }).code,
    ]).toEqual([405, "POST", "method_not_allowed"]);
    const unsigned = await fetch(`${api.address}/v1/payments/pay_1`);
    expect(((await unsigned.json()) as { code: string }).code).toBe("signature_missing");
    const { port } = new URL(api.address);
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
    const narrow = buildGateway({ publicUrl: PUBLIC_URL, maxInFlight: 2 });
    const at = await narrow.app.listen({ host: "127.0.0.1", port: 0 });
    const before = api.address;
    api.address = at;
    try {
      const answers = await Promise.all(Array.from({ length: 30 }, () => api.send({ body: api.payment() })));
      const turnedAway = answers.filter((answer) => answer.status === 429);
      expect(turnedAway.length).toBeGreaterThan(0);
      for (const answer of turnedAway) expect(answer.headers.get("retry-after")).toBe("1");
      // So many payments of one wallet at once may have to be reviewed; they were taken all the same.
      const taken = answers.filter(({ status }) => status === 201 || status === 202);
      expect(taken.length + turnedAway.length).toBe(30);
      expect([201, 202]).toContain((await api.send({ body: api.payment() })).status);
    } finally {
      api.address = before;
      await narrow.app.close();
    }
  });
});
