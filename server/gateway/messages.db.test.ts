/** How a device goes on: after an outage, without its counter, with one bad record, and when it guesses. */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { getDevice } from "@/server/devices/service";
import { useTestDatabase } from "@/server/platform/testing";
import { UNKNOWN_INSTRUMENTS_AT_ONCE } from "./constants";
import { useGateway } from "./testing";

useTestDatabase();
const api = useGateway();

const NOW = new Date().toISOString();
const record = (key: string, over: Record<string, unknown> = {}) => ({
  key,
  instrument: { token: api.wallet },
  amount: { amount: "0.001", currency: "EUR" },
  occurredAt: NOW,
  ...over,
});
const use = (key: string, sequence: number, messageKey: string = randomUUID()) =>
  api.send({ path: "/v1/usage", body: { records: [record(key)] }, key: messageKey, sequence });
const ask = () => api.send({ method: "GET", path: "/v1/device" });

describe("the window of numbers", () => {
  test("takes N-1000 and refuses N-1001, which says that it was not done and where the numbers stand", async () => {
    expect((await use("high", 5_000)).status).toBe(200);
    expect((await use("edge", 4_000)).status).toBe(200);
    const low = await use("low", 3_999);
    expect(low).toMatchObject({
      status: 409,
      code: "sequence_too_old",
      json: { retry: "no", done: false, highestSequence: 5_000 },
    });
    expect(low.json.detail).toBe(
      "The highest number of this device is 5000; a new message has 4000 or more.",
    );
    const payment = await api.send({ body: api.payment(), sequence: 3_999 });
    expect(payment).toMatchObject({
      code: "sequence_too_old",
      json: { done: false, highestSequence: 5_000 },
    });
    expect((await ask()).json).toMatchObject({ highestSequence: 5_000, lowestNewSequence: 4_000 });
  });

  test("lets a thousand unanswered messages be repeated under their own keys, in any order, each done once", async () => {
    const messages = Array.from({ length: 1_000 }, (_, index) => ({
      sequence: index + 1,
      key: randomUUID(),
      record: `r-${index + 1}`,
    }));
    // Some had arrived before the network went, and one newer than all of them came through.
    for (const { sequence, key, record: name } of messages.slice(0, 20)) await use(name, sequence, key);
    expect((await use("newest", 1_001)).status).toBe(200);
    const outcomes = new Map<string, number>();
    const backwards = messages.toReversed();
    for (let from = 0; from < backwards.length; from += 50) {
      const answers = await Promise.all(
        backwards.slice(from, from + 50).map(({ sequence, key, record: name }) => use(name, sequence, key)),
      );
      for (const { status, json } of answers) {
        expect(status).toBe(200);
        const [{ outcome } = { outcome: "" }] = json.records as { outcome: string }[];
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }
    expect(Object.fromEntries(outcomes)).toEqual({ recorded: 980, duplicate: 20 });
  }, 120_000);

  test("is told to a device that lost its counter, which then goes on", async () => {
    expect((await ask()).json).toMatchObject({ state: "active", highestSequence: 0, lowestNewSequence: 1 });
    expect((await api.send({ body: api.payment(), sequence: 41 })).status).toBe(201);
    expect((await use("later", 42)).status).toBe(200);
    const { status, json } = await ask();
    expect([status, json.highestSequence, json.answersKeptHours]).toEqual([200, 42, 48]);
    expect(Math.abs(Date.parse(String(json.time)) - Date.now())).toBeLessThan(10_000);
    expect((await api.send({ body: api.payment(), sequence: Number(json.highestSequence) + 1 })).status).toBe(
      201,
    );
  });
});

describe("a bad record", () => {
  test("is refused alone, with its fields, and may be mended under its key", async () => {
    const body = {
      records: [
        record("good-1"),
        record("amount", { amount: { amount: "9999999999.999999", currency: "EUR" } }),
        record("unit", { quantity: "1", unit: "k\u0000wh" }),
        record("card", { instrument: { token: "4111111111111111" } }),
        record("x".repeat(65)),
        null,
        { ...record("odd"), extra: 1 },
        record("good-2"),
      ],
    };
    const sent = { path: "/v1/usage", body, key: randomUUID(), sequence: 7 };
    const first = await api.send(sent);
    expect(first).toMatchObject({ status: 200, json: { recorded: 2, duplicates: 0, refused: 6 } });
    const records = first.json.records as {
      key: string | null;
      reason: string;
      errors?: { field: string }[];
    }[];
    expect(
      records.map(({ key, reason, errors }) => [key, reason, errors?.map(({ field }) => field)]),
    ).toEqual([
      ["good-1", null, undefined],
      ["amount", "record_invalid", ["amount.amount"]],
      ["unit", "record_invalid", ["unit"]],
      [null, "card_number_refused", ["instrument.token"]],
      [null, "record_invalid", ["key"]],
      [null, "record_invalid", [""]],
      ["odd", "record_invalid", ["extra"]],
      ["good-2", null, undefined],
    ]);
    expect(JSON.stringify(first.json)).not.toContain("4111");
    const again = await api.send(sent);
    expect(again).toMatchObject({ status: 200, json: { recorded: 0, duplicates: 2, refused: 6 } });
    const mended = await api.send({ path: "/v1/usage", body: { records: [record("amount")] } });
    expect(mended.json).toMatchObject({ recorded: 1 });
  });

  test("that holds a name twice does not hold up the others; a batch that does is refused", async () => {
    const good = JSON.stringify(record("good"));
    const twice = JSON.stringify(record("twice")).replace('"key"', '"key":"other","key"');
    const answer = await api.send({ path: "/v1/usage", rawBody: `{"records":[${twice},${good}]}` });
    expect(answer).toMatchObject({ status: 200, json: { recorded: 1, refused: 1 } });
    expect(answer.json.records).toMatchObject([
      { reason: "record_invalid", errors: [{ field: "key", message: "stands twice" }] },
      { key: "good", outcome: "recorded" },
    ]);
    const batch = await api.send({ path: "/v1/usage", rawBody: `{"records":[],"records":[${good}]}` });
    expect(batch).toMatchObject({ status: 400, code: "malformed_body", json: { done: false } });
  });

  test("may be all there is", async () => {
    const answer = await api.send({ path: "/v1/usage", body: { records: [{}] } });
    expect(answer).toMatchObject({ status: 200, json: { recorded: 0, refused: 1 } });
  });
});

describe("a device that tries tokens", () => {
  test("is slowed down after some that nobody knows, for known ones too, and it is seen", async () => {
    const guess = () => api.payment({ instrument: { token: `guess_${randomUUID().slice(0, 8)}` } });
    for (let count = 0; count <= UNKNOWN_INSTRUMENTS_AT_ONCE; count++) {
      expect(await api.send({ body: guess() })).toMatchObject({
        status: 402,
        json: { declineReason: "instrument_unknown" },
      });
    }
    for (const body of [guess(), api.payment()]) {
      const throttled = await api.send({ body });
      expect(throttled).toMatchObject({
        status: 429,
        code: "too_many_unknown_instruments",
        json: { retry: "later" },
      });
      const wait = Number(throttled.headers.get("retry-after"));
      expect([wait > 0, wait <= 15]).toEqual([true, true]);
    }
    const usage = await api.send({ path: "/v1/usage", body: { records: [record("r")] } });
    expect(usage.code).toBe("too_many_unknown_instruments");
    await api.gateway.flush();
    const device = await getDevice(api.world.operator, api.world.deviceId);
    expect(device.refusals).toMatchObject([
      { code: "too_many_unknown_instruments", hits: 3n, verified: true },
    ]);
  });

  test("gains nothing by trying many in one batch, and no other device waits for it", async () => {
    const records = Array.from({ length: 200 }, (_, index) =>
      record(`r${index}`, { instrument: { token: `guess_${index}` } }),
    );
    expect((await api.send({ path: "/v1/usage", body: { records } })).json).toMatchObject({ refused: 200 });
    const throttled = await api.send({ body: api.payment() });
    expect(throttled.code).toBe("too_many_unknown_instruments");
    expect(Number(throttled.headers.get("retry-after"))).toBeGreaterThan(2_000);
    await api.becomeNewDevice();
    expect((await api.send({ body: api.payment() })).status).toBe(201);
  });

  test("is not one that repeats a message with a misread card", async () => {
    const message = {
      body: api.payment({ instrument: { token: "misread" } }),
      key: randomUUID(),
      sequence: 1,
    };
    const first = await api.send(message);
    for (let count = 0; count < 2 * UNKNOWN_INSTRUMENTS_AT_ONCE; count++) {
      expect(await api.send(message)).toMatchObject({ status: 402, replayed: true, json: first.json });
    }
  });
});
