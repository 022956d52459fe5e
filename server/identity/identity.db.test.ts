import { describe, expect, test } from "vitest";
import { now, withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import { AppError } from "@/server/platform/errors";
import { fromPublicId, type Id, newId, toPublicId } from "@/server/platform/ids";
import { mintPortalScope, mintSystemScope, type PortalScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { SIGN_IN_LIMIT_PER_ADDRESS } from "./constants";
import type { OrganisationKind, Role } from "./permissions";
import { createProgramSchema } from "./schema";
import {
  addMembership,
  addPartyToProgram,
  createOrganisation,
  createProgram,
  createUser,
  findAccess,
  listAccess,
  listPrograms,
  resolveSession,
  setOrganisationSuspended,
} from "./service";
import { changePassword, listSessions, revokeOtherSessions, revokeSession } from "./service/account";
import { signIn, signOut } from "./service/sign-in";
import { changeRole, listTeam, revokeMembership } from "./service/team";

useTestDatabase();
const system = mintSystemScope("test");
const PASSWORD = "correct horse battery";

let counter = 0;
function fresh(word: string): string {
  counter++;
  return `${word}-${counter}`;
}

async function organisationOf(kind: OrganisationKind) {
  return await createOrganisation(system, { kind, slug: fresh(kind), name: `The ${kind} ${counter}` });
}

async function personIn(organisationId: Id<"organisation">, role: Role) {
  const user = await createUser(system, {
    email: `${fresh("person")}@example.org`,
    name: `Person ${counter}`,
    password: PASSWORD,
  });
  const membershipId = await addMembership(system, { userId: user.id, organisationId, role });
  return { ...user, membershipId };
}

function scopeOf(
  kind: OrganisationKind,
  organisationId: Id<"organisation">,
  userId: Id<"user">,
): PortalScope {
  return mintPortalScope(kind, organisationId, { kind: "user", id: userId });
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error.reason;
}

function enter(email: string, password: string, ip: string | null = null) {
  return signIn({ email, password, ip, userAgent: "test" });
}

describe("signing in", () => {
  test("the right password opens a session that is found again, whatever the case of the e-mail", async () => {
    const merchant = await organisationOf("merchant");
    const person = await personIn(merchant.id, "viewer");
    const result = await enter(` ${person.email.toUpperCase()} `, PASSWORD, "203.0.113.9");
    if (!result.ok) throw new Error(result.reason);
    expect((await resolveSession(result.sessionId))?.user.email).toBe(person.email);
    const [session] = await listSessions(person.id);
    expect(session).toMatchObject({ id: result.sessionId, ip: "203.0.113.9", userAgent: "test" });
  });

  test("an unknown e-mail, a wrong password and a disabled person are refused alike", async () => {
    const merchant = await organisationOf("merchant");
    const person = await personIn(merchant.id, "viewer");
    const disabled = await personIn(merchant.id, "viewer");
    await withOwner((client) =>
      client.query("update app_user set disabled_at = now() where id = $1", [disabled.id]),
    );
    const refused = { ok: false, reason: "wrong_credentials" };
    expect(await enter("nobody@example.org", PASSWORD)).toEqual(refused);
    expect(await enter(person.email, "another password")).toEqual(refused);
    expect(await enter(disabled.email, PASSWORD)).toEqual(refused);
    expect(await enter("not an e-mail", PASSWORD)).toEqual(refused);
    expect(await enter(person.email, "x".repeat(100_000))).toEqual(refused);
  });

  test("a refusal costs the same work whether the e-mail is known or not", async () => {
    const merchant = await organisationOf("merchant");
    const people = await Promise.all(Array.from({ length: 5 }, () => personIn(merchant.id, "viewer")));
    // Processor time and not the clock's, and the least of several: a busy machine must not decide this.
    const work = async (email: string) => {
      const started = process.cpuUsage();
      await enter(email, "wrong password");
      const { user, system: inKernel } = process.cpuUsage(started);
      return user + inKernel;
    };
    await work("warm-up@example.org");
    const known: number[] = [];
    const unknown: number[] = [];
    for (const person of people) {
      known.push(await work(person.email));
      unknown.push(await work(`${fresh("ghost")}@example.org`));
    }
    // Without the decoy the unknown one would take a fraction of it.
    expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) * 0.6);
    expect(Math.min(...known)).toBeGreaterThan(Math.min(...unknown) * 0.6);
  });

  test("too many refusals from one address stop other e-mails from there, and nobody elsewhere", async () => {
    const merchant = await organisationOf("merchant");
    const person = await personIn(merchant.id, "viewer");
    await withClock(new Date("2026-03-02T10:00:00Z"), async () => {
      for (let i = 0; i < SIGN_IN_LIMIT_PER_ADDRESS; i++)
        await enter(`ghost${i}@example.org`, "x", "198.51.100.7");
      expect(await enter(person.email, PASSWORD, "198.51.100.7")).toMatchObject({
        reason: "too_many_attempts",
      });
      expect(await enter(person.email, PASSWORD, "198.51.100.8")).toMatchObject({ ok: true });
    });
  }, 120_000);

  test("signing in often with the right password is never throttled", async () => {
    const merchant = await organisationOf("merchant");
    const person = await personIn(merchant.id, "viewer");
    for (let i = 0; i < 13; i++) {
      expect((await enter(person.email, PASSWORD, "192.0.2.4")).ok).toBe(true);
    }
  });
});

