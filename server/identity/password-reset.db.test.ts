/** The way back for a lost password, and what nobody can do with it. */
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { now, withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { forgetEnv } from "@/server/platform/env";
import { AppError } from "@/server/platform/errors";
import { type Id, newId } from "@/server/platform/ids";
import { mintPortalScope, mintSystemScope, type OperatorScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import type { OrganisationKind, Role } from "./permissions";
import { addMembership, createOrganisation, createUser, resolveSession } from "./service";
import { acceptInvitationAsNewUser } from "./service/accept-invitation";
import { createInvitation, inviteAdmin, releaseInvitation } from "./service/invitations";
import {
  askReset,
  askResetOf,
  completeReset,
  findReset,
  listResets,
  releaseReset,
  requestResetByMail,
  resetFromTerminal,
  withdrawReset,
} from "./service/password-reset";
import { writeResetMail } from "./service/reset-mail";
import { openSession, signIn } from "./service/sign-in";

const database = useTestDatabase();
const system = mintSystemScope("test");
const OLD = "correct horse battery";
const NEW = "another long password";
const FROM = { ip: "203.0.113.9", userAgent: "A browser" };

let owner: pg.Client;
beforeAll(async () => {
  owner = new pg.Client({ connectionString: database.url() });
  await owner.connect();
});
afterAll(() => owner.end());

let counter = 0;
const fresh = (word: string) => `${word}-${++counter}`;

function setMail(on: boolean): void {
  if (on)
    Object.assign(process.env, {
      PURSE_MAIL_URL: "smtp://127.0.0.1:1",
      PURSE_MAIL_FROM: "Common Purse <purse@example.org>",
    });
  else {
    delete process.env.PURSE_MAIL_URL;
    delete process.env.PURSE_MAIL_FROM;
  }
  forgetEnv();
}
afterAll(() => setMail(false));

interface Org {
  id: Id<"organisation">;
  kind: OrganisationKind;
}

async function organisationOf(kind: OrganisationKind) {
  return await createOrganisation(system, { kind, slug: fresh(kind), name: `The ${kind} ${counter}` });
}

const scopeIn = (org: Org, id: Id<"user">) => mintPortalScope(org.kind, org.id, { kind: "user", id });

async function personIn(organisation: Org, role: Role) {
  const email = `${fresh("person")}@example.org`;
  const user = await createUser(system, { email, name: `Person ${counter}`, password: OLD });
  const organisationId = organisation.id;
  const membershipId = await addMembership(system, { userId: user.id, organisationId, role });
  return { ...user, membershipId, scope: scopeIn(organisation, user.id) };
}

async function peopleIn(organisation: Org, ...roles: Role[]) {
  const people = [];
  for (const role of roles) people.push(await personIn(organisation, role));
  return people as [Person, Person, Person, Person];
}
type Person = Awaited<ReturnType<typeof personIn>>;

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error.reason;
  if (error instanceof Error && "constraint" in error && error.constraint) return String(error.constraint);
  if (error instanceof Error && "code" in error) return String(error.code);
  throw new Error(`expected a refusal, got ${String(error)}`);
}

const tokenOf = (url: string) => url.split("/").at(-1) ?? "";
const enters = async (email: string, password: string) =>
  (await signIn({ email, password, ip: null, userAgent: null })).ok;
const faultOf = async (first: string, second: string, since = now()) =>
  (await owner.query("select second_person_fault($1, $2, $3) as fault", [first, second, since])).rows[0]
    .fault;
const resetIds = async (person: { id: string }) =>
  (
    await owner.query("select id from password_reset where user_id = $1 order by requested_at", [person.id])
  ).rows.map(({ id }) => id as Id<"passwordReset">);

describe("by mail", () => {
  beforeEach(() => setMail(true));

  async function linkFor(email: string): Promise<string> {
    await requestResetByMail(email, null);
    const { rows } = await owner.query(
      "select subject_id as id from mail_message where recipient = $1 order by created_at desc limit 1",
      [email],
    );
    const mail = await writeResetMail(rows[0].id);
    return /\/new-password\/([\w-]{43})/.exec(mail?.text ?? "")?.[1] ?? "";
  }

  test("the mailbox brings its person back: a new password, no session of before, told in every tenant", async () => {
    const [merchant, agency] = [await organisationOf("merchant"), await organisationOf("agency")];
    const person = await personIn(merchant, "admin");
    await addMembership(system, { userId: person.id, organisationId: agency.id, role: "viewer" });
    const sessionId = await openSession(person.id, { ip: null, userAgent: null });
    const token = await linkFor(person.email);
    expect(await findReset(token)).toMatchObject({ email: person.email, needsCode: false, askedBy: null });
    expect(await completeReset(token, { password: NEW }, FROM)).toEqual({ email: person.email });
    expect(await enters(person.email, NEW)).toBe(true);
    expect(await enters(person.email, OLD)).toBe(false);
    expect(await resolveSession(sessionId)).toBeNull();
    const { rows } = await owner.query(
      "select organisation_id as id from audit_entry where action = 'password_reset.used' and subject_id = $1",
      [person.id],
    );
    expect(rows.map(({ id }) => id).sort()).toEqual([merchant.id, agency.id].sort());
    expect(await refusalOf(completeReset(token, { password: OLD }, FROM))).toBe("link_used_up");
  });

  test("an address without account gets nothing, writes nothing, and is answered alike and no faster", async () => {
    const before = await owner.query("select count(*) as n from mail_message");
    const started = performance.now();
    expect(await requestResetByMail("nobody@example.org", null)).toBeUndefined();
    expect(performance.now() - started).toBeGreaterThanOrEqual(395);
    expect((await owner.query("select count(*) as n from mail_message")).rows).toEqual(before.rows);
  });

  test("one address is mailed three times an hour, whoever asks", async () => {
    const person = await personIn(await organisationOf("merchant"), "viewer");
    for (let index = 0; index < 5; index++) await requestResetByMail(person.email, `203.0.113.${index}`);
    expect(await resetIds(person)).toHaveLength(3);
  });

  test("a link that is an hour old, or that another one overtook, opens nothing", async () => {
    const person = await personIn(await organisationOf("merchant"), "viewer");
    const [one, two] = [await linkFor(person.email), await linkFor(person.email)];
    const later = new Date(now().getTime() + 61 * 60_000);
    expect(await withClock(later, () => findReset(one))).toBeNull();
    await completeReset(two, { password: NEW }, FROM);
    expect(await findReset(one)).toBeNull();
  });

  test("with mail nobody asks for another person", async () => {
    const merchant = await organisationOf("merchant");
    const [one, member] = await peopleIn(merchant, "admin", "finance");
    expect(await refusalOf(askReset(one.scope, member.membershipId))).toBe("reset_by_mail");
  });

  test("who came back counts as new: what waited from before they do not confirm", async () => {
    const [one, two] = await peopleIn(await organisationOf("operator"), "admin", "admin");
    const since = now();
    expect(await faultOf(one.id, two.id, since)).toBeNull();
    const later = new Date(since.getTime() + 60_000);
    await withClock(later, async () => completeReset(await linkFor(two.email), { password: NEW }, FROM));
    expect(await faultOf(one.id, two.id, since)).toBe("account_too_new");
    expect(await faultOf(one.id, two.id, new Date(later.getTime() + 1))).toBeNull();
    // What was signed before they lost it stands, as the proof asks.
    const signed = await owner.query("select second_person_fault($1, $2, $3, $4) as fault", [
      one.id,
      two.id,
      since,
      new Date(later.getTime() - 1),
    ]);
    expect(signed.rows[0].fault).toBeNull();
  });
});

describe("without mail", () => {
  beforeEach(() => setMail(false));

  async function askAndRelease(asker: Person, releaser: Person, member: Person, within?: null) {
    const { id, code } = await askReset(asker.scope, member.membershipId, within);
    const { url } = await releaseReset(releaser.scope, id, within);
    return { id, code, token: tokenOf(url) };
  }

  test("one admin tells a code, another hands over the link, and it takes both", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two, member] = await peopleIn(merchant, "admin", "admin", "finance");
    const { id, code } = await askReset(one.scope, member.membershipId);
    expect(await refusalOf(releaseReset(one.scope, id))).toBe("same_person");
    expect(await listResets(two.scope)).toMatchObject([{ memberName: member.name, releaseFault: null }]);
    const token = tokenOf((await releaseReset(two.scope, id)).url);
    expect(await findReset(token)).toMatchObject({ needsCode: true, askedBy: one.name });
    expect(await refusalOf(completeReset(token, { password: NEW }, FROM))).toBe("code_wrong");
    await completeReset(token, { password: NEW, code }, FROM);
    expect(await enters(member.email, NEW)).toBe(true);
    expect(await listResets(two.scope)).toEqual([]);
  });

  test("whoever asked counts as having brought the person in; whoever handed over half does not", async () => {
    const [one, two, member] = await peopleIn(await organisationOf("operator"), "admin", "admin", "finance");
    expect(await faultOf(member.id, one.id)).toBeNull();
    const { token, code } = await askAndRelease(one, two, member);
    await completeReset(token, { password: NEW, code }, FROM);
    const later = new Date(now().getTime() + 1);
    expect(await faultOf(member.id, one.id, later)).toBe("invited_by_other");
    expect(await faultOf(one.id, member.id, later)).toBe("invited_by_other");
    expect(await faultOf(member.id, two.id, later)).toBeNull();
  });

  test("the only admin of a party comes back by two operators, and the party reads it", async () => {
    const [one, two] = await peopleIn(await organisationOf("operator"), "admin", "admin");
    const merchant = await organisationOf("merchant");
    const [lonely] = await peopleIn(merchant, "admin");
    const { token, code, id } = await askAndRelease(one, two, lonely, null);
    await completeReset(token, { password: NEW, code }, FROM);
    expect(await enters(lonely.email, NEW)).toBe(true);
    const { rows } = await owner.query(
      "select action from audit_entry where organisation_id = $1 and after ->> 'resetId' = $2 order by at, id",
      [merchant.id, id],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      "password_reset.asked",
      "password_reset.released",
      "password_reset.used",
    ]);
  });

  test("what waits stands in the inbox of those who can confirm it", async () => {
    const [operator] = await peopleIn(await organisationOf("operator"), "admin");
    const merchant = await organisationOf("merchant");
    const [one, two, member] = await peopleIn(merchant, "admin", "admin", "finance");
    const { id } = await askReset(one.scope, member.membershipId);
    const inboxOf = async (person: Person) =>
      (
        await withScope(person.scope, (tx) =>
          tx.query<{ fault: string | null }>(
            `select waiting_fault(action, id, $2, $3, now()) as fault from waiting_for_second_person
             where id = $1 and action = 'password.release'`,
            [id, person.id, person.scope.organisationId],
          ),
        )
      ).rows;
    expect(await inboxOf(two)).toEqual([{ fault: null }]);
    expect(await inboxOf(one)).toEqual([{ fault: "same_person" }]);
    expect(await inboxOf(operator)).toEqual([]);
    await releaseReset(two.scope, id);
    expect(await inboxOf(two)).toEqual([]);
  });

  test("of two founders the one who chose a party's admin asks, so that the other still confirms for it", async () => {
    await owner.query(
      "update membership set revoked_at = now() where revoked_at is null and organisation_id in (select id from organisation where kind = 'operator')",
    );
    const [one, two] = await peopleIn(await organisationOf("operator"), "admin", "admin");
    const merchant = await organisationOf("merchant");
    const email = `${fresh("only")}@example.org`;
    const issued = await inviteAdmin(one.scope as OperatorScope, { organisationId: merchant.id, email });
    const { url } = await releaseInvitation(two.scope, issued.id, null);
    const accepting = { name: "Only", password: OLD, code: issued.code ?? "" };
    const { userId } = await acceptInvitationAsNewUser(tokenOf(url ?? ""), accepting, FROM);
    const { rows } = await owner.query("select id from membership where user_id = $1", [userId]);
    const only = { ...two, id: userId, membershipId: rows[0].id as Id<"membership"> };
    expect(await refusalOf(askResetOf(two.scope as OperatorScope, only.membershipId))).toBe("nobody_left");
    const { token, code } = await askAndRelease(one, two, only, null);
    await completeReset(token, { password: NEW, code }, FROM);
    expect(await faultOf(userId, two.id, new Date(now().getTime() + 1))).toBeNull();
  });

  test("no admin of a party opens the account of somebody who belongs elsewhere as well", async () => {
    const operator = await organisationOf("operator");
    const [one, two, auditor] = await peopleIn(operator, "admin", "admin", "auditor");
    const merchant = await organisationOf("merchant");
    const [admin, , guest] = await peopleIn(merchant, "admin", "admin", "viewer");
    // An operator whom a merchant invited as a viewer.
    const asViewer = { organisationId: merchant.id, role: "viewer" as const };
    const visiting = await addMembership(system, { userId: auditor.id, ...asViewer });
    expect(await refusalOf(askReset(admin.scope, visiting))).toBe("not_entitled");
    // A person of two parties.
    const agency = await organisationOf("agency");
    await addMembership(system, { userId: guest.id, organisationId: agency.id, role: "admin" });
    expect(await refusalOf(askReset(admin.scope, guest.membershipId))).toBe("not_entitled");
    const { token, code } = await askAndRelease(one, two, guest, null);
    await completeReset(token, { password: NEW, code }, FROM);
    expect(await enters(guest.email, NEW)).toBe(true);
  });

  test("a person who joins another organisation in between is not opened by the first one's admins", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two, member] = await peopleIn(merchant, "admin", "admin", "viewer");
    const { token, code, id } = await askAndRelease(one, two, member);
    const agency = await organisationOf("agency");
    await addMembership(system, { userId: member.id, organisationId: agency.id, role: "admin" });
    expect(await findReset(token)).toBeNull();
    expect(await refusalOf(completeReset(token, { password: NEW, code }, FROM))).toBe("link_used_up");
    const use = "update password_reset set used_at = now(), used_with = code_hash where id = $1";
    expect(await refusalOf(withScope(system, (tx) => tx.query(use, [id])))).toBe("password_reset_asker");
  });

  test("nobody asks for themselves, for people of others, or for a party that has another admin", async () => {
    const [operator] = await peopleIn(await organisationOf("operator"), "admin");
    const merchant = await organisationOf("merchant");
    const [one, two] = await peopleIn(merchant, "admin", "admin");
    const [stranger] = await peopleIn(await organisationOf("merchant"), "admin");
    expect(await refusalOf(askReset(one.scope, one.membershipId))).toBe("same_person");
    expect(await refusalOf(askReset(stranger.scope, one.membershipId))).toBe("member_not_found");
    expect(await refusalOf(askResetOf(operator.scope as OperatorScope, two.membershipId))).toBe(
      "not_entitled",
    );
  });

  test("the inviter, a newcomer and the person themselves release nothing; what is withdrawn opens nothing", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two, member] = await peopleIn(merchant, "admin", "admin", "admin");
    const early = new Date(now().getTime() - 60_000);
    const old = await withClock(early, () => askReset(one.scope, member.membershipId));
    const newcomer = await personIn(merchant, "admin");
    expect(await refusalOf(releaseReset(newcomer.scope, old.id))).toBe("account_too_new");
    const asked = await askReset(one.scope, member.membershipId);
    expect(await refusalOf(releaseReset(two.scope, old.id))).toBe("reset_not_found");
    expect(await refusalOf(releaseReset(member.scope, asked.id))).toBe("same_person");
    const invited = await createInvitation(one.scope, { email: `${fresh("p")}@example.org`, role: "admin" });
    const link = await releaseInvitation(two.scope, invited.id);
    const accepting = { name: "Puppet", password: OLD, code: invited.code ?? "" };
    const puppet = await acceptInvitationAsNewUser(tokenOf(link.url ?? ""), accepting, FROM);
    const third = await askReset(one.scope, member.membershipId);
    expect(await refusalOf(releaseReset(scopeIn(merchant, puppet.userId), third.id))).toBe(
      "invited_by_other",
    );
    const { url } = await releaseReset(two.scope, third.id);
    await withdrawReset(two.scope, third.id);
    expect(await findReset(tokenOf(url))).toBeNull();
  });

  test("the terminal lets people of the operator back, and nobody of a party", async () => {
    const operator = await organisationOf("operator");
    const [one, two] = await peopleIn(operator, "admin", "admin");
    const [other] = await peopleIn(await organisationOf("merchant"), "admin");
    const { url } = await resetFromTerminal(two.email);
    await completeReset(tokenOf(url), { password: NEW }, FROM);
    expect(await enters(two.email, NEW)).toBe(true);
    const { rows } = await owner.query(
      "select after ->> 'by' as by from audit_entry where organisation_id = $1 and action = 'password_reset.used'",
      [operator.id],
    );
    expect(rows).toEqual([{ by: "terminal" }]);
    expect(await refusalOf(resetFromTerminal(other.email))).toBe("not_entitled");
    expect(await faultOf(one.id, two.id, new Date(now().getTime() + 1))).toBeNull();
  });
});

