/** How people come in: by a mailbox or by a second person's word, never by the one who invites. */
import { createServer } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import pg from "pg";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { now, withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import { forgetEnv } from "@/server/platform/env";
import { AppError } from "@/server/platform/errors";
import { type Id, newId } from "@/server/platform/ids";
import { sendWaitingMail } from "@/server/platform/mail";
import { mintPortalScope, mintSystemScope, type OperatorScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import type { OrganisationKind, Role } from "./permissions";
import {
  addMembership,
  createOrganisation,
  createUser,
  findAccess,
  findUserByEmail,
  listAccess,
} from "./service";
import {
  acceptInvitationAsMember,
  acceptInvitationAsNewUser,
  findInvitation,
} from "./service/accept-invitation";
import { acceptFoundingLink, findFoundingLink, listFoundingLinks } from "./service/founding";
import { writeInvitationMail } from "./service/invitation-mail";
import {
  createInvitation as createInvitationOf,
  INVITATION_MAIL,
  inviteAdmin as inviteAdminOf,
  listInvitations,
  releaseInvitation,
  revokeInvitation,
} from "./service/invitations";
import { changeRole, confirmRole, listGrants, listTeam, revokeMembership } from "./service/team";

const database = useTestDatabase();
const system = mintSystemScope("test");
const PASSWORD = "correct horse battery";
const FROM = { ip: "203.0.113.9", userAgent: "A browser" };
const DAY_MS = 24 * 3_600_000;

let owner: pg.Client;
beforeAll(async () => {
  owner = new pg.Client({ connectionString: database.url() });
  await owner.connect();
});
afterAll(() => owner.end());

let counter = 0;
const fresh = (word: string) => `${word}-${++counter}`;

async function organisationOf(kind: OrganisationKind) {
  return await createOrganisation(system, { kind, slug: fresh(kind), name: `The ${kind} ${counter}` });
}

async function personIn(organisation: { id: Id<"organisation">; kind: OrganisationKind }, role: Role) {
  const email = `${fresh("person")}@example.org`;
  const user = await createUser(system, { email, name: `Person ${counter}`, password: PASSWORD });
  const membershipId = await addMembership(system, {
    userId: user.id,
    organisationId: organisation.id,
    role,
  });
  const scope = mintPortalScope(organisation.kind, organisation.id, { kind: "user", id: user.id });
  return { ...user, membershipId, scope };
}

async function operatorWith(admins: number) {
  const operator = await organisationOf("operator");
  const people = [];
  for (let index = 0; index < admins; index++) people.push(await personIn(operator, "admin"));
  return { operator, people };
}

const scopeOfOperator = (person: { scope: unknown }) => person.scope as OperatorScope;

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error.reason;
}

/** The codes that inviters were shown, by invitation and by link. */
const codes = new Map<string, string | null>();

async function createInvitation(...of: Parameters<typeof createInvitationOf>) {
  const issued = await createInvitationOf(...of);
  codes.set(issued.id, issued.code);
  return issued;
}

async function inviteAdmin(...of: Parameters<typeof inviteAdminOf>) {
  const issued = await inviteAdminOf(...of);
  codes.set(issued.id, issued.code);
  return issued;
}

const tokenOf = (url: string | null) => url?.split("/").at(-1) ?? "";

async function openLink(
  releaser: { scope: Parameters<typeof releaseInvitation>[0] },
  id: Id<"invitation">,
  within?: null,
) {
  const token = tokenOf((await releaseInvitation(releaser.scope, id, within)).url);
  codes.set(token, codes.get(id) ?? null);
  return token;
}

const asNew = (token: string, name = "New One") =>
  acceptInvitationAsNewUser(token, { name, password: PASSWORD, code: codes.get(token) ?? undefined }, FROM);

const asMember = (token: string, user: Parameters<typeof acceptInvitationAsMember>[1]) =>
  acceptInvitationAsMember(token, user, FROM, codes.get(token) ?? undefined);

/** The constraint by which the database refused. */
async function constraintOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Error && "constraint" in error && error.constraint) return String(error.constraint);
  if (error instanceof Error && "code" in error) return String(error.code);
  return String(error);
}

async function auditOf(action: string, subjectId: string) {
  const { rows } = await owner.query<{ organisationId: string; after: Record<string, unknown> }>(
    `select organisation_id as "organisationId", after from audit_entry where action = $1 and subject_id = $2`,
    [action, subjectId],
  );
  return rows;
}

// --- A mailbox ------------------------------------------------------------------------------------------------------

let caught: ParsedMail[] = [];
let catcher: SMTPServer | undefined;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