describe("sessions", () => {
  async function signedIn() {
    const merchant = await organisationOf("merchant");
    const person = await personIn(merchant.id, "viewer");
    const result = await enter(person.email, PASSWORD);
    if (!result.ok) throw new Error(result.reason);
    return { person, sessionId: result.sessionId };
  }

  test("signing out ends the session at once", async () => {
    const { sessionId } = await signedIn();
    await signOut(sessionId);
    expect(await resolveSession(sessionId)).toBeNull();
    await signOut(sessionId);
  });

  test("a session ends after three days without a request and after fourteen days in any case", async () => {
    const { sessionId } = await signedIn();
    const day = 24 * 3_600_000;
    const inDays = (days: number) => new Date(now().getTime() + days * day);
    expect(await withClock(inDays(3.01), () => resolveSession(sessionId))).toBeNull();
    for (let days = 2; days <= 12; days += 2) {
      expect(await withClock(inDays(days), () => resolveSession(sessionId))).not.toBeNull();
    }
    expect(await withClock(inDays(14.01), () => resolveSession(sessionId))).toBeNull();
  });

  test("being seen is written at most once a minute", async () => {
    const { person, sessionId } = await signedIn();
    const seen = async () => (await listSessions(person.id))[0]?.lastSeenAt.getTime() ?? 0;
    const first = await seen();
    await withClock(new Date(first + 30_000), () => resolveSession(sessionId));
    expect(await seen()).toBe(first);
    await withClock(new Date(first + 61_000), () => resolveSession(sessionId));
    expect(await seen()).toBe(first + 61_000);
  });

  test("somebody else's session cannot be revoked", async () => {
    const one = await signedIn();
    const other = await signedIn();
    expect(await refusalOf(revokeSession(one.person.id, other.sessionId))).toBe("session_not_found");
    expect(await resolveSession(other.sessionId)).not.toBeNull();
  });

  test("ending the others keeps the one that asks", async () => {
    const { person, sessionId } = await signedIn();
    await enter(person.email, PASSWORD);
    await enter(person.email, PASSWORD);
    expect(await revokeOtherSessions(person.id, sessionId)).toBe(2);
    expect((await listSessions(person.id)).map((session) => session.id)).toEqual([sessionId]);
  });

  test("a new password needs the present one, works afterwards, and ends the other sessions", async () => {
    const { person, sessionId } = await signedIn();
    await enter(person.email, PASSWORD);
    const wrong = changePassword(person.id, sessionId, { current: "guess", next: "a new long password" });
    expect(await refusalOf(wrong)).toBe("password_wrong");
    await changePassword(person.id, sessionId, { current: PASSWORD, next: "a new long password" });
    expect((await listSessions(person.id)).map((session) => session.id)).toEqual([sessionId]);
    expect((await enter(person.email, PASSWORD)).ok).toBe(false);
    expect((await enter(person.email, "a new long password")).ok).toBe(true);
  });
});

