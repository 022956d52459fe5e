/**
 * Calls every procedure of every portal as everybody who must not, and as the right person with somebody else's ids.
 * It is generated from the routers: what is new takes part, and fails until its input is listed in `testing.ts`.
 */
import { glob, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AnyProcedure, initTRPC, TRPCError } from "@trpc/server";
import { NextRequest } from "next/server";
import { beforeAll, describe, expect, test } from "vitest";
import { sealSessionCookie } from "@/server/identity/next-auth";
import {
  mayDo,
  type OrganisationKind,
  type Permission,
  ROLES,
  type Role,
  rolesOf,
} from "@/server/identity/permissions";
import { createCallerFactory, type RequestContext, router } from "@/server/identity/procedures";
import {
  addMembership,
  addPartyToProgram,
  createOrganisation,
  createProgram,
  createUser,
} from "@/server/identity/service";
import { openSession, signOut } from "@/server/identity/service/sign-in";
import { fillTenant, readCatalogue, type TestTenant } from "@/server/identity/testing";
import { withOwner } from "@/server/platform/db";
import { AppError, ERROR_TABLE } from "@/server/platform/errors";
import { ID_PREFIXES, type Id, type IdKind, toPublicId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { createContext } from "./context";
import { handleTrpcRequest, ROOTS } from "./handler";
import { type Foreign, MAY_SUCCEED_WITH_FOREIGN_IDS, ROUTES, SAMPLES } from "./testing";

useTestDatabase();
const system = mintSystemScope("test");

type RootName = keyof typeof ROOTS;
type AnyRoot = (typeof ROOTS)[RootName];

const KIND_OF: Record<Exclude<RootName, "account">, OrganisationKind> = {
  m: "merchant",
  a: "agency",
  ops: "operator",
};

interface Listed {
  root: RootName;
  path: string;
  type: "query" | "mutation" | "subscription";
  meta: { portal?: string; permission?: Permission | null } | undefined;
  hasInput: boolean;
}

function proceduresOf(root: RootName, of: AnyRoot): Listed[] {
  return Object.entries(of._def.procedures as Record<string, unknown>).map(([path, procedure]) => {
    const { type, meta, inputs } = (
      procedure as { _def: { type: Listed["type"]; meta: Listed["meta"]; inputs: unknown[] } }
    )._def;
    return { root, path, type, meta, hasInput: inputs.length > 0 };
  });
}

function procedureAt(root: RootName, path: string): AnyProcedure {
  const found = (ROOTS[root]._def.procedures as unknown as Record<string, AnyProcedure | undefined>)[path];
  if (!found) throw new Error(`no procedure ${root}.${path}`);
  return found;
}

const ALL = (Object.keys(ROOTS) as RootName[]).flatMap((root) => proceduresOf(root, ROOTS[root]));
const OF_PORTALS = ALL.filter((procedure) => procedure.root !== "account");

// --- The people and the tenants -----------------------------------------------------------------------------------

interface Person {
  userId: Id<"user">;
  sessionId: Id<"session">;
}

const organisations = new Map<string, { id: Id<"organisation">; slug: string }>();
/** By "near.merchant.admin" and the like. */
const people = new Map<string, Person>();
const tenants = new Map<string, TestTenant>();

function organisation(name: string) {
  const found = organisations.get(name);
  if (!found) throw new Error(`no organisation ${name}`);
  return found;
}
function person(name: string): Person {
  const found = people.get(name);
  if (!found) throw new Error(`no person ${name}`);
  return found;
}
function tenant(name: string): TestTenant {
  const found = tenants.get(name);
  if (!found) throw new Error(`no tenant ${name}`);
  return found;
}

async function makePerson(name: string, memberships: [organisation: string, role: Role][]): Promise<void> {
  const user = await createUser(system, {
    email: `${name}@people.example`,
    name,
    password: "correct horse battery",
  });
  for (const [where, role] of memberships) {
    await addMembership(system, { userId: user.id, organisationId: organisation(where).id, role });
  }
  people.set(name, { userId: user.id, sessionId: await openSession(user.id, { ip: null, userAgent: null }) });
}

beforeAll(async () => {
  const make = async (name: string, kind: OrganisationKind) => {
    const made = await createOrganisation(system, { kind, slug: name.replace(".", "-"), name });
    organisations.set(name, made);
    return made;
  };
  const operator = await make("near.operator", "operator");
  await make("shut.operator", "operator");
  const programs = new Map<string, Id<"program">>();
  for (const side of ["near", "far", "shut"]) {
    const program = await createProgram(system, {
      slug: `${side}-program`,
      name: `${side} program`,
      currency: "EUR",
      timeZone: "Europe/Oslo",
      calendar: { every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 },
      operatorId: operator.id,
    });
    programs.set(side, program.id);
    for (const kind of ["merchant", "agency"] as const) {
      const made = await make(`${side}.${kind}`, kind);
      await addPartyToProgram(system, { programId: program.id, organisationId: made.id });
    }
  }
  for (const kind of ["merchant", "agency", "operator"] as const) {
    for (const role of rolesOf(kind)) await makePerson(`near.${kind}.${role}`, [[`near.${kind}`, role]]);
    await makePerson(`shut.${kind}.admin`, [[`shut.${kind}`, "admin"]]);
  }
  for (const kind of ["merchant", "agency"] as const)
    await makePerson(`far.${kind}.admin`, [[`far.${kind}`, "admin"]]);
  await makePerson("stranger", []);
  await makePerson("everywhere", [
    ["near.merchant", "admin"],
    ["near.agency", "admin"],
    ["near.operator", "admin"],
  ]);
  await withOwner(async (client) => {
    await client.query("update organisation set suspended_at = now() where slug like 'shut-%'");
    const catalogue = await readCatalogue(client);
    for (const side of ["near", "far"]) {
      let first: TestTenant | undefined;
      for (const kind of ["merchant", "agency"] as const) {
        const { id, slug } = organisation(`${side}.${kind}`);
        const programId = programs.get(side) ?? "";
        const given = { organisationId: id, kind, slug, programId, marker: `${side}${kind}marker` };
        const filled = await fillTenant(client, catalogue, given, first);
        first ??= filled;
        tenants.set(`${side}.${kind}`, filled);
      }
    }
  });
});

// --- Calling ------------------------------------------------------------------------------------------------------

function contextOf(who: Person | null, organisationSlug: string | null): RequestContext {
  return createContext({
    unverifiedSessionId: async () => who?.sessionId ?? null,
    organisationSlug,
    headers: new Headers(),
  });
}

interface Outcome {
  code: string | null;
  reason: string | null;
  value: unknown;
  error: unknown;
}

async function call(
  of: AnyRoot,
  path: string,
  who: Person | null,
  slug: string | null,
  input: unknown,
): Promise<Outcome> {
  let target: unknown = createCallerFactory(of as typeof ROOTS.account)(contextOf(who, slug));
  for (const word of path.split(".")) target = (target as Record<string, unknown>)[word];
  try {
    const value = await (target as (input: unknown) => Promise<unknown>)(input);
    return { code: null, reason: null, value: await firstOf(value), error: null };
  } catch (error) {
    // A stream throws what its service threw; everything else arrives as tRPC's own error around it.
    const cause = error instanceof TRPCError ? error.cause : error;
    const refusal = cause instanceof AppError ? cause : null;
    const code =
      error instanceof TRPCError ? error.code : refusal ? ERROR_TABLE[refusal.code].trpc : "THROWN";
    return { code, reason: refusal?.reason ?? null, value: null, error };
  }
}

/** The first value of a stream, which is then closed; anything else as it is. */
async function firstOf(value: unknown): Promise<unknown> {
  if (typeof value !== "object" || value === null || !(Symbol.asyncIterator in value)) return value;
  const stream = (value as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  const patience = new Promise<null>((resolve) => setTimeout(() => resolve(null), 1_500));
  const first = await Promise.race([stream.next(), patience]);
  void stream.return?.();
  return first;
}

/** No schema accepts it: who is refused with anything but this complaint was refused before the input was read. */
const GARBAGE = 20_260_101;

interface Attempt {
  as: string;
  who: Person | null;
  slug: string | null;
  code: string;
  reason: string;
}

function attemptsOn(procedure: Listed): Attempt[] {
  const refused = (as: string, slug: string | null, reason: string, code = "FORBIDDEN"): Attempt => ({
    as,
    who: as === "nobody" ? null : person(as),
    slug,
    code,
    reason,
  });
  if (procedure.root === "account") return [refused("nobody", null, "not_signed_in", "UNAUTHORIZED")];
  const kind = KIND_OF[procedure.root];
  const here = organisation(`near.${kind}`).slug;
  const permission = procedure.meta?.permission;
  const attempts = [
    refused("nobody", here, "not_signed_in", "UNAUTHORIZED"),
    refused("stranger", here, "not_a_member"),
    refused(`near.${kind}.admin`, "there-is-none", "not_a_member"),
    refused(`shut.${kind}.admin`, organisation(`shut.${kind}`).slug, "organisation_suspended"),
  ];
  for (const other of ["merchant", "agency", "operator"] as const) {
    if (other === kind) continue;
    for (const role of rolesOf(other)) attempts.push(refused(`near.${other}.${role}`, here, "not_a_member"));
    attempts.push(refused("everywhere", organisation(`near.${other}`).slug, "not_a_member"));
  }
  if (kind !== "operator") {
    attempts.push(refused(`far.${kind}.admin`, here, "not_a_member"));
    attempts.push(refused(`near.${kind}.admin`, organisation(`far.${kind}`).slug, "not_a_member"));
  }
  for (const role of ROLES) {
    if (!rolesOf(kind).includes(role) || !permission || mayDo(kind, role, permission)) continue;
    attempts.push(refused(`near.${kind}.${role}`, here, "permission_missing"));
  }
  return attempts;
}

/** What is wrong with the guards of a router, in sentences; nothing when all hold. */
async function guardFaults(root: RootName, of: AnyRoot): Promise<string[]> {
  const faults: string[] = [];
  for (const procedure of proceduresOf(root, of)) {
    const name = `${root}.${procedure.path}`;
    const portal = root === "account" ? "signed_in" : KIND_OF[root];
    if (procedure.meta?.portal !== portal) faults.push(`${name} is not built by the builder of its portal`);
    if (root !== "account" && !procedure.meta?.permission) faults.push(`${name} names no permission`);
    for (const attempt of attemptsOn(procedure)) {
      const outcome = await call(of, procedure.path, attempt.who, attempt.slug, GARBAGE);
      if (outcome.code !== attempt.code || outcome.reason !== attempt.reason) {
        const got = outcome.code ? `${outcome.code} ${outcome.reason}` : "an answer";
        faults.push(
          `${name} as ${attempt.as} at ${attempt.slug}: ${got} instead of ${attempt.code} ${attempt.reason}`,
        );
      }
    }
  }
  return faults;
}

function unlisted(procedures: readonly Listed[]): string[] {
  return procedures
    .filter(({ root, path }) => !Object.hasOwn(SAMPLES[root], path))
    .map(({ root, path }) => `${root}.${path}`);
}

describe("every procedure", () => {
  test("is listed with a sample input, and every listed one exists", () => {
    expect(unlisted(ALL)).toEqual([]);
    const existing = new Set(ALL.map(({ root, path }) => `${root}.${path}`));
    const gone = (Object.keys(SAMPLES) as RootName[]).flatMap((root) =>
      Object.keys(SAMPLES[root])
        .map((path) => `${root}.${path}`)
        .filter((name) => !existing.has(name)),
    );
    expect(gone).toEqual([]);
    expect(ALL.length).toBeGreaterThan(35);
  });

  test.each(Object.keys(ROOTS) as RootName[])(
    "of the root %s refuses everybody who may not, before it reads the input",
    async (root) => expect(await guardFaults(root, ROOTS[root])).toEqual([]),
    180_000,
  );

  test("lets those in whose role has the permission", async () => {
    const faults: string[] = [];
    for (const procedure of OF_PORTALS) {
      const kind = KIND_OF[procedure.root as Exclude<RootName, "account">];
      const { permission } = procedure.meta ?? {};
      if (!permission || (procedure.type !== "query" && !procedure.hasInput)) continue;
      for (const role of rolesOf(kind).filter((candidate) => mayDo(kind, candidate, permission))) {
        const who = person(`near.${kind}.${role}`);
        const outcome = await call(
          ROOTS[procedure.root],
          procedure.path,
          who,
          organisation(`near.${kind}`).slug,
          GARBAGE,
        );
        // With input it must get as far as complaining about the garbage; without, it may do what it does.
        const passed = procedure.hasInput
          ? outcome.code === "BAD_REQUEST"
          : outcome.code !== "FORBIDDEN" && outcome.code !== "UNAUTHORIZED";
        if (!passed)
          faults.push(`${procedure.root}.${procedure.path} as ${role}: ${outcome.code} ${outcome.reason}`);
      }
    }
    expect(faults).toEqual([]);
  }, 180_000);

  test("refuses a session that was signed out a moment ago", async () => {
    await makePerson("leaver", [["near.merchant", "admin"]]);
    const slug = organisation("near.merchant").slug;
    expect((await call(ROOTS.m, "team.list", person("leaver"), slug, undefined)).code).toBeNull();
    await signOut(person("leaver").sessionId);
    expect(await call(ROOTS.m, "team.list", person("leaver"), slug, undefined)).toMatchObject({
      code: "UNAUTHORIZED",
      reason: "not_signed_in",
    });
  });
});

describe("a planted fault is found", () => {
  test("a procedure that nobody listed", () => {
    const planted = router({ planted: procedureAt("m", "team.list") });
    expect(unlisted(proceduresOf("m", planted as unknown as AnyRoot))).toEqual(["m.planted"]);
  });

  test("a procedure without a guard", async () => {
    const open = initTRPC.context<RequestContext>().create();
    const planted = open.router({ planted: open.procedure.query(() => "everybody reads this") });
    const faults = await guardFaults("m", planted as unknown as AnyRoot);
    expect(faults).toContain("m.planted is not built by the builder of its portal");
    expect(faults.join("\n")).toMatch(/m\.planted as nobody .*: an answer instead of UNAUTHORIZED/);
  });

  test("a procedure of the operator's in a merchant's portal", async () => {
    const planted = router({ planted: procedureAt("ops", "organisations.create") });
    const faults = await guardFaults("m", planted as unknown as AnyRoot);
    expect(faults).toContain("m.planted is not built by the builder of its portal");
  });
});

// --- Somebody else's ids ------------------------------------------------------------------------------------------

/** The table that holds the things of an id's kind, where it is not simply the kind's name. */
const TABLES: Partial<Record<IdKind, string>> = {
  user: "app_user",
  credential: "device_credential",
  usageWindow: "usage_window",
  programHoliday: "program_holiday",
  programTerms: "program_terms",
  settlementRun: "settlement_run",
  standingConsent: "standing_consent",
  bankAccount: "bank_account",
  case: "review_case",
  import: "import_batch",
  auditEntry: "audit_entry",
  exception: "settlement_exception",
  roleGrant: "role_grant",
  passwordReset: "password_reset",
};

function foreignTo(kind: OrganisationKind): { foreign: Foreign; used: () => boolean } {
  const far = tenant(kind === "agency" ? "far.agency" : "far.merchant");
  let used = false;
  const uuid = (of: IdKind): string => {
    used = true;
    const found = far.ids.get(TABLES[of] ?? of);
    if (!found) throw new Error(`no foreign row for ids of kind ${of}; name its table in TABLES`);
    return found;
  };
  return {
    used: () => used,
    foreign: {
      uuid,
      id: (of) => toPublicId(of, uuid(of)),
      get organisationSlug() {
        used = true;
        return far.slug;
      },
      get programSlug() {
        used = true;
        return "far-program";
      },
    },
  };
}

/** Everything that would betray a row of the far side, except what the caller itself has sent. */
function betrayals(sent: unknown, value: unknown): string[] {
  const question = JSON.stringify(sent) ?? "";
  const answer =
    JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? inner.toString() : inner)) ?? "";
  const signs: string[] = [];
  for (const far of [tenant("far.merchant"), tenant("far.agency")]) {
    signs.push(far.marker, far.organisationId);
    for (const [table, id] of far.ids) {
      signs.push(id);
      const kind = (Object.keys(ID_PREFIXES) as IdKind[]).find(
        (candidate) => (TABLES[candidate] ?? candidate) === table,
      );
      if (kind) signs.push(toPublicId(kind, id));
    }
  }
  return [...new Set(signs)].filter((sign) => answer.includes(sign) && !question.includes(sign));
}

