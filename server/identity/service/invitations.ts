/** One-time links: into an organisation, and for the first operator of an empty platform. */
import { createHash, randomBytes } from "node:crypto";
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { env } from "@/server/platform/env";
import { AppError, notFound } from "@/server/platform/errors";
import { type Id, newId } from "@/server/platform/ids";
import { mintSystemScope, type OperatorScope, type PortalScope } from "@/server/platform/scope";
import { FIRST_OPERATOR_LINK_HOURS, INVITATION_DAYS } from "../constants";
import type { OrganisationKind, Role } from "../permissions";
import * as invitations from "../repository/invitations";
import * as organisations from "../repository/organisations";
import * as people from "../repository/people";
import { roleFits, slugFrom } from "../rules";
import { insertMembership, insertUser, roleUnknown } from "../service";
import type { PendingInvitation, User } from "../types";
import { hashPassword } from "./passwords";
import { actingAs } from "./sign-in";

const HOUR = 3_600_000;

function newToken(): { token: string; tokenHash: Buffer } {
  const token = randomBytes(32).toString("base64url");
  return { token, tokenHash: hashToken(token) };
}

/** Only the hash is stored: who reads the database cannot walk in. */
function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

export interface IssuedInvitation {
  id: Id<"invitation">;
  /** Shown once; it cannot be read back. */
  url: string;
  expiresAt: Date;
}

/** Invites an e-mail address into the scope's organisation; an open invitation of the same address is withdrawn. */
export async function createInvitation(
  scope: PortalScope,
  input: { email: string; role: Role },
): Promise<IssuedInvitation> {
  return await inviteInto(scope, { id: scope.organisationId, kind: scope.kind }, input);
}

/** An operator's invitation of an admin into an organisation of the platform, which then keeps its team by itself. */
export async function inviteAdmin(
  scope: OperatorScope,
  input: { organisationId: Id<"organisation">; email: string },
): Promise<IssuedInvitation> {
  const organisation = await withScope(scope, (tx) =>
    organisations.findOrganisation(tx, input.organisationId),
  );
  if (!organisation) throw notFound("organisation");
  return await inviteInto(scope, organisation, { email: input.email, role: "admin" });
}

async function inviteInto(
  scope: PortalScope,
  organisation: { id: Id<"organisation">; kind: OrganisationKind },
  input: { email: string; role: Role },
): Promise<IssuedInvitation> {
  if (!roleFits(organisation.kind, input.role)) throw roleUnknown(organisation.kind, input.role);
  const { token, tokenHash } = newToken();
  const at = now();
  const id = newId("invitation");
  const expiresAt = new Date(at.getTime() + INVITATION_DAYS * 24 * HOUR);
  await withScope(scope, async (tx) => {
    const team = await people.listTeam(tx, organisation.id);
    if (team.some((member) => member.email === input.email)) {
      throw new AppError("conflict", "already_member", `${input.email} is already a member.`);
    }
    await invitations.revokeOpenInvitations(tx, organisation.id, input.email, at);
    await invitations.insertInvitation(tx, {
      id,
      organisationId: organisation.id,
      email: input.email,
      role: input.role,
      tokenHash,
      createdBy: scope.actor.kind === "user" ? scope.actor.id : null,
      createdAt: at,
      expiresAt,
    });
    await audit(tx, scope, {
      action: "invitation.created",
      subjectKind: "invitation",
      subjectId: id,
      after: { email: input.email, role: input.role },
    });
  });
  return { id, url: `${env.PURSE_WEB_URL}/invitation/${token}`, expiresAt };
}

export async function listInvitations(scope: PortalScope): Promise<PendingInvitation[]> {
  return await withScope(scope, (tx) => invitations.listPendingInvitations(tx, scope.organisationId, now()));
}

export async function revokeInvitation(scope: PortalScope, id: Id<"invitation">): Promise<void> {
  await withScope(scope, async (tx) => {
    if (!(await invitations.revokeInvitation(tx, scope.organisationId, id, now())))
      throw notFound("invitation");
    await audit(tx, scope, { action: "invitation.revoked", subjectKind: "invitation", subjectId: id });
  });
}

export interface InvitationView {
  organisationName: string;
  organisationKind: invitations.OpenInvitation["organisationKind"];
  role: Role;
  email: string | null;
  expiresAt: Date;
  /** Whether somebody with this e-mail has a password already and should sign in instead of choosing one. */
  accountExists: boolean;
  invitedBy: string | null;
}

/** What the holder of a link may see before accepting; null when it was used, withdrawn, expired or never existed. */
export async function findInvitation(token: string): Promise<InvitationView | null> {
  return await withScope(mintSystemScope("invitation"), async (tx) => {
    const found = await invitations.findOpenInvitation(tx, hashToken(token), now());
    if (!found) return null;
    const team = found.createdBy ? await people.listTeam(tx, found.organisationId) : [];
    return {
      organisationName: found.organisationName,
      organisationKind: found.organisationKind,
      role: found.role,
      email: found.email,
      expiresAt: found.expiresAt,
      accountExists: found.email !== null && (await people.findUserByEmail(tx, found.email)) !== null,
      invitedBy: team.find((member) => member.userId === found.createdBy)?.name ?? null,
    };
  });
}

export interface AcceptedInvitation {
  userId: Id<"user">;
  organisationSlug: string;
  organisationKind: InvitationView["organisationKind"];
}