function setMail(url: string | undefined): void {
  if (url)
    Object.assign(process.env, { PURSE_MAIL_URL: url, PURSE_MAIL_FROM: "Common Purse <purse@example.org>" });
  else {
    delete process.env.PURSE_MAIL_URL;
    delete process.env.PURSE_MAIL_FROM;
  }
  forgetEnv();
}

async function startCatcher(port: number): Promise<void> {
  catcher = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    onRcptTo: ({ address }, _session, done) => {
      if (!address.startsWith("refused")) return done();
      done(Object.assign(new Error("no such mailbox"), { responseCode: 550 }));
    },
    onData: (stream, _session, done) => {
      simpleParser(stream).then((mail) => {
        caught.push(mail);
        done();
      }, done);
    },
  });
  const server = catcher;
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
}

async function stopCatcher(): Promise<void> {
  const server = catcher;
  catcher = undefined;
  if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
}

const send = () => sendWaitingMail({ [INVITATION_MAIL]: writeInvitationMail });

function linkIn(mail: ParsedMail | undefined): string {
  return /\/invitation\/([\w-]{43})/.exec(mail?.text ?? "")?.[1] ?? "";
}

afterEach(async () => {
  await stopCatcher();
  setMail(undefined);
  caught = [];
});

describe("without a mail server", () => {
  beforeEach(() => setMail(undefined));

  test("whoever invites never gets the link; a second admin releases it, and it takes the inviter's code", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    const issued = await createInvitation(one.scope, { email: "new.one@example.org", role: "finance" });
    expect(issued).not.toHaveProperty("url");
    expect(issued).toMatchObject({
      state: "waiting_for_release",
      code: expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}-[B-Z]{4}$/),
    });
    expect(await refusalOf(releaseInvitation(one.scope, issued.id))).toBe("same_person");
    const token = await openLink(two, issued.id);
    expect(await findInvitation(token)).toMatchObject({
      organisationName: merchant.name,
      email: "new.one@example.org",
      accountExists: false,
      invitedBy: one.name,
      needsCode: true,
    });
    const accepted = await asNew(token);
    expect((await findAccess(accepted.userId, merchant.slug))?.role).toBe("finance");
    const member = (await listTeam(one.scope)).find((each) => each.userId === accepted.userId);
    expect(member?.cameBy).toBe("link_and_code");
    const [entry] = await auditOf("invitation.accepted", issued.id);
    expect(entry?.after).toMatchObject({
      ip: FROM.ip,
      userAgent: FROM.userAgent,
      invitedBy: one.id,
      releasedBy: two.id,
      mailboxProven: false,
    });
    expect(await refusalOf(asNew(token))).toBe("link_used_up");
  });

  const faultOf = async (first: string, second: string) =>
    (await owner.query("select second_person_fault($1, $2, now()) as fault", [first, second])).rows[0].fault;

  test("who chose the person is no second person of theirs; who handed the link over is, without having seen the code", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    const { id } = await createInvitation(one.scope, { email: `${fresh("new")}@example.org`, role: "admin" });
    const { userId } = await asNew(await openLink(two, id));
    expect(await faultOf(one.id, userId)).toBe("invited_by_other");
    expect(await faultOf(userId, one.id)).toBe("invited_by_other");
    expect(await faultOf(two.id, userId)).toBeNull();
    expect(await faultOf(userId, two.id)).toBeNull();
  });

  test("whoever has the link alone comes in neither without the code nor by trying codes", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    const email = `${fresh("target")}@example.org`;
    const { id, code } = await createInvitation(one.scope, { email, role: "admin" });
    const token = await openLink(two, id);
    const open = (tried?: string) =>
      acceptInvitationAsNewUser(token, { name: "Two", password: PASSWORD, code: tried }, FROM);
    expect(await refusalOf(open())).toBe("code_wrong");
    const another = await createInvitation(one.scope, { email: `${fresh("x")}@example.org`, role: "admin" });
    const tries = await Promise.all(
      Array.from({ length: 12 }, () => refusalOf(open(another.code ?? undefined))),
    );
    expect(new Set(tries)).toEqual(new Set(["code_wrong", "too_many_attempts"]));
    expect(tries.filter((each) => each === "code_wrong").length).toBeLessThan(6);
    expect(await findUserByEmail(system, email)).toBeNull();
    // The person meant is let in once the pause is over, however they write the code.
    const later = new Date(now().getTime() + 16 * 60_000);
    await withClock(later, () => open(` ${code?.toLowerCase().replaceAll("-", " ")} `));
    expect(await findUserByEmail(system, email)).not.toBeNull();
  });

  test("somebody who has an account needs the code as well", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    const person = await personIn(await organisationOf("agency"), "viewer");
    const { id } = await createInvitation(one.scope, { email: person.email, role: "viewer" });
    const token = await openLink(two, id);
    expect(await refusalOf(acceptInvitationAsMember(token, person, FROM))).toBe("code_wrong");
    await asMember(token, person);
    expect((await findAccess(person.id, merchant.slug))?.role).toBe("viewer");
  });

  test("two founders alone can confirm what a party's admin does: the one who did not choose that admin", async () => {
    const { people } = await operatorWith(2);
    const [one, two] = people;
    if (!one || !two) throw new Error("no operators");
    const merchant = await organisationOf("merchant");
    const email = `${fresh("first")}@example.org`;
    const { id } = await inviteAdmin(scopeOfOperator(one), { organisationId: merchant.id, email });
    const { userId } = await asNew(await openLink(two, id, null));
    expect(await faultOf(userId, two.id)).toBeNull();
    expect(await faultOf(userId, one.id)).toBe("invited_by_other");
    // Whom that admin brings in is as near to the founder who chose the admin, and no nearer to the other.
    const admin = { scope: mintPortalScope("merchant", merchant.id, { kind: "user", id: userId }) };
    const next = await createInvitation(admin.scope, {
      email: `${fresh("next")}@example.org`,
      role: "finance",
    });
    expect(await refusalOf(releaseInvitation(one.scope, next.id, null))).toBe("invited_by_other");
    const second = await asNew(await openLink(two, next.id, null));
    expect(await faultOf(second.userId, one.id)).toBe("invited_by_other");
    expect(await faultOf(second.userId, userId)).toBe("invited_by_other");
    expect(await faultOf(second.userId, two.id)).toBeNull();
  });

  test("a link is shown anew to the one who released it alone, and the older one dies", async () => {
    const merchant = await organisationOf("merchant");
    const people = [];
    for (let index = 0; index < 3; index++) people.push(await personIn(merchant, "admin"));
    const [one, two, three] = people;
    if (!one || !two || !three) throw new Error("no people");
    const { id } = await createInvitation(one.scope, { email: `${fresh("a")}@example.org`, role: "viewer" });
    const early = await openLink(two, id);
    expect(await refusalOf(releaseInvitation(three.scope, id))).toBe("already_released");
    const late = await openLink(two, id);
    expect(await findInvitation(early)).toBeNull();
    expect(await findInvitation(late)).not.toBeNull();
  });

  test("an account that is younger than the invitation, or that the inviter brought in, releases nothing", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    const { id: of } = await createInvitation(one.scope, {
      email: `${fresh("b")}@example.org`,
      role: "admin",
    });
    const { userId } = await asNew(await openLink(two, of));
    const puppet = { scope: mintPortalScope("merchant", merchant.id, { kind: "user", id: userId }) };
    const next = await createInvitation(one.scope, { email: `${fresh("c")}@example.org`, role: "viewer" });
    expect(await refusalOf(releaseInvitation(puppet.scope, next.id))).toBe("invited_by_other");
    const young = await personIn(merchant, "admin");
    const early = new Date(now().getTime() - DAY_MS);
    const old = await withClock(early, () =>
      createInvitation(one.scope, { email: `${fresh("d")}@example.org`, role: "viewer" }),
    );
    expect(await refusalOf(releaseInvitation(young.scope, old.id))).toBe("account_too_new");
  });

  test("an operator releases for a party whose admins could not, and for no other", async () => {
    const { people } = await operatorWith(2);
    const [first] = people;
    if (!first) throw new Error("no operator");
    const lonely = await organisationOf("merchant");
    const admin = await personIn(lonely, "admin");
    const { id } = await createInvitation(admin.scope, {
      email: `${fresh("e")}@example.org`,
      role: "viewer",
    });
    await openLink(first, id, null);
    const paired = await organisationOf("agency");
    const [one] = [await personIn(paired, "admin"), await personIn(paired, "admin")];
    const own = await createInvitation(one.scope, { email: `${fresh("f")}@example.org`, role: "viewer" });
    expect(await refusalOf(releaseInvitation(first.scope, own.id, null))).toBe("not_entitled");
  });

  test("the first admin of a party takes two operators, and both tenants' audit says who they were", async () => {
    const { operator, people } = await operatorWith(2);
    const [one, two] = people;
    if (!one || !two) throw new Error("no operators");
    const merchant = await organisationOf("merchant");
    const email = `${fresh("g")}@example.org`;
    const { id } = await inviteAdmin(scopeOfOperator(one), { organisationId: merchant.id, email });
    expect(await refusalOf(releaseInvitation(one.scope, id, null))).toBe("same_person");
    await asNew(await openLink(two, id, null));
    const entries = await auditOf("invitation.accepted", id);
    expect(entries.map((entry) => entry.organisationId).sort()).toEqual([operator.id, merchant.id].sort());
    for (const { after } of entries) {
      expect(after).toMatchObject({ invitedBy: one.id, releasedBy: two.id, ip: FROM.ip });
    }
  });

  test("a link that two people open at the same moment lets one in", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    const { id } = await createInvitation(one.scope, { email: "race@example.org", role: "viewer" });
    const token = await openLink(two, id);
    const results = await Promise.allSettled(["A", "B"].map((name) => asNew(token, name)));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  });

  test("an expired, withdrawn or replaced link opens nothing, nor does one of an inviter who left", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    const invite = () => createInvitation(one.scope, { email: "late@example.org", role: "viewer" });
    const early = await openLink(two, (await invite()).id);
    const inEightDays = new Date(now().getTime() + 8 * DAY_MS);
    expect(await withClock(inEightDays, () => findInvitation(early))).toBeNull();
    const second = await invite();
    const late = await openLink(two, second.id);
    expect(await findInvitation(early)).toBeNull();
    expect(await listInvitations(one.scope)).toHaveLength(1);
    await revokeInvitation(one.scope, second.id);
    expect(await findInvitation(late)).toBeNull();
    const last = await openLink(two, (await invite()).id);
    await revokeMembership(two.scope, one.membershipId);
    expect(await findInvitation(last)).toBeNull();
    expect(await refusalOf(asNew(last))).toBe("link_used_up");
  });

  test("somebody who has an account signs in to accept, and only with the invited address", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    const elsewhere = await organisationOf("agency");
    const [person, other] = [await personIn(elsewhere, "viewer"), await personIn(elsewhere, "viewer")];
    const { id } = await createInvitation(one.scope, { email: person.email, role: "viewer" });
    const token = await openLink(two, id);
    expect(await findInvitation(token)).toMatchObject({ accountExists: true });
    expect(await refusalOf(asNew(token))).toBe("account_exists");
    expect(await refusalOf(asMember(token, other))).toBe("other_email");
    await asMember(token, person);
    expect(await listAccess(person.id)).toHaveLength(2);
    expect((await findAccess(person.id, merchant.slug))?.role).toBe("viewer");
  });

  test("a member who was removed comes back by an invitation, and both inviters count", async () => {
    const merchant = await organisationOf("merchant");
    const people = [];
    for (let index = 0; index < 3; index++) people.push(await personIn(merchant, "admin"));
    const [one, two, three] = people;
    if (!one || !two || !three) throw new Error("no people");
    const email = `${fresh("back")}@example.org`;
    const come = async (
      by: typeof one,
      releaser: typeof one,
      accept: (token: string) => Promise<unknown>,
    ) => {
      const { id } = await createInvitation(by.scope, { email, role: "viewer" });
      await accept(await openLink(releaser, id));
    };
    await come(one, two, (token) => asNew(token));
    const user = await findUserByEmail(system, email);
    if (!user) throw new Error("nobody came");
    const member = (await listTeam(one.scope)).find((each) => each.userId === user.id);
    if (!member) throw new Error("no member");
    await revokeMembership(one.scope, member.membershipId);
    await come(three, two, (token) => asMember(token, user));
    const { rows } = await owner.query("select inviters_of($1) as id", [user.id]);
    expect(rows.map((row) => row.id).sort()).toEqual([one.id, three.id].sort());
  });

  test("another organisation's invitation is neither withdrawn nor released", async () => {
    const merchant = await organisationOf("merchant");
    const one = await personIn(merchant, "admin");
    const other = await personIn(await organisationOf("merchant"), "admin");
    const { id } = await createInvitation(one.scope, { email: "keep@example.org", role: "viewer" });
    expect(await refusalOf(revokeInvitation(other.scope, id))).toBe("invitation_not_found");
    expect(await refusalOf(releaseInvitation(other.scope, id))).toBe("invitation_not_found");
    expect(await listInvitations(one.scope)).toHaveLength(1);
  });
});