/** A fingerprint of every row of the database, but for counters of attempts and when somebody was last seen. */
async function fingerprint(): Promise<Map<string, string>> {
  return await withOwner(async (client) => {
    fingerprintSql ??= (await readCatalogue(client)).tables
      .filter((name) => name !== "rate_limit")
      .map(
        (
          name,
        ) => `select '${name}' as name, md5(coalesce(string_agg(line, chr(10) order by line), '')) as print
          from (select (to_jsonb(t) - 'last_seen_at')::text as line from "${name}" t) lines`,
      )
      .join(" union all ");
    const { rows } = await client.query<{ name: string; print: string }>(fingerprintSql);
    return new Map(rows.map((row) => [row.name, row.print]));
  });
}

let fingerprintSql: string | undefined;

function changedTables(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...after].filter(([table, print]) => before.get(table) !== print).map(([table]) => table);
}

describe("with ids of another tenant", () => {
  const OF_TENANTS = ALL.filter(({ root }) => root !== "ops");

  test.each(OF_TENANTS.map((procedure) => [`${procedure.root}.${procedure.path}`, procedure] as const))(
    "%s gives nothing and changes nothing",
    async (name, procedure) => {
      const kind = procedure.root === "account" ? "merchant" : KIND_OF[procedure.root as "m" | "a"];
      const { foreign, used } = foreignTo(kind);
      const sample = SAMPLES[procedure.root][procedure.path];
      if (!sample) throw new Error(`${name} has no sample input`);
      const input = sample(foreign);
      const who = person(`near.${kind}.admin`);
      const slug = procedure.root === "account" ? null : organisation(`near.${kind}`).slug;
      if (procedure.type === "mutation" && !used()) return;
      const before = await fingerprint();
      const outcome = await call(ROOTS[procedure.root], procedure.path, who, slug, input);
      const changed = changedTables(before, await fingerprint());
      expect(changed).toEqual([]);
      if (outcome.code === null) {
        const allowed = procedure.type !== "mutation" || Object.hasOwn(MAY_SUCCEED_WITH_FOREIGN_IDS, name);
        expect(allowed, `${name} did something with a foreign id`).toBe(true);
        expect(betrayals(input, outcome.value)).toEqual([]);
      } else {
        // Anything else would mean that the sample never reached the service, or that it broke there.
        expect(["NOT_FOUND", "FORBIDDEN"], String(outcome.error)).toContain(outcome.code);
        expect(betrayals(input, String(outcome.error))).toEqual([]);
      }
    },
    30_000,
  );
});

