/** Identity's records in the form in which they leave: TypeIDs, ISO times. */
import { z } from "zod";
import { toPublicId } from "@/server/platform/ids";
import { organisationKindSchema, roleSchema } from "../schema";
import type { IssuedInvitation } from "../service/invitations";
import type { AskedReset } from "../service/password-reset";
import type {
  Organisation,
  PendingGrant,
  PendingInvitation,
  PendingReset,
  Program,
  TeamMember,
} from "../types";

export const organisationOut = z.object({
  id: z.string(),
  kind: organisationKindSchema,
  slug: z.string(),
  name: z.string(),
  createdAt: z.string(),
  suspendedAt: z.string().nullable(),
});

export function presentOrganisation(organisation: Organisation): z.infer<typeof organisationOut> {
  return {
    id: toPublicId("organisation", organisation.id),
    kind: organisation.kind,
    slug: organisation.slug,
    name: organisation.name,
    createdAt: organisation.createdAt.toISOString(),
    suspendedAt: organisation.suspendedAt?.toISOString() ?? null,
  };
}

export const programOut = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  currency: z.string(),
  timeZone: z.string(),
  calendar: z.object({
    every: z.enum(["day", "week", "month"]),
    day: z.number().optional(),
    cutOff: z.string(),
    payoutDelayBusinessDays: z.number(),
  }),
  createdAt: z.string(),
  closedAt: z.string().nullable(),
});

export function presentProgram(program: Program): z.infer<typeof programOut> {
  return {
    id: toPublicId("program", program.id),
    slug: program.slug,
    name: program.name,
    currency: program.currency,
    timeZone: program.timeZone,
    calendar: program.calendar,
    createdAt: program.createdAt.toISOString(),
    closedAt: program.closedAt?.toISOString() ?? null,
  };
}

export const memberOut = z.object({
  id: z.string(),
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  role: roleSchema,
  joinedAt: z.string(),
  lastSignInAt: z.string().nullable(),
  cameBy: z.enum(["mail", "link_and_code", "founding", "release", "shown"]).nullable(),
});

export function presentMember(member: TeamMember): z.infer<typeof memberOut> {
  return {
    id: toPublicId("membership", member.membershipId),
    userId: toPublicId("user", member.userId),
    name: member.name,
    email: member.email,
    role: member.role,
    joinedAt: member.joinedAt.toISOString(),
    lastSignInAt: member.lastSignInAt?.toISOString() ?? null,
    cameBy: member.cameBy,
  };
}

export const invitationOut = z.object({
  id: z.string(),
  organisationId: z.string(),
  organisationName: z.string(),
  email: z.string(),
  role: roleSchema,
  createdAt: z.string(),
  expiresAt: z.string(),
  createdByName: z.string().nullable(),
  releasedByName: z.string().nullable(),
  state: z.enum(["waiting_for_release", "waiting_for_mail", "mail_sent", "mail_refused", "link_released"]),
  withoutMail: z.boolean(),
  mailFailing: z.boolean(),
  /** Whether the person who asks confirmed it and may see the link anew. */
  releasedByMe: z.boolean(),
  /** Why the person who asks cannot confirm; null when they can. */
  confirmFault: z.string().nullable(),
});

export function presentInvitation(invitation: PendingInvitation): z.infer<typeof invitationOut> {
  const { id, organisationId, createdAt, expiresAt, releasedByViewer, ...rest } = invitation;
  return {
    ...rest,
    id: toPublicId("invitation", id),
    organisationId: toPublicId("organisation", organisationId),
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    releasedByMe: releasedByViewer ?? false,
  };
}

export const grantOut = z.object({
  id: z.string(),
  organisationId: z.string(),
  organisationName: z.string(),
  membershipId: z.string(),
  memberName: z.string(),
  memberEmail: z.string(),
  role: roleSchema,
  proposedAt: z.string(),
  proposedByName: z.string().nullable(),
  confirmFault: z.string().nullable(),
});

export function presentGrant(grant: PendingGrant): z.infer<typeof grantOut> {
  return {
    ...grant,
    id: toPublicId("roleGrant", grant.id),
    organisationId: toPublicId("organisation", grant.organisationId),
    membershipId: toPublicId("membership", grant.membershipId),
    proposedAt: grant.proposedAt.toISOString(),
  };
}

export const resetOut = z.object({
  id: z.string(),
  organisationName: z.string().nullable(),
  memberName: z.string(),
  memberEmail: z.string(),
  requestedAt: z.string(),
  expiresAt: z.string(),
  requestedByName: z.string().nullable(),
  releasedByName: z.string().nullable(),
  releasedByMe: z.boolean(),
  releaseFault: z.string().nullable(),
});

export function presentReset({ releasedByViewer, ...reset }: PendingReset): z.infer<typeof resetOut> {
  return {
    ...reset,
    id: toPublicId("passwordReset", reset.id),
    requestedAt: reset.requestedAt.toISOString(),
    expiresAt: reset.expiresAt.toISOString(),
    releasedByMe: releasedByViewer ?? false,
  };
}

/** What whoever asked tells, and until when it is good. */
export const askedResetOut = z.object({ code: z.string(), expiresAt: z.string() });

export function presentAsked({ code, expiresAt }: AskedReset): z.infer<typeof askedResetOut> {
  return { code, expiresAt: expiresAt.toISOString() };
}

/** A link leaves to the person who confirmed it, where no mail carries it. */
export const releasedOut = z.object({ url: z.string().nullable(), expiresAt: z.string() });
export const issuedOut = z.object({
  id: z.string(),
  /** The inviter's part, where no mail carries the link. It is shown this once. */
  code: z.string().nullable(),
  state: z.enum(["waiting_for_release", "waiting_for_mail"]),
  expiresAt: z.string(),
});

export function presentIssued(issued: IssuedInvitation): z.infer<typeof issuedOut> {
  return {
    id: toPublicId("invitation", issued.id),
    code: issued.code,
    state: issued.state,
    expiresAt: issued.expiresAt.toISOString(),
  };
}

/** Page keys leave as one opaque word. */
export function encodeCursor(key: string | null): string | null {
  return key === null ? null : Buffer.from(key, "utf8").toString("base64url");
}

export function decodeCursor(cursor: string | null | undefined): string | null {
  return cursor ? Buffer.from(cursor, "base64url").toString("utf8") : null;
}
