/**
 * Every field of every operation at its edges, made from the document that the gateway serves: what its schema takes,
 * the gateway takes; what it refuses, the gateway refuses, with a code of the closed list and the field's name.
 */
import { describe, expect, test } from "vitest";
import { useTestDatabase } from "@/server/platform/testing";
import { PROBLEM_CODES } from "./errors";
import { useGateway } from "./testing";

useTestDatabase();
const api = useGateway();

type Json = Record<string, unknown>;
interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  pattern?: string;
  format?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
}

interface Field {
  path: string[];
  schema: Schema;
  required: boolean;
}

/** The edges of each pattern in the document; one that is not here fails the test. */
const EDGES: Record<string, string[]> = {
  "^(?=.*[1-9])[0-9]{1,9}([.][0-9]{1,3})?$": [
    "999999999.999",
    "999999999",
    "1000000000",
    "9999999999.999",
    "0.001",
    "0.0001",
    "0",
    "000.000",
    "000000001.00",
    ".5",
    "5.",
    "1.2345",
    "+1",
    "1,5",
  ],
  "^(?=.*[1-9])[0-9]{1,6}([.][0-9]{1,6})?$": [
    "999999.999999",
    "9999999999.999999",
    "1000000",
    "0.000001",
    "0.0000001",
    "0.000000",
    "1.",
    "+1",
  ],
  "^[\\x21-\\x7e]{3,100}$": ["~~~", "!!", "x".repeat(100), "x".repeat(101), "a b c", "tok_UPPER", "a\u007fb"],
  "^[\\x21-\\x7e]{1,64}$": ["~", "x".repeat(64), "x".repeat(65), "a b", "\u007f"],
  "^(?=[\\s\\S]*\\S)(?:[^\\p{Cc}\\p{Cs}]|[\\n\\r\\t]){1,200}$": [
    "x",
    "x".repeat(200),
    "x".repeat(201),
    "😀".repeat(200),
    "😀".repeat(201),
    "\n\t",
    "a\nb",
    "a\u0085b",
    "a\u001bb",
  ],
  "^[a-z][a-z0-9_]{0,19}$": ["z", `z${"_".repeat(19)}`, `z${"_".repeat(20)}`, "Kwh", "_a", "9a", "__proto__"],
  "^[0-9]{1,12}([.][0-9]{1,6})?$": [
    "999999999999.999999",
    "9999999999999",
    "0",
    "0.000001",
    "0.0000001",
    "1.",
  ],
};

const ANYTHING: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  "",
  " ",
  "0",
  "-1",
  "1e3",
  "0x10",
  "NaN",
  "Infinity",
  "1",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "x\udc00y",
  "\ufeffx",
  "٣",
  "é",
  "😀",
  "x".repeat(10_000),
  "2026-02-30T00:00:00Z",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59Z",
  [],
  [1],
  {},
  { a: 1 },
];

function edgesOf({ schema }: Field): unknown[] {
  const edges = [...ANYTHING];
  if (schema.pattern !== undefined) {
    const known = EDGES[schema.pattern];
    expect(known, `the edges of ${schema.pattern} are not listed`).toBeDefined();
    edges.push(...(known ?? []));
  }
  if (schema.enum) edges.push(...schema.enum, String(schema.enum[0]).toLowerCase(), `${schema.enum[0]} `);
  for (const limit of [schema.minimum, schema.maximum]) {
    if (limit !== undefined)
      edges.push(limit, limit + 1, limit - 1, limit + 1e-9, limit - 1e-9, String(limit));
  }
  if (schema.maxLength !== undefined) edges.push("2026-05-04T08:15:30.123456789012345678901234567890Z");
  return edges;
}