// --- REST ---------------------------------------------------------------------------------------------------------

async function routesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob("**/route.{ts,tsx}", { cwd: folder }))
    found.push(file.replace(/\/route\.tsx?$/, ""));
  return found.sort();
}

describe("every REST route", () => {
  const app = join(import.meta.dirname, "../../app");

  test("is listed with its guard, and every listed one exists", async () => {
    const found = await routesOf(app);
    expect(found.filter((route) => !Object.hasOwn(ROUTES, route))).toEqual([]);
    expect(Object.keys(ROUTES).filter((route) => !found.includes(route))).toEqual([]);
    expect(found.length).toBeGreaterThan(2);
  });

  const guarded = Object.entries(ROUTES).flatMap(([route, guard]) =>
    guard.access === "signed_in" ? [{ route, params: guard.params }] : [],
  );

  /** The status of each method of a route, asked by somebody for things of the far side. */
  async function ask(route: string, params: (typeof guarded)[number]["params"], who: Person | null) {
    const module: Record<string, unknown> = await import(join(app, route, "route.ts"));
    const headers = new Headers(who ? { cookie: await sealSessionCookie(who.sessionId) } : {});
    const answers: { method: string; status: number; body: string }[] = [];
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      const handler = module[method] as
        | ((request: NextRequest, context: unknown) => Promise<Response>)
        | undefined;
      if (!handler) continue;
      const request = new NextRequest(`http://localhost:3000/${route}`, { method, headers });
      const given = params(foreignTo("merchant").foreign);
      const response = await handler(request, { params: Promise.resolve(given) });
      answers.push({ method, status: response.status, body: await response.text() });
    }
    expect(answers.length).toBeGreaterThan(0);
    return answers;
  }

  test.each(guarded)("$route refuses whoever is not signed in", async ({ route, params }) => {
    for (const { method, status } of await ask(route, params, null)) expect(status, method).toBe(401);
  });

  test.each(guarded)(
    "$route gives nothing of another tenant and changes nothing",
    async ({ route, params }) => {
      const before = await fingerprint();
      for (const name of ["stranger", "near.merchant.admin", "near.agency.admin", "shut.merchant.admin"]) {
        for (const { method, status, body } of await ask(route, params, person(name))) {
          expect([403, 404], `${method} as ${name}: ${body}`).toContain(status);
          expect(betrayals(params(foreignTo("merchant").foreign), body)).toEqual([]);
        }
      }
      expect(changedTables(before, await fingerprint())).toEqual([]);
    },
  );

  test("the cookie of these tests is one that the guards accept", async () => {
    const slug = organisation("near.merchant").slug;
    const cookie = await sealSessionCookie(person("near.merchant.admin").sessionId);
    const url = `http://localhost:3000/api/trpc/m/${slug}/team.list`;
    const answer = await handleTrpcRequest(new NextRequest(url, { headers: { cookie } }), "m", slug);
    expect(answer.status).toBe(200);
  });

  test("a route that nobody listed is found", async () => {
    const folder = await mkdtemp(join(tmpdir(), "planted-"));
    try {
      await mkdir(join(folder, "api/planted"), { recursive: true });
      await writeFile(join(folder, "api/planted/route.ts"), "export const GET = () => Response.json({});");
      const routes = await routesOf(folder);
      expect(routes.filter((route) => !Object.hasOwn(ROUTES, route))).toEqual(["api/planted"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