describe("with a mail server", () => {
  let port = 0;
  beforeEach(async () => {
    port = await freePort();
    setMail(`smtp://127.0.0.1:${port}`);
  });

  test("the link goes to the mailbox and nowhere else, plain and as HTML, and proves the address", async () => {
    await startCatcher(port);
    const merchant = await createOrganisation(system, {
      kind: "merchant",
      slug: fresh("m"),
      name: "Meter & <Sons>",
    });
    const admin = await personIn(merchant, "admin");
    const { id, state } = await createInvitation(admin.scope, { email: "mara@example.org", role: "viewer" });
    expect(state).toBe("waiting_for_mail");
    await send();
    const [mail] = caught;
    expect(mail?.to && "text" in mail.to ? mail.to.text : "").toBe("mara@example.org");
    expect(mail?.subject).toBe("Join Meter & <Sons> on Common Purse");
    expect(mail?.html).toContain("Join Meter &amp; &lt;Sons&gt;");
    const token = linkIn(mail);
    expect(mail?.html).toContain(token);
    const { userId } = await asNew(token);
    const member = (await listTeam(admin.scope)).find((each) => each.userId === userId);
    expect(member?.cameBy).toBe("mail");
    expect((await auditOf("invitation.accepted", id))[0]?.after).toMatchObject({ mailboxProven: true });
    await send();
    expect(caught).toHaveLength(1);
  });

  test("a role that moves money waits for a second admin before the mail leaves", async () => {
    await startCatcher(port);
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    const { id } = await createInvitation(one.scope, { email: "fin@example.org", role: "finance" });
    await send();
    expect(caught).toHaveLength(0);
    expect(await refusalOf(releaseInvitation(one.scope, id))).toBe("same_person");
    expect((await releaseInvitation(two.scope, id)).url).toBeNull();
    await send();
    const { userId } = await asNew(linkIn(caught[0]));
    const fault = await owner.query("select second_person_fault($1, $2, now()) as fault", [two.id, userId]);
    // Who confirmed saw no link, so the mailbox speaks for itself.
    expect(fault.rows[0].fault).toBeNull();
  });

  test("a mail server that is down loses nothing", async () => {
    const merchant = await organisationOf("merchant");
    const admin = await personIn(merchant, "admin");
    await createInvitation(admin.scope, { email: "patient@example.org", role: "viewer" });
    await send();
    expect(await listInvitations(admin.scope)).toMatchObject([
      { state: "waiting_for_mail", mailFailing: true },
    ]);
    await startCatcher(port);
    await send();
    expect(caught).toHaveLength(0);
    await withClock(new Date(now().getTime() + 60_000), send);
    expect(caught).toHaveLength(1);
    expect(await listInvitations(admin.scope)).toMatchObject([{ state: "mail_sent" }]);
  });

  test("a worker that was killed while it sent leaves the message to the next", async () => {
    await startCatcher(port);
    const merchant = await organisationOf("merchant");
    const admin = await personIn(merchant, "admin");
    await createInvitation(admin.scope, { email: "twice@example.org", role: "viewer" });
    // Taken by a worker that never came back.
    await owner.query(
      `update mail_message set attempts = 1, next_attempt_at = now() + interval '2 minutes' where recipient = $1`,
      ["twice@example.org"],
    );
    await send();
    expect(caught).toHaveLength(0);
    await withClock(new Date(now().getTime() + 3 * 60_000), send);
    expect(caught).toHaveLength(1);
  });

  test("a mailbox that is refused for good is told to the admins, and the others' mail goes on", async () => {
    await startCatcher(port);
    const merchant = await organisationOf("merchant");
    const admin = await personIn(merchant, "admin");
    await createInvitation(admin.scope, { email: "refused@example.org", role: "viewer" });
    await createInvitation(admin.scope, { email: "fine@example.org", role: "viewer" });
    await send();
    const states = (await listInvitations(admin.scope)).map(({ email, state }) => [email, state]);
    expect(Object.fromEntries(states)).toEqual({
      "refused@example.org": "mail_refused",
      "fine@example.org": "mail_sent",
    });
  });

  test("what was withdrawn while it waited is not sent", async () => {
    const merchant = await organisationOf("merchant");
    const admin = await personIn(merchant, "admin");
    const { id } = await createInvitation(admin.scope, { email: "gone@example.org", role: "viewer" });
    await revokeInvitation(admin.scope, id);
    await startCatcher(port);
    await send();
    expect(caught).toHaveLength(0);
    const { rows } = await owner.query(
      "select next_attempt_at, sent_at from mail_message where subject_id = $1",
      [id],
    );
    expect(rows).toEqual([{ next_attempt_at: null, sent_at: null }]);
  });

  test("the database holds no link that could be used", async () => {
    await startCatcher(port);
    const merchant = await organisationOf("merchant");
    const admin = await personIn(merchant, "admin");
    await createInvitation(admin.scope, { email: "secret@example.org", role: "viewer" });
    await send();
    const token = linkIn(caught[0]);
    expect(token).toHaveLength(43);
    const { rows } = await owner.query<{ line: string }>(
      `select row_to_json(i)::text as line from invitation i union all select row_to_json(a)::text from audit_entry a
       union all select row_to_json(m)::text from mail_message m union all select row_to_json(o)::text from outbox o`,
    );
    const dump = rows.map((row) => row.line).join("\n");
    expect(dump).not.toContain(token);
    expect(dump).toContain("secret@example.org");
  });
});

