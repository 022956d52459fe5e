import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { getDevice } from "@/server/devices/service";
import { useTestDatabase } from "@/server/platform/testing";
import { useGateway } from "./testing";

useTestDatabase();
const api = useGateway();

describe("a payment", () => {
  test("is authorised, captured in part, and read again", async () => {
    const made = await api.send({ body: api.payment() });
    expect(made).toMatchObject({ status: 201, json: { state: "authorised", declineReason: null } });
    const id = String(made.json.id);
    const captured = await api.send({
      path: `/v1/payments/${id}/capture`,
      body: { amount: { amount: "2.00", currency: "EUR" } },
    });
    expect(captured).toMatchObject({
      status: 200,
      json: { state: "captured", captured: { amount: "2.00" } },
    });
    const read = await api.send({ method: "GET", path: `/v1/payments/${id}` });
    expect(read).toMatchObject({ status: 200, json: { id, state: "captured" } });
  });

  test("is voided without a body, and voiding again changes nothing", async () => {
    const { json } = await api.send({ body: api.payment() });
    const path = `/v1/payments/${json.id}/void`;
    expect(await api.send({ path })).toMatchObject({ status: 200, json: { state: "voided" } });
    expect(await api.send({ path, body: {} })).toMatchObject({ status: 200, json: { state: "voided" } });
    expect(await api.send({ path: `/v1/payments/${json.id}/capture` })).toMatchObject({
      status: 409,
      code: "payment_not_authorised",
    });
  });

  test("that is declined is an answer with a reason, kept like any other", async () => {
    const body = api.payment({ amount: { amount: "150.00", currency: "EUR" }, capture: true });
    const key = randomUUID();
    const declined = await api.send({ body, key, sequence: 1 });
    expect(declined).toMatchObject({
      status: 402,
      json: { state: "declined", declineReason: "insufficient_funds" },
    });
    const again = await api.send({ body, key, sequence: 1 });
    expect(again).toMatchObject({ status: 402, replayed: true });
    // Byte for byte, the order of names included.
    expect(JSON.stringify(again.json)).toBe(JSON.stringify(declined.json));
  });

  test("is noted with its device; a repeat of it and what only reads are not", async () => {
    const lastPayment = async () => {
      await api.gateway.flush();
      return (await getDevice(api.world.operator, api.world.deviceId)).lastPaymentAt;
    };
    expect(await lastPayment()).toBe(null);
    const before = new Date();
    const first = { body: api.payment(), key: randomUUID(), sequence: 1 };
    const { json } = await api.send(first);
    const noted = await lastPayment();
    expect(noted && noted >= before && noted <= new Date()).toBe(true);
    await api.send(first);
    await api.send({ method: "GET", path: `/v1/payments/${json.id}` });
    expect(await lastPayment()).toEqual(noted);
  });

  test("of another device cannot be seen or touched", async () => {
    const { json } = await api.send({ body: api.payment() });
    const mine = await api.becomeNewDevice();
    const path = `/v1/payments/${json.id}`;
    expect(await api.send({ method: "GET", path })).toMatchObject({ status: 404, code: "payment_not_found" });
    expect(await api.send({ path: `${path}/capture` })).toMatchObject({ status: 404 });
    expect(await api.send({ path: `${path}/void` })).toMatchObject({ status: 404 });
    if (mine) api.become(mine);
    expect(await api.send({ method: "GET", path })).toMatchObject({ json: { state: "authorised" } });
  });

  test("is not captured in another currency, nor above what was authorised", async () => {
    const { json } = await api.send({ body: api.payment() });
    const path = `/v1/payments/${json.id}/capture`;
    const capture = (amount: string, currency: string) =>
      api.send({ path, body: { amount: { amount, currency } } });
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
    const body = api.payment({ capture: true });
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.send({ body, key, sequence: 1 })));
    answers.push(await api.send({ body, key, sequence: 1 }));
    expect(new Set(answers.map((answer) => answer.json.id)).size).toBe(1);
    expect(answers.every((answer) => answer.status === 201)).toBe(true);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(await api.countPayments()).toBe(1n);
  });

  test("a repeat may be written differently, as long as it says the same", async () => {
    const key = randomUUID();
    const first = await api.send({
      key,
      sequence: 1,
      rawBody: `{"amount":{"amount":"2.75","currency":"EUR"},"instrument":{"token":"${api.wallet}"}}`,
    });
    const again = await api.send({
      key,
      sequence: 1,
      rawBody: `{ "instrument": {"token":"${api.wallet}"},\n "capture": false, "amount":{"currency":"EUR","amount":"2.75"}}`,
    });
    expect(first.status).toBe(201);
    expect(again).toMatchObject({ status: 201, replayed: true, json: { id: first.json.id } });
  });

  test("the same key with another body or number, and the same number with another key, are refused", async () => {
    const key = randomUUID();
    expect((await api.send({ body: api.payment(), key, sequence: 1 })).status).toBe(201);
    const other = api.payment({ amount: { amount: "2.76", currency: "EUR" } });
    expect(await api.send({ body: other, key, sequence: 1 })).toMatchObject({
      status: 409,
      code: "idempotency_key_reused",
    });
    expect(await api.send({ body: api.payment(), key, sequence: 2 })).toMatchObject({
      status: 409,
      code: "idempotency_key_reused",
    });
    expect(await api.send({ body: api.payment(), sequence: 1 })).toMatchObject({
      status: 409,
      code: "sequence_reused",
    });
    expect(await api.countPayments()).toBe(1n);
  });

  test("messages that overtake each other are all taken", async () => {
    const statuses = [];
    for (const number of [3, 1, 2, 5, 4])
      statuses.push((await api.send({ body: api.payment(), sequence: number })).status);
    expect(statuses).toEqual([201, 201, 201, 201, 201]);
    // The sixth tap in a row is held for a look: taken all the same.
    expect((await api.send({ body: api.payment(), sequence: 5000 })).status).toBe(202);
    expect(await api.send({ body: api.payment(), sequence: 3999 })).toMatchObject({
      status: 409,
      code: "sequence_too_old",
    });
  });

  test("the same capture twice captures once and answers alike; a message that was refused for its form may be mended", async () => {
    const { json } = await api.send({ body: api.payment() });
    const path = `/v1/payments/${json.id}/capture`;
    const key = randomUUID();
    const first = await api.send({ path, key, sequence: 50 });
    const again = await api.send({ path, key, sequence: 50 });
    expect(again).toMatchObject({ status: 200, replayed: true, json: first.json });
    const mended = randomUUID();
    expect((await api.send({ key: mended, sequence: 51, body: { nonsense: true } })).status).toBe(422);
    expect((await api.send({ key: mended, sequence: 51, body: api.payment() })).status).toBe(201);
  });

  test("a request that is replayed byte by byte is refused", async () => {
    const nonce = "0123456789abcdef";
    expect((await api.send({ body: api.payment(), nonce, key: "one", sequence: 1 })).status).toBe(201);
    expect(await api.send({ body: api.payment(), nonce, key: "one", sequence: 1 })).toMatchObject({
      status: 401,
      code: "nonce_replayed",
    });
    const read = {
      method: "GET",
      path: "/v1/payments/pay_01jx3k5v8qf7tt9m2r6c4h0b1e",
      nonce: "fedcba9876543210",
    } as const;
    expect((await api.send(read)).code).toBe("payment_not_found");
    expect((await api.send(read)).code).toBe("nonce_replayed");
  });
});

