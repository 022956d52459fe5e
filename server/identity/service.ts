/** Organisations, programs, people and who is signed in: the part of identity that other domains call. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { AppError, notFound } from "@/server/platform/errors";
import { type Id, newId } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import { mintSystemScope, type PlatformScope, type Scope, type SystemScope } from "@/server/platform/scope";
import { SESSION_IDLE_SECONDS, SESSION_TOUCH_SECONDS } from "./constants";
import type { OrganisationKind, Role } from "./permissions";
import * as organisations from "./repository/organisations";
import * as people from "./repository/people";
import { roleFits } from "./rules";
import {
  type Calendar,
  calendarSchema,
  emailSchema,
  preferencesSchema,
  slugSchema,
  timeZoneSchema,
} from "./schema";
import { hashPassword } from "./service/passwords";
import type {
  Access,
  ActiveSession,
  Organisation,
  OrganisationListItem,
  PageOf,
  Program,
  ProgramListItem,
  ProgramParty,
  User,
} from "./types";

const self = () => mintSystemScope("identity");

// --- Organisations ---------------------------------------------------------------------------------------------

/** Creates a tenant. Throws `conflict` (`slug_taken`) when the short name is in use. */
export async function createOrganisation(
  scope: PlatformScope,
  input: { kind: OrganisationKind; slug: string; name: string },
): Promise<Organisation> {
  const row = { id: newId("organisation"), ...input, slug: slugSchema.parse(input.slug), createdAt: now() };
  return await withScope(scope, async (tx) => {
    if (!(await organisations.insertOrganisation(tx, row))) throw slugTaken(row.slug);
    await audit(tx, scope, {
      action: "organisation.created",
      subjectKind: "organisation",
      subjectId: row.id,
      organisationId: row.id,
      after: { kind: row.kind, slug: row.slug, name: row.name },
    });
    return { ...row, suspendedAt: null };
  });
}

export async function getOrganisation(scope: Scope, id: Id<"organisation">): Promise<Organisation> {
  const found = await withScope(scope, (tx) => organisations.findOrganisation(tx, id));
  if (!found) throw notFound("organisation");
  return found;
}

export async function findOrganisationBySlug(scope: Scope, slug: string): Promise<Organisation | null> {
  return await withScope(scope, (tx) => organisations.findOrganisationBySlug(tx, slug));
}

export async function listOrganisations(
  scope: PlatformScope,
  filter: organisations.OrganisationFilter,
  page: { after: string | null; limit: number },
): Promise<PageOf<OrganisationListItem>> {
  return await withScope(scope, (tx) => organisations.listOrganisations(tx, filter, page));
}

/** Shuts an organisation's people out of their portal (`suspended`) or lets them in again; twice is no error. */
export async function setOrganisationSuspended(
  scope: PlatformScope,
  id: Id<"organisation">,
  suspended: boolean,
): Promise<Organisation> {
  return await withScope(scope, async (tx) => {
    const found = await organisations.findOrganisation(tx, id);
    if (!found) throw notFound("organisation");
    if (id === scope.organisationId) {
      throw new AppError("conflict", "own_organisation", "You cannot suspend the organisation you act for.");
    }
    if (await organisations.setOrganisationSuspended(tx, id, suspended ? now() : null)) {
      await audit(tx, scope, {
        action: suspended ? "organisation.suspended" : "organisation.resumed",
        subjectKind: "organisation",
        subjectId: id,
        organisationId: id,
      });
    }
    return { ...found, suspendedAt: suspended ? (found.suspendedAt ?? now()) : null };
  });
}

// --- Programs --------------------------------------------------------------------------------------------------

export interface NewProgram {
  slug: string;
  name: string;
  currency: Currency;
  timeZone: string;
  calendar: Calendar;
  /** The operator that runs it; left out, the scope's own. */
  operatorId?: Id<"organisation">;
}