describe("more rights for a member", () => {
  test("one admin proposes, another confirms; neither the proposer nor the member does", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    const member = await personIn(merchant, "finance");
    expect(await changeRole(one.scope, member.membershipId, "admin")).toEqual({ waitsForSecond: true });
    expect((await findAccess(member.id, merchant.slug))?.role).toBe("finance");
    const [grant] = await listGrants(two.scope);
    if (!grant) throw new Error("no proposal");
    expect(grant).toMatchObject({ memberName: member.name, role: "admin", confirmFault: null });
    expect(await refusalOf(confirmRole(one.scope, grant.id))).toBe("same_person");
    expect(await refusalOf(confirmRole(member.scope, grant.id))).toBe("same_person");
    await confirmRole(two.scope, grant.id);
    expect((await findAccess(member.id, merchant.slug))?.role).toBe("admin");
  });

  test("a confirmed grant is used once", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    const member = await personIn(merchant, "viewer");
    await changeRole(one.scope, member.membershipId, "finance");
    const [grant] = await listGrants(two.scope);
    if (!grant) throw new Error("no proposal");
    await confirmRole(two.scope, grant.id);
    await changeRole(one.scope, member.membershipId, "viewer");
    const raising = withScope(one.scope, (tx) =>
      tx.query("update membership set role = 'finance' where id = $1", [member.membershipId]),
    );
    expect(await constraintOf(raising)).toBe("two_people");
  });

  test("the operator confirms for a party with one admin", async () => {
    const { people } = await operatorWith(1);
    const [operator] = people;
    if (!operator) throw new Error("no operator");
    const merchant = await organisationOf("merchant");
    const admin = await personIn(merchant, "admin");
    const member = await personIn(merchant, "viewer");
    await changeRole(admin.scope, member.membershipId, "finance");
    const [grant] = await listGrants(admin.scope);
    if (!grant) throw new Error("no proposal");
    await confirmRole(operator.scope, grant.id, null);
    expect((await findAccess(member.id, merchant.slug))?.role).toBe("finance");
  });

  test("taking rights away needs one admin, but the operator keeps two", async () => {
    const { operator, people } = await operatorWith(2);
    const [one, two] = people;
    if (!one || !two) throw new Error("no operators");
    expect(await refusalOf(revokeMembership(one.scope, two.membershipId))).toBe("last_admin");
    expect(await refusalOf(changeRole(one.scope, two.membershipId, "auditor"))).toBe("last_admin");
    const third = await personIn(operator, "admin");
    expect(await changeRole(one.scope, third.membershipId, "auditor")).toEqual({ waitsForSecond: false });
  });
});