/** Accepts for a new person, who chooses name and password. Throws `conflict` (`account_exists`) for a known e-mail. */
export async function acceptInvitationAsNewUser(
  token: string,
  input: { name: string; password: string },
): Promise<AcceptedInvitation & { email: string }> {
  const passwordHash = await hashPassword(input.password);
  const scope = mintSystemScope("invitation");
  return await withScope(scope, async (tx) => {
    const found = await invitations.findOpenInvitation(tx, hashToken(token), now());
    if (!found?.email) throw linkUsedUp();
    if (await people.findUserByEmail(tx, found.email)) {
      throw new AppError("conflict", "account_exists", "This e-mail has an account. Sign in to accept.");
    }
    const user = await insertUser(tx, scope, { email: found.email, name: input.name, passwordHash });
    await join(tx, found, user.id);
    return { ...whereTo(found, user.id), email: user.email };
  });
}

/** Accepts for the signed-in person, whose e-mail must be the invited one. */
export async function acceptInvitationAsMember(token: string, user: User): Promise<AcceptedInvitation> {
  const scope = actingAs(user.id);
  return await withScope(scope, async (tx) => {
    const found = await invitations.findOpenInvitation(tx, hashToken(token), now());
    if (!found?.email) throw linkUsedUp();
    if (found.email !== user.email) {
      throw new AppError(
        "forbidden",
        "other_email",
        `This invitation is for ${found.email}. Sign out and sign in with that address.`,
      );
    }
    await join(tx, found, user.id);
    return whereTo(found, user.id);
  });
}

async function join(tx: SqlTx, found: invitations.OpenInvitation, userId: Id<"user">): Promise<void> {
  if (!(await invitations.markAccepted(tx, found.id, userId, now()))) throw linkUsedUp();
  const scope = actingAs(userId);
  await insertMembership(tx, scope, found.organisationKind, {
    userId,
    organisationId: found.organisationId,
    role: found.role,
  });
  await audit(tx, scope, {
    action: "invitation.accepted",
    subjectKind: "invitation",
    subjectId: found.id,
    organisationId: found.organisationId,
  });
}

function whereTo(found: invitations.OpenInvitation, userId: Id<"user">): AcceptedInvitation {
  return { userId, organisationSlug: found.organisationSlug, organisationKind: found.organisationKind };
}

function linkUsedUp(): AppError {
  return new AppError(
    "not_found",
    "link_used_up",
    "This link was used already, was withdrawn, or is too old. Ask for a new one.",
  );
}

// --- The first operator ----------------------------------------------------------------------------------------

export type FirstOperatorLink =
  | { ok: true; url: string; expiresAt: Date }
  | { ok: false; reason: "operator_exists" };

/**
 * A one-time link with which somebody becomes the first admin of an empty platform. Refused as soon as any operator
 * organisation has an admin; a new link withdraws the earlier ones.
 */
export async function createFirstOperatorLink(): Promise<FirstOperatorLink> {
  const scope = mintSystemScope("first-operator");
  const { token, tokenHash } = newToken();
  return await withScope(scope, async (tx) => {
    await invitations.lockFirstOperator(tx);
    if (await invitations.operatorAdminExists(tx)) return { ok: false, reason: "operator_exists" };
    const at = now();
    const id = newId("invitation");
    const organisationId = (await invitations.findAnyOperator(tx)) ?? (await insertFirstOperator(tx, at));
    await invitations.revokeOpenInvitations(tx, organisationId, null, at);
    const expiresAt = new Date(at.getTime() + FIRST_OPERATOR_LINK_HOURS * HOUR);
    await invitations.insertInvitation(tx, {
      id,
      organisationId,
      email: null,
      role: "admin",
      tokenHash,
      createdBy: null,
      createdAt: at,
      expiresAt,
    });
    await audit(tx, scope, {
      action: "first_operator.link_created",
      subjectKind: "invitation",
      subjectId: id,
      organisationId,
    });
    return { ok: true, url: `${env.PURSE_WEB_URL}/first-operator/${token}`, expiresAt };
  });
}

async function insertFirstOperator(tx: SqlTx, at: Date): Promise<Id<"organisation">> {
  const row = { id: newId("organisation"), kind: "operator" as const, name: "Operator", createdAt: at };
  if (await organisations.insertOrganisation(tx, { ...row, slug: "operator" })) return row.id;
  await organisations.insertOrganisation(tx, { ...row, slug: `operator-${row.id.slice(-12)}` });
  return row.id;
}

/** Whether the link would still be accepted. */
export async function firstOperatorLinkIsOpen(token: string): Promise<boolean> {
  return await withScope(mintSystemScope("first-operator"), async (tx) => {
    const found = await invitations.findOpenInvitation(tx, hashToken(token), now());
    return found !== null && found.email === null && !(await invitations.operatorAdminExists(tx));
  });
}

export interface FirstOperator {
  organisationName: string;
  name: string;
  email: string;
  password: string;
}

/** Uses the link up: names the operator organisation and makes the person its first admin. */
export async function acceptFirstOperatorLink(
  token: string,
  input: FirstOperator,
): Promise<AcceptedInvitation> {
  const passwordHash = await hashPassword(input.password);
  const scope = mintSystemScope("first-operator");
  return await withScope(scope, async (tx) => {
    await invitations.lockFirstOperator(tx);
    const found = await invitations.findOpenInvitation(tx, hashToken(token), now());
    if (!found || found.email !== null || (await invitations.operatorAdminExists(tx))) throw linkUsedUp();
    const user = await insertUser(tx, scope, { email: input.email, name: input.name, passwordHash });
    const wanted = slugFrom(input.organisationName);
    const free = wanted.length >= 2 && !(await organisations.findOrganisationBySlug(tx, wanted));
    const slug = free ? wanted : found.organisationSlug;
    await organisations.renameOrganisation(tx, found.organisationId, input.organisationName, slug);
    await join(tx, found, user.id);
    return whereTo({ ...found, organisationSlug: slug }, user.id);
  });
}