async function documented() {
  const document = (await (await fetch(`${api.address}/openapi.json`)).json()) as {
    paths: Record<
      string,
      { post?: { requestBody?: { content: Record<string, { schema: Schema; example: Json }> } } }
    >;
    components: { schemas: Record<string, Schema> };
  };
  const resolve = (schema: Schema): Schema => {
    const name = schema.$ref?.split("/").at(-1);
    return name === undefined ? schema : resolve(document.components.schemas[name] ?? {});
  };
  const leaves = (given: Schema, path: string[], required: boolean): Field[] => {
    const schema = resolve(given);
    const inside = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
      leaves(inner, [...path, name], schema.required?.includes(name) ?? false),
    );
    const items = schema.items ? leaves(schema.items, [...path, "0"], true) : [];
    const values =
      typeof schema.additionalProperties === "object"
        ? leaves(schema.additionalProperties, [...path, "minutes"], false)
        : [];
    return [...(path.length > 0 ? [{ path, schema, required }] : []), ...inside, ...items, ...values];
  };
  return Object.entries(document.paths).flatMap(([path, { post }]) => {
    const content = post?.requestBody?.content["application/json"];
    return content ? [{ path, ...content, fields: leaves(content.schema, [], true) }] : [];
  });
}

function withValue(body: Json, path: readonly string[], value: unknown): Json {
  const copy = structuredClone(body);
  let inner: Json = copy;
  for (const name of path.slice(0, -1)) {
    inner[name] ??= {};
    inner = inner[name] as Json;
  }
  const last = path.at(-1) ?? "";
  if (value === undefined) delete inner[last];
  else inner[last] = value;
  return copy;
}

interface Try {
  name: string;
  body: Json;
  field: string;
}

/** What is wrong with a body, where the record of a batch has its own words for it. */
function refusedFields(answer: { status: number; code?: string | undefined; json: Json }): string[] | null {
  const records = answer.json.records as
    | { reason: string | null; errors?: { field: string }[] }[]
    | undefined;
  const [record] = answer.status === 200 && records ? records : [];
  if (record) {
    return record.reason === "record_invalid"
      ? (record.errors ?? []).map(({ field }) => `records.0.${field}`)
      : null;
  }
  if (answer.code !== "invalid_request") return null;
  // The one thing that no schema can say.
  if (String(answer.json.detail).endsWith("as the payment is")) return null;
  return ((answer.json.errors ?? []) as { field: string }[]).map(({ field }) => field);
}

async function baseOf(path: string, example: Json): Promise<{ path: string; body: Json }> {
  const now = new Date().toISOString();
  if (path === "/v1/usage") {
    const [record] = example.records as Json[];
    return {
      path,
      body: { records: [{ ...record, instrument: { token: api.wallet, kind: "wallet" }, occurredAt: now }] },
    };
  }
  if (path === "/v1/payments") {
    const location = { latitude: 47.6, longitude: -122.3 };
    return {
      path,
      body: { ...example, instrument: { token: api.wallet, kind: "wallet" }, occurredAt: now, location },
    };
  }
  const held = await api.send({ body: api.payment() });
  return { path: path.replace("{paymentId}", String(held.json.id)), body: example };
}

