/**
 * Plants what no text may hold into every string field of every procedure's input, found from the schemas themselves:
 * a procedure that is new takes part. No database stands behind: what got past the check would fail in another way.
 */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ROLE_TABLE } from "@/server/identity/permissions";
import { createCallerFactory, type RequestContext } from "@/server/identity/procedures";
import type { Id } from "@/server/platform/ids";
import { ROOTS } from "./handler";

type RootName = keyof typeof ROOTS;
type Path = readonly (string | number)[];
interface Shape {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Shape>;
  additionalProperties?: boolean | Shape;
  items?: Shape;
  prefixItems?: Shape[];
  anyOf?: Shape[];
  oneOf?: Shape[];
  allOf?: Shape[];
  $ref?: string;
}

const KINDS = { m: "merchant", a: "agency", ops: "operator", account: "merchant" } as const;

function contextOf(root: RootName): RequestContext {
  const kind = KINDS[root];
  expect(ROLE_TABLE[kind].admin.length).toBeGreaterThan(0);
  return {
    requestId: "req_test",
    organisationSlug: "somebody",
    session: async () => ({
      sessionId: "00000000-0000-7000-8000-000000000001" as Id<"session">,
      user: {
        id: "00000000-0000-7000-8000-000000000002" as Id<"user">,
        email: "a@example.org",
        name: "A",
        preferences: { singleKeyShortcuts: true, density: "comfortable" },
      },
    }),
    access: async () => ({
      membershipId: "00000000-0000-7000-8000-000000000003" as Id<"membership">,
      role: "admin",
      organisation: {
        id: "00000000-0000-7000-8000-000000000004" as Id<"organisation">,
        kind,
        slug: "somebody",
        name: "Somebody",
        suspended: false,
      },
    }),
    ip: null,
    userAgent: null,
  };
}

/** Every place of an input where a text can stand. */
function textPaths(shape: Shape, path: Path = [], depth = 0): Path[] {
  if (depth > 8) return [];
  const found: Path[] = [];
  const types = [shape.type ?? []].flat();
  const untyped = types.length === 0 && !shape.anyOf && !shape.oneOf && !shape.allOf && !shape.$ref;
  if (types.includes("string") || untyped) found.push(path);
  for (const [name, inner] of Object.entries(shape.properties ?? {}))
    found.push(...textPaths(inner, [...path, name], depth + 1));
  if (typeof shape.additionalProperties === "object")
    found.push(...textPaths(shape.additionalProperties, [...path, "key"], depth + 1));
  for (const inner of [shape.items ?? [], shape.prefixItems ?? []].flat())
    found.push(...textPaths(inner, [...path, 0], depth + 1));
  for (const inner of [...(shape.anyOf ?? []), ...(shape.oneOf ?? []), ...(shape.allOf ?? [])])
    found.push(...textPaths(inner, path, depth + 1));
  return [...new Map(found.map((each) => [JSON.stringify(each), each])).values()];
}

function valueAt(path: Path, text: string): unknown {
  return path.reduceRight<unknown>(
    (inner, step) => (typeof step === "number" ? [inner] : { [step]: inner }),
    text,
  );
}

const FIELDS = (Object.keys(ROOTS) as RootName[]).flatMap((root) =>
  Object.entries(ROOTS[root]._def.procedures as Record<string, unknown>).flatMap(([name, procedure]) => {
    const { inputs } = (procedure as { _def: { inputs: z.ZodType[] } })._def;
    const schema = inputs[0];
    if (!schema) return [];
    const shape = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Shape;
    return textPaths(shape).map((path) => ({ root, name, path }));
  }),
);

async function reasonOf(root: RootName, name: string, input: unknown): Promise<string> {
  const caller = createCallerFactory(ROOTS[root] as never)(contextOf(root)) as unknown;
  const called = name
    .split(".")
    .reduce<unknown>((inner, step) => (inner as Record<string, unknown>)[step], caller) as (
    input: unknown,
  ) => Promise<unknown>;
  const error = await called(input).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && "reason" in cause ? String(cause.reason) : String(error);
}

const PLANTED = [
  ["4111 1111 1111 1111", "card_number_refused"],
  ["4111.1111/1111_1111", "card_number_refused"],
  ["４１１１\u200b1111\u00a01111\n1111", "card_number_refused"],
  ["a\u0000b", "text_malformed"],
  ["a\ud800b", "text_malformed"],
  ["a\udc00", "text_malformed"],
] as const;

describe("every text of every procedure's input", () => {
  test("there are many, and they are found from the schemas", () => {
    expect(FIELDS.length).toBeGreaterThan(150);
    const known = FIELDS.map(({ root, name, path }) => `${root}.${name} ${path.join(".")}`);
    for (const field of [
      "m.team.invite email",
      "ops.cases.addNote text",
      "ops.payouts.submit payoutIds.0",
      "account.account.changePassword next",
      "m.reporting.search text",
    ]) {
      expect(known).toContain(field);
    }
  });

  test.each(PLANTED)("%j is refused with %s", async (text, reason) => {
    const faults: string[] = [];
    for (const { root, name, path } of FIELDS) {
      const seen = await reasonOf(root, name, valueAt(path, text));
      if (seen !== reason) faults.push(`${root}.${name} ${path.join(".")}: ${seen}`);
    }
    expect(faults).toEqual([]);
  });

  test("names of fields are looked at too", async () => {
    expect(await reasonOf("m", "team.invite", { "4111111111111111": 1 })).toBe("card_number_refused");
    expect(await reasonOf("m", "team.invite", { "a\u0000": 1 })).toBe("text_malformed");
  });
});
