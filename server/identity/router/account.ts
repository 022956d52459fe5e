/** What a signed-in person may do with what is their own, whatever organisation they are in. */
import { z } from "zod";
import { publicId, toPublicId } from "@/server/platform/ids";
import { permissionsOf } from "../permissions";
import { router, signedInProcedure } from "../procedures";
import { portalPath } from "../rules";
import { changePasswordSchema, organisationKindSchema, preferencesSchema, roleSchema } from "../schema";
import { listAccess } from "../service";
import {
  changePassword,
  listSessions,
  revokeOtherSessions,
  revokeSession,
  setPreferences,
} from "../service/account";

const meOut = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  preferences: preferencesSchema,
});
const membershipOut = z.object({
  id: z.string(),
  role: roleSchema,
  permissions: z.array(z.string()),
  path: z.string(),
  organisation: z.object({
    id: z.string(),
    kind: organisationKindSchema,
    slug: z.string(),
    name: z.string(),
    suspended: z.boolean(),
  }),
});
const sessionOut = z.object({
  id: z.string(),
  current: z.boolean(),
  createdAt: z.string(),
  lastSeenAt: z.string(),
  expiresAt: z.string(),
  userAgent: z.string().nullable(),
  ip: z.string().nullable(),
});
const done = z.object({ ok: z.literal(true) });

export const accountRouter = router({
  me: signedInProcedure()
    .output(meOut)
    .query(({ ctx: { user } }) => ({ ...user, id: toPublicId("user", user.id) })),
  memberships: signedInProcedure()
    .output(z.array(membershipOut))
    .query(async ({ ctx }) => {
      const all = await listAccess(ctx.user.id);
      return all.map(({ membershipId, role, organisation }) => ({
        id: toPublicId("membership", membershipId),
        role,
        permissions: [...permissionsOf(organisation.kind, role)],
        path: portalPath(organisation.kind, organisation.slug),
        organisation: { ...organisation, id: toPublicId("organisation", organisation.id) },
      }));
    }),
  sessions: signedInProcedure()
    .output(z.array(sessionOut))
    .query(async ({ ctx }) => {
      const sessions = await listSessions(ctx.user.id);
      return sessions.map((session) => ({
        id: toPublicId("session", session.id),
        current: session.id === ctx.sessionId,
        createdAt: session.createdAt.toISOString(),
        lastSeenAt: session.lastSeenAt.toISOString(),
        expiresAt: session.expiresAt.toISOString(),
        userAgent: session.userAgent,
        ip: session.ip,
      }));
    }),
  revokeSession: signedInProcedure()
    .input(z.object({ sessionId: publicId("session") }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await revokeSession(ctx.user.id, input.sessionId);
      return { ok: true as const };
    }),
  revokeOtherSessions: signedInProcedure()
    .output(z.object({ ended: z.number() }))
    .mutation(async ({ ctx }) => ({ ended: await revokeOtherSessions(ctx.user.id, ctx.sessionId) })),
  setPreferences: signedInProcedure()
    .input(
      z.object({
        singleKeyShortcuts: z.boolean().optional(),
        density: z.enum(["comfortable", "compact"]).optional(),
      }),
    )
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await setPreferences(ctx.user.id, input);
      return { ok: true as const };
    }),
  changePassword: signedInProcedure()
    .input(changePasswordSchema)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await changePassword(ctx.user.id, ctx.sessionId, input);
      return { ok: true as const };
    }),
});