describe("memberships", () => {
  test("one person may be in several organisations, each with its own role", async () => {
    const merchant = await organisationOf("merchant");
    const agency = await organisationOf("agency");
    const person = await personIn(merchant.id, "admin");
    await addMembership(system, { userId: person.id, organisationId: agency.id, role: "viewer" });
    const all = await listAccess(person.id);
    expect(all.map((access) => [access.organisation.slug, access.role])).toEqual([
      [merchant.slug, "admin"],
      [agency.slug, "viewer"],
    ]);
    expect(await findAccess(person.id, "elsewhere")).toBeNull();
  });

  test("a role of another kind of organisation is refused", async () => {
    const merchant = await organisationOf("merchant");
    const person = await personIn(merchant.id, "admin");
    const agency = await organisationOf("agency");
    const adding = addMembership(system, { userId: person.id, organisationId: agency.id, role: "auditor" });
    expect(await refusalOf(adding)).toBe("role_unknown");
  });

  test("the last admin can neither leave nor step down", async () => {
    const merchant = await organisationOf("merchant");
    const admin = await personIn(merchant.id, "admin");
    await personIn(merchant.id, "finance");
    const scope = scopeOf("merchant", merchant.id, admin.id);
    expect(await refusalOf(revokeMembership(scope, admin.membershipId))).toBe("last_admin");
    expect(await refusalOf(changeRole(scope, admin.membershipId, "viewer"))).toBe("last_admin");
    expect((await findAccess(admin.id, merchant.slug))?.role).toBe("admin");
  });

  test("two admins who remove each other at the same moment leave one", async () => {
    for (let round = 0; round < 5; round++) {
      const merchant = await organisationOf("merchant");
      const one = await personIn(merchant.id, "admin");
      const two = await personIn(merchant.id, "admin");
      const results = await Promise.allSettled([
        revokeMembership(scopeOf("merchant", merchant.id, one.id), two.membershipId),
        revokeMembership(scopeOf("merchant", merchant.id, two.id), one.membershipId),
      ]);
      expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(await listTeam(scopeOf("merchant", merchant.id, one.id))).toHaveLength(1);
    }
  });

  test("a member of another organisation can be neither changed nor removed", async () => {
    const merchant = await organisationOf("merchant");
    const admin = await personIn(merchant.id, "admin");
    const other = await organisationOf("merchant");
    const stranger = await personIn(other.id, "viewer");
    const scope = scopeOf("merchant", merchant.id, admin.id);
    expect(await refusalOf(changeRole(scope, stranger.membershipId, "admin"))).toBe("member_not_found");
    expect(await refusalOf(revokeMembership(scope, stranger.membershipId))).toBe("member_not_found");
    expect((await findAccess(stranger.id, other.slug))?.role).toBe("viewer");
  });

  test("a removed member is a stranger with the next request and may be added again", async () => {
    const merchant = await organisationOf("merchant");
    const admin = await personIn(merchant.id, "admin");
    const person = await personIn(merchant.id, "viewer");
    await revokeMembership(scopeOf("merchant", merchant.id, admin.id), person.membershipId);
    expect(await findAccess(person.id, merchant.slug)).toBeNull();
    await addMembership(system, { userId: person.id, organisationId: merchant.id, role: "finance" });
    expect((await findAccess(person.id, merchant.slug))?.role).toBe("finance");
  });
});