describe("past the services, in the database itself", () => {
  async function cheat(scope: Parameters<typeof withScope>[0], sql: string, params: unknown[]) {
    return await constraintOf(withScope(scope, (tx) => tx.query(sql, params)));
  }
  const INVITE = `insert into invitation (id, organisation_id, email, role, delivery, created_by, expires_at, code_hash)
                  values ($1, $2, 'puppet@example.org', 'admin', 'link_and_code', $3, now() + interval '1 day', '\\x01')`;
  const JOIN = `insert into membership (id, user_id, organisation_id, role, created_by)
                values ($1, $2, $3, 'admin', $4)`;

  test("an operator makes neither members nor invitations of a party that has an admin of its own", async () => {
    const { people } = await operatorWith(2);
    const [one] = people;
    if (!one) throw new Error("no operator");
    const merchant = await organisationOf("merchant");
    const admin = await personIn(merchant, "admin");
    const invited = { organisationId: merchant.id, email: "puppet@example.org" };
    expect(await refusalOf(inviteAdmin(scopeOfOperator(one), invited))).toBe("party_keeps_its_team");
    expect(await cheat(one.scope, INVITE, [newId("invitation"), merchant.id, one.id])).toBe(
      "party_keeps_its_team",
    );
    // Nor in the admin's name.
    expect(await cheat(one.scope, INVITE, [newId("invitation"), merchant.id, admin.id])).toBe("42501");
    const member = [newId("membership"), one.id, merchant.id, one.id];
    expect(await cheat(one.scope, JOIN, member)).toBe("membership_by_invitation");
  });

  test("an invitation from before the party had an admin lets nobody in afterwards", async () => {
    const { people } = await operatorWith(2);
    const [one, two] = people;
    if (!one || !two) throw new Error("no operators");
    const merchant = await organisationOf("merchant");
    const invite = async () => {
      const email = `${fresh("h")}@example.org`;
      const { id } = await inviteAdmin(scopeOfOperator(one), { organisationId: merchant.id, email });
      return await openLink(two, id, null);
    };
    const [first, second] = [await invite(), await invite()];
    await asNew(first);
    expect(await findInvitation(second)).toBeNull();
    expect(await refusalOf(asNew(second))).toBe("link_used_up");
  });

  test("nobody becomes a member without an invitation, nor raises themselves", async () => {
    const merchant = await organisationOf("merchant");
    const admin = await personIn(merchant, "admin");
    const viewer = await personIn(merchant, "viewer");
    const stranger = await personIn(await organisationOf("agency"), "viewer");
    const member = [newId("membership"), stranger.id, merchant.id, null];
    for (const scope of [admin.scope, { ...system, actor: admin.scope.actor }]) {
      expect(await cheat(scope, JOIN, member)).toBe("membership_by_invitation");
    }
    const raise = "update membership set role = 'admin' where id = $1";
    expect(await cheat(viewer.scope, raise, [viewer.membershipId])).toBe("two_people");
  });

  test.each([
    ["membership", "created_by = gen_random_uuid()", "membership_fixed"],
    ["membership", "created_by = null", "membership_fixed"],
    ["membership", "invitation_id = null", "membership_fixed"],
    ["membership", "created_at = '2020-01-01'", "membership_fixed"],
    ["invitation", "created_by = null", "invitation_fixed"],
    ["invitation", "accepted_by = gen_random_uuid()", "invitation_fixed"],
    ["invitation", "released_by = null", "invitation_fixed"],
    ["invitation", "delivery = 'mail'", "invitation_fixed"],
    ["invitation", "delivery = 'mail', code_hash = null", "invitation_fixed"],
    ["invitation", "code_hash = '\\x02'", "invitation_fixed"],
    ["app_user", "created_at = '2020-01-01'", "app_user_fixed"],
    ["app_user", "email = 'other@example.org'", "app_user_fixed"],
  ])("who brought whom in is never edited: %s, %s", async (table, change, constraint) => {
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    const { id } = await createInvitation(one.scope, { email: `${fresh("i")}@example.org`, role: "viewer" });
    const { userId } = await asNew(await openLink(two, id));
    const which = { membership: "user_id", invitation: "accepted_by", app_user: "id" }[table];
    const sql = `update ${table} set ${change} where ${which} = $1`;
    expect(await constraintOf(withScope(system, (tx) => tx.query(sql, [userId])))).toBe(constraint);
    // Not by the owner of the tables either.
    expect(await constraintOf(owner.query(sql, [userId]))).toBe(constraint);
    await expect(owner.query(`delete from ${table} where ${which} = $1`, [userId])).rejects.toThrow(
      /never changed/,
    );
  });

  test("without mail no link is whole, made for the inviter, or of use without the code", async () => {
    const merchant = await organisationOf("merchant");
    const [one, two] = [await personIn(merchant, "admin"), await personIn(merchant, "admin")];
    for (const delivery of ["release", "shown"]) {
      const whole = `insert into invitation (id, organisation_id, email, role, delivery, created_by, expires_at)
                     values ($1, $2, 'whole@example.org', 'viewer', '${delivery}', $3, now() + interval '1 day')`;
      expect(await cheat(one.scope, whole, [newId("invitation"), merchant.id, one.id])).toBe(
        "invitation_delivery",
      );
    }
    const email = `${fresh("cut")}@example.org`;
    const { id } = await createInvitation(one.scope, { email, role: "viewer" });
    const link = "update invitation set token_hash = '\\x01' where id = $1";
    expect(await cheat(one.scope, link, [id])).toBe("invitation_link");
    await openLink(two, id);
    expect(await cheat(one.scope, link, [id])).toBe("invitation_link");
    const person = await createUser(system, { email, name: "Cut", password: PASSWORD });
    const accept = (extra: string) =>
      cheat(
        { ...system, actor: { kind: "user", id: person.id } },
        `update invitation set accepted_at = now(), accepted_by = $2 ${extra} where id = $1`,
        [id, person.id],
      );
    expect(await accept("")).toBe("invitation_opened");
    expect(await accept(", accepted_with = '\\x01'")).toBe("invitation_opened");
  });

  test("two admins of the operator who remove each other at the same moment stay two with a third", async () => {
    const { operator, people } = await operatorWith(3);
    const [one, two] = people;
    if (!one || !two) throw new Error("no operators");
    const results = await Promise.allSettled([
      revokeMembership(one.scope, two.membershipId),
      revokeMembership(two.scope, one.membershipId),
    ]);
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    expect(await listTeam({ ...one.scope, organisationId: operator.id })).toHaveLength(2);
  });

  test("the roles that move money are the same in code and database", async () => {
    const { movesMoney, ROLES } = await import("./permissions");
    for (const role of ROLES) {
      const { rows } = await owner.query("select role_moves_money($1) as moves", [role]);
      expect(rows[0].moves, role).toBe(movesMoney(role));
    }
  });
});