/** Creates a program. Throws `conflict` (`slug_taken`); the operator must be an organisation of that kind. */
export async function createProgram(scope: PlatformScope, input: NewProgram): Promise<Program> {
  const operatorId = input.operatorId ?? scope.organisationId;
  if (!operatorId)
    throw new AppError("invalid_input", "operator_missing", "Name the operator of the program.");
  const row = {
    id: newId("program"),
    slug: slugSchema.parse(input.slug),
    name: input.name,
    operatorId,
    currency: input.currency,
    timeZone: timeZoneSchema.parse(input.timeZone),
    calendar: calendarSchema.parse(input.calendar),
    createdAt: now(),
  };
  return await withScope(scope, async (tx) => {
    const operator = await organisations.findOrganisation(tx, operatorId);
    if (operator?.kind !== "operator") throw notFound("operator");
    if (!(await organisations.insertProgram(tx, row))) throw slugTaken(row.slug);
    await audit(tx, scope, {
      action: "program.created",
      subjectKind: "program",
      subjectId: row.id,
      organisationId: operatorId,
      after: { ...row, createdAt: row.createdAt.toISOString() },
    });
    return { ...row, closedAt: null };
  });
}

export async function findProgramBySlug(scope: Scope, slug: string): Promise<Program | null> {
  return await withScope(scope, (tx) => organisations.findProgramBySlug(tx, slug));
}

/** The programs that the scope may see: all for the platform, its own for a merchant or an agency. */
export async function listPrograms(scope: Scope): Promise<ProgramListItem[]> {
  return await withScope(scope, (tx) => organisations.listPrograms(tx));
}

/** Lets a merchant or an agency take part in a program; twice is no error. */
export async function addPartyToProgram(
  scope: PlatformScope,
  input: { programId: Id<"program">; organisationId: Id<"organisation"> },
): Promise<void> {
  await withScope(scope, async (tx) => {
    const program = await organisations.findProgram(tx, input.programId);
    if (!program) throw notFound("program");
    const organisation = await organisations.findOrganisation(tx, input.organisationId);
    if (!organisation) throw notFound("organisation");
    const added = await organisations.insertProgramParty(tx, program.id, organisation.id, now());
    if (!added) return;
    await audit(tx, scope, {
      action: "program.party_added",
      subjectKind: "program",
      subjectId: program.id,
      organisationId: organisation.id,
      after: { organisation: organisation.slug, program: program.slug },
    });
  });
}

export async function listProgramParties(scope: Scope, programId: Id<"program">): Promise<ProgramParty[]> {
  return await withScope(scope, (tx) => organisations.listProgramParties(tx, programId));
}

// --- People ----------------------------------------------------------------------------------------------------

/** Creates a person with a password. Throws `conflict` (`email_taken`). */
export async function createUser(
  scope: SystemScope,
  input: { email: string; name: string; password: string },
): Promise<User> {
  const passwordHash = await hashPassword(input.password);
  return await withScope(scope, (tx) => insertUser(tx, scope, { ...input, passwordHash }));
}

/** As `createUser` inside a transaction that already runs; the password is hashed before it begins. */
export async function insertUser(
  tx: SqlTx,
  scope: SystemScope,
  input: { email: string; name: string; passwordHash: string },
): Promise<User> {
  const user: User = { id: newId("user"), email: emailSchema.parse(input.email), name: input.name.trim() };
  if (!(await people.insertUser(tx, { ...user, createdAt: now() }))) {
    throw new AppError("conflict", "email_taken", "Somebody with this e-mail address exists already.");
  }
  await people.setPasswordHash(tx, user.id, input.passwordHash, now());
  await audit(tx, scope, {
    action: "user.created",
    subjectKind: "user",
    subjectId: user.id,
    after: { email: user.email, name: user.name },
  });
  return user;
}

/** For set-up and the command line, where a person is named by address. */
export async function findUserByEmail(scope: SystemScope, email: string): Promise<User | null> {
  return await withScope(scope, (tx) => people.findUserByEmail(tx, email.toLowerCase()));
}