describe("organisations and programs", () => {
  test("a short name is taken once", async () => {
    const merchant = await organisationOf("merchant");
    const again = createOrganisation(system, { kind: "agency", slug: merchant.slug, name: "Twin" });
    expect(await refusalOf(again)).toBe("slug_taken");
  });

  test("parties see the programs they are in and no others", async () => {
    const operator = await organisationOf("operator");
    const merchant = await organisationOf("merchant");
    const outsider = await organisationOf("merchant");
    const admin = await personIn(operator.id, "admin");
    const scope = mintPortalScope("operator", operator.id, { kind: "user", id: admin.id });
    const program = await createProgram(scope, {
      slug: fresh("program"),
      name: "A program",
      currency: "EUR",
      timeZone: "Europe/Oslo",
      calendar: { every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 },
    });
    await addPartyToProgram(scope, { programId: program.id, organisationId: merchant.id });
    await addPartyToProgram(scope, { programId: program.id, organisationId: merchant.id });
    const seenBy = async (id: Id<"organisation">) =>
      (await listPrograms(scopeOf("merchant", id, admin.id))).map((item) => item.slug);
    expect(await seenBy(merchant.id)).toEqual([program.slug]);
    expect(await seenBy(outsider.id)).toEqual([]);
    expect((await listPrograms(scope)).map((item) => item.slug)).toContain(program.slug);
  });

  test("a program's months may end on day 29 to 31", async () => {
    const operator = await organisationOf("operator");
    const admin = await personIn(operator.id, "admin");
    const scope = mintPortalScope("operator", operator.id, { kind: "user", id: admin.id });
    for (const day of [29, 30, 31]) {
      const input = createProgramSchema.parse({
        name: "Month end",
        slug: fresh("month-end"),
        currency: "EUR",
        timeZone: "Europe/Oslo",
        calendar: { every: "month", day, cutOff: "00:00", payoutDelayBusinessDays: 1 },
      });
      expect((await createProgram(scope, input)).calendar).toMatchObject({ every: "month", day });
    }
    const wrong = { every: "month", day: 32, cutOff: "00:00", payoutDelayBusinessDays: 1 };
    expect(createProgramSchema.shape.calendar.safeParse(wrong).success).toBe(false);
  });

  test("suspending shuts people out and resuming lets them in again; the operator cannot suspend itself", async () => {
    const operator = await organisationOf("operator");
    const admin = await personIn(operator.id, "admin");
    const scope = mintPortalScope("operator", operator.id, { kind: "user", id: admin.id });
    const merchant = await organisationOf("merchant");
    const person = await personIn(merchant.id, "viewer");
    await setOrganisationSuspended(scope, merchant.id, true);
    expect((await findAccess(person.id, merchant.slug))?.organisation.suspended).toBe(true);
    await setOrganisationSuspended(scope, merchant.id, false);
    expect((await findAccess(person.id, merchant.slug))?.organisation.suspended).toBe(false);
    expect(await refusalOf(setOrganisationSuspended(scope, operator.id, true))).toBe("own_organisation");
  });

  test("a tenant cannot lift its own suspension, even past the services", async () => {
    const merchant = await organisationOf("merchant");
    const person = await personIn(merchant.id, "admin");
    const changed = await withScope(scopeOf("merchant", merchant.id, person.id), (tx) =>
      tx.query("update organisation set name = 'Mine' where id = $1", [merchant.id]),
    );
    expect(changed.rowCount).toBe(0);
  });
});

describe("audit", () => {
  test("each change of people leaves an entry that names who did it, and nobody can change it", async () => {
    const merchant = await organisationOf("merchant");
    const admin = await personIn(merchant.id, "admin");
    const person = await personIn(merchant.id, "finance");
    await changeRole(scopeOf("merchant", merchant.id, admin.id), person.membershipId, "viewer");
    const entry = await withOwner(async (client) => {
      const found = await client.query(
        "select actor_id, organisation_id, before, after from audit_entry where action = 'membership.role_changed' and subject_id = $1",
        [person.membershipId],
      );
      return found.rows[0];
    });
    expect(entry).toEqual({
      actor_id: admin.id,
      organisation_id: merchant.id,
      before: { userId: person.id, role: "finance" },
      after: { userId: person.id, role: "viewer" },
    });
    await expect(withOwner((client) => client.query("delete from audit_entry"))).rejects.toThrow(
      /never changed/,
    );
  });
});

test("public ids of identity lead back to the same rows", () => {
  const id = newId("membership");
  expect(fromPublicId("membership", toPublicId("membership", id))).toBe(id);
});
