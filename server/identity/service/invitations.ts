/** Invitations from the inviters' side: made, confirmed by a second person, withdrawn, listed. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { env } from "@/server/platform/env";
import { AppError, notFound } from "@/server/platform/errors";
import { type Id, newId } from "@/server/platform/ids";
import { mailIsConfigured, queueMail } from "@/server/platform/mail";
import type { OperatorScope, PortalScope, Scope } from "@/server/platform/scope";
import { INVITATION_DAYS } from "../constants";
import { movesMoney, type OrganisationKind, type Role } from "../permissions";
import * as invitations from "../repository/invitations";
import * as organisations from "../repository/organisations";
import * as people from "../repository/people";
import { roleFits } from "../rules";
import { roleUnknown } from "../service";
import type { InvitationState, PendingInvitation } from "../types";
import { confirmerFault, hashCode, newCode, newToken } from "./links";

const DAY_MS = 24 * 3_600_000;
export const INVITATION_MAIL = "identity.invitation";

export interface IssuedInvitation {
  id: Id<"invitation">;
  /** Without mail: for the inviter to tell the person, who needs it together with the link. Kept nowhere. */
  code: string | null;
  /** What has to happen before its person can use it. */
  state: Extract<InvitationState, "waiting_for_release" | "waiting_for_mail">;
  expiresAt: Date;
}

/** Invites an e-mail address into the scope's organisation; an open invitation of the same address is withdrawn. */
export async function createInvitation(
  scope: PortalScope,
  input: { email: string; role: Role },
): Promise<IssuedInvitation> {
  return await inviteInto(scope, { id: scope.organisationId, kind: scope.kind }, input);
}

/**
 * An operator's invitation of the first admin into an organisation of the platform, which then keeps its team by
 * itself. Throws `conflict` (`party_keeps_its_team`) once it has an admin.
 */
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

/** The person who acts; invitations are never made by a process. */
export function personOf(scope: Scope): Id<"user"> {
  if (scope.actor.kind !== "user") throw new Error("Only people decide about teams.");
  return scope.actor.id;
}

async function inviteInto(
  scope: PortalScope,
  organisation: { id: Id<"organisation">; kind: OrganisationKind },
  input: { email: string; role: Role },
): Promise<IssuedInvitation> {
  if (!roleFits(organisation.kind, input.role)) throw roleUnknown(organisation.kind, input.role);
  const at = now();
  const id = newId("invitation");
  const createdBy = personOf(scope);
  const expiresAt = new Date(at.getTime() + INVITATION_DAYS * DAY_MS);
  const delivery = mailIsConfigured() ? "mail" : "link_and_code";
  const code = delivery === "link_and_code" ? newCode() : null;
  const needsRelease = delivery === "link_and_code" || movesMoney(input.role);
  await withScope(scope, async (tx) => {
    if (!(await invitations.mayInvite(tx, createdBy, organisation.id))) {
      throw new AppError(
        "conflict",
        "party_keeps_its_team",
        "This organisation has an admin of its own, who invites its people.",
      );
    }
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
      delivery,
      founderSeat: null,
      tokenHash: null,
      ...(code && { codeHash: hashCode(id, code) }),
      createdBy,
      inviterOrganisationId: scope.organisationId,
      createdAt: at,
      expiresAt,
    });
    if (!needsRelease) await queueInvitation(tx, { id, email: input.email, organisationId: organisation.id });
    await auditBoth(tx, scope, organisation.id, scope.organisationId, {
      action: "invitation.created",
      subjectId: id,
      after: { email: input.email, role: input.role, delivery },
    });
  });
  return { id, code, state: needsRelease ? "waiting_for_release" : "waiting_for_mail", expiresAt };
}

async function queueInvitation(
  tx: SqlTx,
  of: { id: Id<"invitation">; email: string; organisationId: Id<"organisation"> },
): Promise<void> {
  const { id: subjectId, email: recipient, organisationId } = of;
  await queueMail(tx, { template: INVITATION_MAIL, recipient, organisationId, subjectId });
}