export interface NewMember {
  userId: Id<"user">;
  organisationId: Id<"organisation">;
  role: Role;
}

/**
 * Makes a person a member, for set-up alone: in a running platform everybody comes in by an invitation. Throws
 * `invalid_input` (`role_unknown`) and `conflict` (`already_member`).
 */
export async function addMembership(scope: SystemScope, input: NewMember): Promise<Id<"membership">> {
  return await withScope(scope, async (tx) => {
    const organisation = await organisations.findOrganisation(tx, input.organisationId);
    if (!organisation) throw notFound("organisation");
    const entry = { invitationId: null, createdBy: null };
    return await insertMembership(tx, scope, organisation.kind, input, entry);
  });
}

/** As `addMembership` inside a transaction that already runs; `entry` says who brought the person in. */
export async function insertMembership(
  tx: SqlTx,
  scope: SystemScope,
  kind: OrganisationKind,
  input: NewMember,
  entry: { invitationId: Id<"invitation"> | null; createdBy: Id<"user"> | null },
): Promise<Id<"membership">> {
  if (!roleFits(kind, input.role)) throw roleUnknown(kind, input.role);
  const id = newId("membership");
  const added = await people.insertMembership(tx, { id, ...input, ...entry, createdAt: now() });
  if (!added) {
    throw new AppError("conflict", "already_member", "This person is already a member of the organisation.");
  }
  await audit(tx, scope, {
    action: "membership.created",
    subjectKind: "membership",
    subjectId: id,
    organisationId: input.organisationId,
    after: { userId: input.userId, role: input.role },
  });
  return id;
}

// --- Who is asking ---------------------------------------------------------------------------------------------

/**
 * The session behind a cookie's id, if it is neither revoked, expired nor idle for too long and its person is not
 * disabled. Notes that it was seen, at most once a minute.
 */
export async function resolveSession(sessionId: Id<"session">): Promise<ActiveSession | null> {
  return await withScope(self(), async (tx) => {
    const at = now();
    const row = await people.findActiveSession(tx, sessionId, at, idleSince(at));
    if (!row) return null;
    if (at.getTime() - row.lastSeenAt.getTime() >= SESSION_TOUCH_SECONDS * 1000) {
      await people.touchSession(tx, sessionId, at);
    }
    const preferences = preferencesSchema.safeParse(row.preferences);
    return {
      sessionId,
      user: {
        id: row.userId,
        email: row.email,
        name: row.name,
        preferences: preferences.success ? preferences.data : preferencesSchema.parse({}),
      },
    };
  });
}

/** The moment before which a session that was not seen counts as left behind. */
export function idleSince(at: Date): Date {
  return new Date(at.getTime() - SESSION_IDLE_SECONDS * 1000);
}

/** What the person is in the organisation with this short name, or null: the question of every guarded procedure. */
export async function findAccess(userId: Id<"user">, slug: string): Promise<Access | null> {
  return await withScope(self(), (tx) => people.findAccess(tx, userId, slug));
}

/** Every organisation the person may enter, operators first: the switcher's content. */
export async function listAccess(userId: Id<"user">): Promise<Access[]> {
  return await withScope(self(), (tx) => people.listAccess(tx, userId));
}

/** Names for ids that a list holds, as far as the scope may know them. */
export async function namesOf(
  scope: Scope,
  ids: { users: readonly string[]; organisations: readonly string[] },
): Promise<{ users: Map<string, string>; organisations: Map<string, string> }> {
  return await withScope(scope, async (tx) => ({
    users: await people.findNames(tx, ids.users),
    organisations: await organisations.findNames(tx, ids.organisations),
  }));
}

export function roleUnknown(kind: OrganisationKind, role: string): AppError {
  return new AppError(
    "invalid_input",
    "role_unknown",
    `There is no role ${role} in an organisation of kind ${kind}.`,
  );
}

export function slugTaken(slug: string): AppError {
  return new AppError("conflict", "slug_taken", `The short name ${slug} is taken. Choose another.`);
}