describe("every field of every operation", () => {
  test("is taken and refused at its edges as the document says, by name, and never with a 5xx", async () => {
    const operations = await documented();
    expect(operations.map(({ path }) => path).sort()).toEqual([
      "/v1/payments",
      "/v1/payments/{paymentId}/capture",
      "/v1/payments/{paymentId}/void",
      "/v1/usage",
    ]);
    let tried = 0;
    for (const { path: template, schema, example, fields } of operations) {
      const { path, body } = await baseOf(template, example);
      const fits = api.validator(schema.$ref ?? "");
      const tries: Try[] = fields.flatMap((field) => [
        ...edgesOf(field).map((value) => ({
          name: `${template} ${field.path.join(".")} = ${JSON.stringify(value).slice(0, 60)}`,
          body: withValue(body, field.path, value),
          field: field.path.join("."),
        })),
        {
          name: `${template} without ${field.path.join(".")}`,
          body: withValue(body, field.path, undefined),
          field: field.path.join("."),
        },
      ]);
      for (const odd of ["extra", "\u0000", "\ud800", "x".repeat(5_000)]) {
        tries.push({
          name: `${template} with ${JSON.stringify(odd).slice(0, 30)}`,
          body: { ...body, [odd]: 1 },
          field: "",
        });
      }
      for (let from = 0; from < tries.length; from += 12) {
        await Promise.all(
          tries.slice(from, from + 12).map(async (one) => {
            const answer = await api.send({ path, body: one.body });
            tried++;
            expect(answer.status, `${one.name}: ${JSON.stringify(answer.json)}`).toBeLessThan(500);
            if (answer.status >= 400 && answer.status !== 402) expect(PROBLEM_CODES).toContain(answer.code);
            const wrong = refusedFields(answer);
            const because = `${one.name}: ${answer.status} ${JSON.stringify(answer.json).slice(0, 400)}`;
            if (fits(one.body)) expect(wrong, because).toBeNull();
            else {
              expect(wrong, because).not.toBeNull();
              expect(
                wrong?.some((name) => name.startsWith(one.field) || one.field.startsWith(name)),
                because,
              ).toBe(true);
            }
          }),
        );
      }
    }
    expect(tried).toBeGreaterThan(900);
  }, 240_000);
});

describe("a body", () => {
  const payment = () => JSON.stringify(api.payment());

  test("that holds a name twice is refused, and the name is told", async () => {
    const twice = payment().replace('"amount":{', '"amount":{"amount":"1.00",');
    const answer = await api.send({ rawBody: twice });
    expect(answer).toMatchObject({ status: 400, code: "malformed_body" });
    expect(answer.json.errors).toEqual([{ field: "amount.amount", message: "stands twice" }]);
    const escaped = payment().replace('"capture":false', '"capture":false,"c\\u0061pture":true');
    expect((await api.send({ rawBody: escaped })).json.errors).toEqual([
      { field: "capture", message: "stands twice" },
    ]);
    expect(await api.countPayments()).toBe(0n);
  });

  test("that is no plain UTF-8 is refused with 415 or 400, never read as something else", async () => {
    const sent = (rawBody: string, extra: Record<string, string> = {}) => api.send({ rawBody, extra });
    expect(await sent(`\ufeff${payment()}`)).toMatchObject({ status: 415, code: "unsupported_media_type" });
    for (const charset of ["iso-8859-1", "utf-16", '"latin1"']) {
      const answer = await sent(payment(), { "content-type": `application/json; charset=${charset}` });
      expect(answer, charset).toMatchObject({ status: 415, code: "unsupported_media_type" });
    }
    const gzip = await sent(payment(), { "content-encoding": "gzip" });
    expect(gzip).toMatchObject({ status: 415, code: "unsupported_media_type" });
    for (const charset of ["utf-8", '"UTF-8"']) {
      const answer = await sent(payment(), { "content-type": `application/json;charset=${charset}` });
      expect(answer.status, charset).toBe(201);
    }
  });

  test("that is nested without end, or names __proto__, is refused with a code", async () => {
    const deep = await api.send({ rawBody: `${"[".repeat(7_000)}${"]".repeat(7_000)}` });
    expect(deep).toMatchObject({ status: 400, code: "malformed_body" });
    const odd = await api.send({ rawBody: payment().replace("{", '{"__proto__":{"capture":true},') });
    expect(odd).toMatchObject({ status: 422, code: "invalid_request" });
  });

  test("whose unknown name cannot be stored is refused, and the refusal is noted all the same", async () => {
    const { getDevice } = await import("@/server/devices/service");
    await api.send({ body: api.payment({ "\u0000\ud800": 1 }) });
    await api.gateway.flush();
    const device = await getDevice(api.world.operator, api.world.deviceId);
    expect(device.refusals.map(({ code }) => code)).toEqual(["invalid_request"]);
  });
});