/** An entry for the organisation that is joined and one for the inviter's, where that is another. */
export async function auditBoth(
  tx: SqlTx,
  scope: Scope,
  joined: Id<"organisation">,
  inviters: Id<"organisation"> | null,
  deed: { action: string; subjectId: Id<"invitation">; after?: Record<string, unknown> },
): Promise<void> {
  for (const organisationId of new Set([joined, inviters ?? joined]))
    await audit(tx, scope, { ...deed, subjectKind: "invitation", organisationId });
}

export interface ReleasedInvitation {
  /** The link, where no mail carries it; it works once, with the code, and can be shown anew to the same person. */
  url: string | null;
  expiresAt: Date;
}

/**
 * The second person's confirmation. With mail the link goes to the mailbox; without, it is shown to the one who
 * confirms, and opens nothing without the code that the inviter tells. Throws `forbidden` with why it needs another.
 */
export async function releaseInvitation(
  scope: PortalScope,
  id: Id<"invitation">,
  within: Id<"organisation"> | null = scope.organisationId,
): Promise<ReleasedInvitation> {
  const second = personOf(scope);
  return await withScope(scope, async (tx) => {
    const at = now();
    const found = await invitations.lockOpenInvitation(tx, id, at);
    if (!found?.email || (within && found.organisationId !== within)) throw notFound("invitation");
    const { organisationId, createdBy: first, createdAt: since, delivery, email, expiresAt } = found;
    if (found.releasedBy && (found.releasedBy !== second || delivery === "mail")) {
      throw new AppError("conflict", "already_released", "Somebody has confirmed this invitation already.");
    }
    if (delivery === "mail" && !movesMoney(found.role)) {
      throw new AppError("conflict", "release_not_needed", "This invitation needs no confirmation.");
    }
    const fault = await invitations.findConfirmerFault(tx, { organisationId, first, second, since });
    if (fault) throw confirmerFault(fault);
    if (!found.releasedBy) await invitations.markReleased(tx, id, second, at);
    let url: string | null = null;
    if (delivery === "mail") await queueInvitation(tx, { id, email, organisationId });
    else {
      const { token, tokenHash } = newToken();
      await invitations.setTokenHash(tx, id, tokenHash);
      url = `${env.PURSE_WEB_URL}/invitation/${token}`;
    }
    await auditBoth(tx, scope, organisationId, found.inviterOrganisationId, {
      action: "invitation.released",
      subjectId: id,
      after: {
        email,
        role: found.role,
        invitedBy: first,
        linkShown: url !== null,
        mailboxProven: url === null,
      },
    });
    return { url, expiresAt };
  });
}

/** Open invitations into the scope's organisation. */
export async function listInvitations(scope: PortalScope): Promise<PendingInvitation[]> {
  return await withScope(scope, (tx) =>
    invitations.listPendingInvitations(tx, scope.organisationId, personOf(scope), now()),
  );
}

/** Open invitations of one organisation of the platform, or of all. */
export async function listInvitationsOf(
  scope: OperatorScope,
  organisationId: Id<"organisation"> | null,
): Promise<PendingInvitation[]> {
  return await withScope(scope, (tx) =>
    invitations.listPendingInvitations(tx, organisationId, personOf(scope), now()),
  );
}

export async function revokeInvitation(
  scope: PortalScope,
  id: Id<"invitation">,
  within: Id<"organisation"> | null = scope.organisationId,
): Promise<void> {
  await withScope(scope, async (tx) => {
    const organisationId = await invitations.revokeInvitation(tx, within, id, now());
    if (!organisationId) throw notFound("invitation");
    await auditBoth(tx, scope, organisationId, scope.organisationId, {
      action: "invitation.revoked",
      subjectId: id,
    });
  });
}
