/** Identity's records in the form in which they leave: TypeIDs, ISO times. */
import { z } from "zod";
import { toPublicId } from "@/server/platform/ids";
import { organisationKindSchema, roleSchema } from "../schema";
import type { Organisation, Program, TeamMember } from "../types";

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
  };
}

export const invitationOut = z.object({
  id: z.string(),
  email: z.string().nullable(),
  role: roleSchema,
  createdAt: z.string(),
  expiresAt: z.string(),
  createdByName: z.string().nullable(),
});

/** Page keys leave as one opaque word. */
export function encodeCursor(key: string | null): string | null {
  return key === null ? null : Buffer.from(key, "utf8").toString("base64url");
}

export function decodeCursor(cursor: string | null | undefined): string | null {
  return cursor ? Buffer.from(cursor, "base64url").toString("utf8") : null;
}
