/** Invitations from the invited person's side. */
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { AppError } from "@/server/platform/errors";
import type { Id } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import type { Role } from "../permissions";
import * as invitations from "../repository/invitations";
import * as people from "../repository/people";
import { insertMembership, insertUser } from "../service";
import type { User } from "../types";
import { auditBoth } from "./invitations";
import { checkCode, hashToken, linkUsedUp } from "./links";
import { hashPassword } from "./passwords";
import { actingAs } from "./sign-in";

export interface InvitationView {
  organisationName: string;
  organisationKind: invitations.OpenInvitation["organisationKind"];
  role: Role;
  email: string | null;
  expiresAt: Date;
  /** Whether somebody with this e-mail has a password already and should sign in instead of choosing one. */
  accountExists: boolean;
  invitedBy: string | null;
  /** Whether the link opens nothing without the code that the inviter tells. */
  needsCode: boolean;
}

/** What the holder of a link may see before accepting; null when it was used, withdrawn, expired or never existed. */
export async function findInvitation(token: string): Promise<InvitationView | null> {
  return await withScope(mintSystemScope("invitation"), async (tx) => {
    const found = await invitations.findOpenInvitation(tx, hashToken(token), now());
    if (!found) return null;
    const names = await people.findNames(tx, found.createdBy ? [found.createdBy] : []);
    return {
      organisationName: found.organisationName,
      organisationKind: found.organisationKind,
      role: found.role,
      email: found.email,
      expiresAt: found.expiresAt,
      accountExists: found.email !== null && (await people.findUserByEmail(tx, found.email)) !== null,
      invitedBy: found.createdBy ? (names.get(found.createdBy) ?? null) : null,
      needsCode: found.codeHash !== null,
    };
  });
}

/** The hash of a code that fits, in transactions of its own: a wrong one is counted although it is refused. */
async function openWith(token: string, code: string | undefined): Promise<Buffer | null> {
  const scope = mintSystemScope("invitation");
  const found = await withScope(scope, (tx) => invitations.findOpenInvitation(tx, hashToken(token), now()));
  if (!found) throw linkUsedUp();
  return await checkCode(scope, found, code);
}

export interface AcceptedInvitation {
  userId: Id<"user">;
  organisationSlug: string;
  organisationKind: InvitationView["organisationKind"];
}

/** Accepts for a new person, who chooses name and password. Throws `conflict` (`account_exists`) for a known e-mail. */
export async function acceptInvitationAsNewUser(
  token: string,
  input: { name: string; password: string; code?: string | undefined },
  from: invitations.Arrival,
): Promise<AcceptedInvitation & { email: string }> {
  const openedWith = await openWith(token, input.code);
  const passwordHash = await hashPassword(input.password);
  const scope = mintSystemScope("invitation");
  return await withRules(scope, async (tx) => {
    const found = await invitations.findOpenInvitation(tx, hashToken(token), now());
    if (!found?.email) throw linkUsedUp();
    if (await people.findUserByEmail(tx, found.email)) {
      throw new AppError("conflict", "account_exists", "This e-mail has an account. Sign in to accept.");
    }
    const user = await insertUser(tx, scope, { email: found.email, name: input.name, passwordHash });
    await join(tx, found, user.id, from, openedWith);
    return { ...whereTo(found, user.id), email: user.email };
  });
}

/** Accepts for the signed-in person, whose e-mail must be the invited one. */
export async function acceptInvitationAsMember(
  token: string,
  user: User,
  from: invitations.Arrival,
  code?: string,
): Promise<AcceptedInvitation> {
  const openedWith = await openWith(token, code);
  return await withRules(actingAs(user.id), async (tx) => {
    const found = await invitations.findOpenInvitation(tx, hashToken(token), now());
    if (!found?.email) throw linkUsedUp();
    if (found.email !== user.email) {
      throw new AppError(
        "forbidden",
        "other_email",
        `This invitation is for ${found.email}. Sign out and sign in with that address.`,
      );
    }
    await join(tx, found, user.id, from, openedWith);
    return whereTo(found, user.id);
  });
}

/** Uses the invitation up and makes the member; who let them in and from where they came is told to both sides. */
export async function join(
  tx: SqlTx,
  found: invitations.OpenInvitation,
  userId: Id<"user">,
  from: invitations.Arrival,
  openedWith: Buffer | null = null,
): Promise<void> {
  if (!(await invitations.markAccepted(tx, found.id, userId, from, now(), openedWith))) throw linkUsedUp();
  const scope = actingAs(userId);
  const { id: invitationId, organisationId, role, createdBy, delivery } = found;
  const member = { userId, organisationId, role };
  await insertMembership(tx, scope, found.organisationKind, member, { invitationId, createdBy });
  await auditBoth(tx, scope, organisationId, found.inviterOrganisationId, {
    action: "invitation.accepted",
    subjectId: invitationId,
    after: {
      acceptedBy: userId,
      role,
      ip: from.ip,
      userAgent: from.userAgent?.slice(0, 400) ?? null,
      invitedBy: createdBy,
      releasedBy: found.releasedBy,
      delivery,
      mailboxProven: delivery === "mail",
    },
  });
}

export function whereTo(found: invitations.OpenInvitation, userId: Id<"user">): AcceptedInvitation {
  return { userId, organisationSlug: found.organisationSlug, organisationKind: found.organisationKind };
}

/** What the database refuses because the world changed since the link was looked at. */
const USED_UP = new Set(["party_keeps_its_team", "founding", "two_people"]);

export async function withRules<T>(
  scope: Parameters<typeof withScope>[0],
  work: (tx: SqlTx) => Promise<T>,
): Promise<T> {
  try {
    return await withScope(scope, work);
  } catch (error) {
    if (error instanceof Error && "constraint" in error && USED_UP.has(String(error.constraint)))
      throw linkUsedUp();
    throw error;
  }
}
