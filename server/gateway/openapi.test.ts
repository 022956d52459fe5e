import { createPublicKey, verify } from "node:crypto";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { DECLINE_REASONS } from "@/server/payments/constants";
import { describeProblem, exampleKey, signedExample } from "./describe-signing";
import { PROBLEM_CODES, PROBLEMS, RECORD_REFUSALS } from "./errors";
import { buildOpenApi } from "./openapi";
import { operationList, operations } from "./operations";
import { readBody } from "./read-message";
import { buildServer, type Handlers } from "./server";

const URL = "https://devices.example.org";
const document = buildOpenApi(URL);
const paths = document.paths as Record<string, Record<string, { responses: Record<string, unknown> }>>;

const silent = Object.fromEntries(
  operationList.map(([id]) => [id, async () => ({ status: 200, body: {} })]),
) as unknown as Handlers;

describe("the OpenAPI document", () => {
  test("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(document));
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(validator.version).toBe("3.1");
  });

  test("has no reference that leads nowhere", () => {
    const components = document.components as Record<string, Record<string, unknown>>;
    for (const match of JSON.stringify(document).matchAll(/"#\/components\/(\w+)\/(\w+)"/g)) {
      expect(components[match[1] ?? ""]?.[match[2] ?? ""], match[0]).toBeDefined();
    }
  });

  test("names the same routes as the server has, no more and no fewer", async () => {
    const seen = new Set<string>();
    const app = buildServer({
      publicUrl: URL,
      handlers: silent,
      onRoute: (method, url) => seen.add(`${method} ${url.replace(/:(\w+)/g, "{$1}")}`),
    });
    await app.ready();
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...seen].sort()).toEqual(documented.sort());
    expect(seen.size).toBe(10);
    await app.close();
  });

  test("names every problem somewhere, and for each operation exactly its own", () => {
    const used = new Set(operationList.flatMap(([, operation]) => operation.problems));
    const everywhere = new Set(["method_not_allowed"]);
    expect(PROBLEM_CODES.filter((code) => !used.has(code) && !everywhere.has(code))).toEqual([]);
    for (const [, operation] of operationList) {
      const responses = paths[operation.path]?.[operation.method]?.responses ?? {};
      for (const code of operation.problems) expect(responses).toHaveProperty(String(PROBLEMS[code].status));
    }
  });

  test("has examples that the gateway takes", () => {
    for (const [, operation] of operationList) {
      if (!operation.body) continue;
      const bytes = Buffer.from(JSON.stringify(operation.body.example));
      expect(() =>
        readBody(operation.body?.schema ?? operations.voidPayment.body.schema, bytes, true),
      ).not.toThrow();
    }
  });

  test("explains signing by an example that verifies", () => {
    const { headers, base, body } = signedExample(URL);
    const signature = Buffer.from((headers.signature ?? "").slice("sig1=:".length, -1), "base64");
    expect(verify(null, Buffer.from(base), createPublicKey(exampleKey()), signature)).toBe(true);
    const description = (document.info as { description: string }).description;
    expect(description).toContain(base);
    expect(description).toContain(headers.signature);
    expect(description).toContain(body);
  });

  test("says of every reason what it means, in the document and on the page, and of no other", async () => {
    const { readFile } = await import("node:fs/promises");
    const page = await readFile(new globalThis.URL("../../docs/device-api.md", import.meta.url), "utf8");
    const text = JSON.stringify(document);
    const lists = [
      { heading: "### Why a payment is declined", reasons: DECLINE_REASONS },
      { heading: "### Why a usage record is refused", reasons: RECORD_REFUSALS },
    ];
    for (const { heading, reasons } of lists) {
      const section = page.split(heading)[1]?.split("\n#")[0] ?? "";
      const rows = [...section.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, code, sentence]) => [
        code,
        sentence,
      ]);
      expect(rows).toEqual(Object.entries(reasons).sort(([a], [b]) => a.localeCompare(b)));
      for (const [code, sentence] of Object.entries(reasons)) {
        expect(text).toContain(JSON.stringify(`- \`${code}\`: ${sentence}`).slice(1, -1));
      }
    }
  });

  test("the page about the API lists every problem as it is", async () => {
    const { readFile } = await import("node:fs/promises");
    const page = await readFile(new globalThis.URL("../../docs/device-api.md", import.meta.url), "utf8");
    for (const code of PROBLEM_CODES) {
      expect(page).toContain(describeProblem(code));
    }
    expect(page.match(/^\| `\w+` \| \d{3} \|/gm)).toHaveLength(PROBLEM_CODES.length);
    for (const [, operation] of operationList) {
      expect(page).toContain(operation.path.replace("{paymentId}", "{id}"));
    }
  });
});