describe("usage", () => {
  const record = (key: string, amount = "0.000412") => ({
    key,
    instrument: { token: api.wallet },
    amount: { amount, currency: "EUR" },
    occurredAt: new Date().toISOString(),
    quantity: "0.0032",
    unit: "kwh",
  });

  test("records are taken once each, and a repeat of the batch says so", async () => {
    const body = {
      records: [record("a"), record("b"), { ...record("c"), instrument: { token: "nobody-knows" } }],
    };
    const first = await api.send({ path: "/v1/usage", body });
    expect(first).toMatchObject({ status: 200, json: { recorded: 2, duplicates: 0, refused: 1 } });
    const again = await api.send({ path: "/v1/usage", body });
    expect(again).toMatchObject({ status: 200, json: { recorded: 0, duplicates: 2, refused: 1 } });
    const [changed] = body.records;
    const other = { records: [{ ...changed, quantity: "0.0033" }] };
    expect((await api.send({ path: "/v1/usage", body: other })).json).toMatchObject({
      refused: 1,
      records: [{ key: "a", outcome: "refused", reason: "record_key_reused", allowance: null }],
    });
  });

  test("a batch of a thousand fits, one more does not", async () => {
    const records = Array.from({ length: 1001 }, (_, i) => record(`r${i}`));
    expect(await api.send({ path: "/v1/usage", body: { records } })).toMatchObject({
      status: 422,
      code: "invalid_request",
    });
    const full = await api.send({ path: "/v1/usage", body: { records: records.slice(1) } });
    expect(full).toMatchObject({ status: 200, json: { recorded: 1000 } });
  });
});