describe("founding", () => {
  // The tests above made operator admins; these need a platform without any.
  beforeEach(() =>
    withOwner(async (client) => {
      await client.query(
        "update membership set revoked_at = now() where revoked_at is null and organisation_id in (select id from organisation where kind = 'operator')",
      );
    }),
  );
  const who = (name: string) => ({
    organisationName: `Harbor City ${fresh("h")}`,
    name,
    email: `${fresh("founder")}@example.org`,
    password: PASSWORD,
  });

  test("two links found a platform with two people, and none is left then", async () => {
    const links = await listFoundingLinks();
    expect(links.map((link) => link.seat)).toEqual([1, 2]);
    // Shown again until they are used.
    expect(await listFoundingLinks()).toEqual(links);
    const [one, two] = links.map((link) => tokenOf(link.url));
    if (!one || !two) throw new Error("no links");
    expect(await findFoundingLink(two)).toEqual({ organisationName: null });
    const olivia = await acceptFoundingLink(two, who("Olivia"), FROM);
    expect(olivia.organisationKind).toBe("operator");
    expect(await refusalOf(acceptFoundingLink(two, who("Again"), FROM))).toBe("link_used_up");
    expect((await listFoundingLinks()).map((link) => tokenOf(link.url))).toEqual([one]);
    expect((await findFoundingLink(one))?.organisationName).toMatch(/^Harbor City/);
    const ravi = await acceptFoundingLink(one, who("Ravi"), FROM);
    expect(ravi.organisationSlug).toBe(olivia.organisationSlug);
    expect(await listFoundingLinks()).toEqual([]);
    const fault = await owner.query("select second_person_fault($1, $2, now()) as fault", [
      olivia.userId,
      ravi.userId,
    ]);
    expect(fault.rows[0].fault).toBeNull();
  });

  test("a founding link is no good once there are two operator admins", async () => {
    const [link] = await listFoundingLinks();
    const token = tokenOf(link?.url ?? null);
    await operatorWith(2);
    expect(await findFoundingLink(token)).toBeNull();
    expect(await refusalOf(acceptFoundingLink(token, who("Late"), FROM))).toBe("link_used_up");
  });

  test("two links opened at the same moment as a third admin arrives make no third founder", async () => {
    const links = (await listFoundingLinks()).map((link) => tokenOf(link.url));
    await operatorWith(1);
    const results = await Promise.allSettled(
      links.map((token, index) => acceptFoundingLink(token, who(`Founder ${index}`), FROM)),
    );
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  });

  test("a link that got too old is replaced, and one made under another key too", async () => {
    const [early] = await listFoundingLinks();
    const later = new Date(now().getTime() + 4 * DAY_MS);
    const [late] = await withClock(later, listFoundingLinks);
    expect(late?.url).not.toBe(early?.url);
    const secret = process.env.NEXTAUTH_SECRET;
    process.env.NEXTAUTH_SECRET = "another secret of at least thirty-two characters";
    forgetEnv();
    const [other] = await listFoundingLinks();
    process.env.NEXTAUTH_SECRET = secret;
    forgetEnv();
    expect(other?.url).not.toBe(late?.url);
    expect(await findFoundingLink(tokenOf(late?.url ?? null))).toBeNull();
  });

  test("nobody who is signed in makes a founding link", async () => {
    const { people } = await operatorWith(1);
    const [one] = people;
    if (!one) throw new Error("no operator");
    const sql = `insert into invitation (id, organisation_id, role, delivery, founder_seat, expires_at, token_hash)
                 values ($1, $2, 'admin', 'founding', 1, now() + interval '1 day', $3)`;
    const params = [newId("invitation"), one.scope.organisationId, Buffer.from("token")];
    expect(await constraintOf(withScope(one.scope, (tx) => tx.query(sql, params)))).toBe("founding");
  });
});