describe("past the services, in the database itself", () => {
  beforeEach(() => setMail(false));
  const cheat = (scope: Parameters<typeof withScope>[0], sql: string, params: unknown[]) =>
    refusalOf(withScope(scope, (tx) => tx.query(sql, params)));
  const INSERT = `insert into password_reset (id, user_id, delivery, organisation_id, requested_by, requested_at, expires_at, token_hash, code_hash)
                  values ($1, $2, $3, $4, $5, now(), now() + interval '1 day', $6, $7)`;
  const made = () => [newId("passwordReset"), Buffer.from(newId("passwordReset"))] as const;

  test("nobody makes a reset in another's name, for a stranger, or one that needs no second person", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two, member] = await peopleIn(merchant, "admin", "admin", "finance");
    const [stranger] = await peopleIn(await organisationOf("merchant"), "admin");
    const [id, hash] = made();
    const of = (user: string, delivery: string, by: string | null, code: Buffer | null) =>
      [id, user, delivery, merchant.id, by, hash, code] as unknown[];
    expect(await cheat(one.scope, INSERT, of(member.id, "link_and_code", two.id, hash))).toBe("42501");
    expect(await cheat(one.scope, INSERT, of(stranger.id, "link_and_code", one.id, hash))).toBe(
      "password_reset_asker",
    );
    expect(await cheat(member.scope, INSERT, of(two.id, "link_and_code", member.id, hash))).toBe(
      "password_reset_asker",
    );
    for (const delivery of ["mail", "terminal"])
      expect(await cheat(one.scope, INSERT, of(member.id, delivery, null, null))).toBe(
        "password_reset_delivery",
      );
    const acting = { ...system, actor: one.scope.actor };
    expect(await cheat(acting, INSERT, of(member.id, "mail", null, null))).toBe("password_reset_delivery");
    expect(await cheat(system, INSERT, of(member.id, "terminal", null, null))).toBe(
      "password_reset_delivery",
    );
  });

  test("a reset is used with a release and the code, once, and by nobody's edit of what it says", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two, member] = await peopleIn(merchant, "admin", "admin", "finance");
    const { id } = await askReset(one.scope, member.membershipId);
    const link = "update password_reset set token_hash = '\\x01' where id = $1";
    expect(await cheat(one.scope, link, [id])).toBe("password_reset_link");
    const use = "update password_reset set used_at = now(), used_with = code_hash where id = $1";
    expect(await cheat(system, use, [id])).toBe("password_reset_open");
    await releaseReset(two.scope, id);
    expect(await cheat(one.scope, link, [id])).toBe("password_reset_link");
    const without = "update password_reset set used_at = now() where id = $1";
    expect(await cheat(system, without, [id])).toBe("password_reset_opened");
    for (const change of [
      "user_id = gen_random_uuid()",
      "requested_by = null",
      "code_hash = '\\x02'",
      "released_by = null",
    ])
      await expect(owner.query(`update password_reset set ${change} where id = $1`, [id])).rejects.toThrow();
    await expect(owner.query("delete from password_reset where id = $1", [id])).rejects.toThrow(/never/);
  });

  test("a password changes by its person or by a reset used at that moment, whoever speaks for the platform", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two, member] = await peopleIn(merchant, "admin", "admin", "finance");
    const set = "update user_secret set password_hash = 'x', password_changed_at = $2 where user_id = $1";
    expect(await cheat(system, set, [member.id, now()])).toBe("password_by_its_person");
    expect(await cheat({ ...system, actor: one.scope.actor }, set, [member.id, now()])).toBe(
      "password_by_its_person",
    );
    const { id, code } = await askReset(one.scope, member.membershipId);
    const token = tokenOf((await releaseReset(two.scope, id)).url);
    await completeReset(token, { password: NEW, code }, FROM);
    const { rows } = await owner.query("select used_at from password_reset where id = $1", [id]);
    expect(await cheat(system, set, [member.id, rows[0].used_at])).toBe("password_by_its_person");
  });
});
