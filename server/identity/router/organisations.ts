import { z } from "zod";
import { publicId } from "@/server/platform/ids";
import { mailIsConfigured } from "@/server/platform/mail";
import { operatorProcedure, router } from "../procedures";
import { createOrganisationSchema, emailSchema, organisationKindSchema } from "../schema";
import { createOrganisation, getOrganisation, listOrganisations, setOrganisationSuspended } from "../service";
import { inviteAdmin, listInvitationsOf, releaseInvitation, revokeInvitation } from "../service/invitations";
import { askResetOf, listResetsOf, releaseReset, withdrawReset } from "../service/password-reset";
import { confirmRole, listGrantsOf, listMembers } from "../service/team";
import {
  askedResetOut,
  decodeCursor,
  encodeCursor,
  grantOut,
  invitationOut,
  issuedOut,
  memberOut,
  organisationOut,
  presentAsked,
  presentGrant,
  presentInvitation,
  presentIssued,
  presentMember,
  presentOrganisation,
  presentReset,
  releasedOut,
  resetOut,
} from "./presentation";

const listInput = z.object({
  kind: organisationKindSchema.optional(),
  suspended: z.boolean().optional(),
  text: z.string().trim().max(100).optional(),
  cursor: z.string().max(400).nullish(),
  limit: z.number().int().min(1).max(200).default(50),
});
const listOut = z.object({
  items: z.array(organisationOut.extend({ memberCount: z.number(), programCount: z.number() })),
  nextCursor: z.string().nullable(),
});
const invitationInput = z.object({ invitationId: publicId("invitation") });
const resetInput = z.object({ resetId: publicId("passwordReset") });
const done = z.object({ ok: z.literal(true) });
const byId = z.object({ organisationId: publicId("organisation") });

export const operatorOrganisationsRouter = router({
  list: operatorProcedure("organisations.read")
    .input(listInput)
    .output(listOut)
    .query(async ({ ctx, input }) => {
      const page = { after: decodeCursor(input.cursor), limit: input.limit };
      const { items, next } = await listOrganisations(ctx.scope, input, page);
      return {
        items: items.map((item) => ({
          ...presentOrganisation(item),
          memberCount: item.memberCount,
          programCount: item.programCount,
        })),
        nextCursor: encodeCursor(next),
      };
    }),
  get: operatorProcedure("organisations.read")
    .input(byId)
    .output(organisationOut)
    .query(async ({ ctx, input }) =>
      presentOrganisation(await getOrganisation(ctx.scope, input.organisationId)),
    ),
  members: operatorProcedure("organisations.read")
    .input(byId)
    .output(z.array(memberOut))
    .query(async ({ ctx, input }) => (await listMembers(ctx.scope, input.organisationId)).map(presentMember)),
  inviteAdmin: operatorProcedure("organisations.manage")
    .input(byId.extend({ email: emailSchema }))
    .output(issuedOut)
    .mutation(async ({ ctx, input }) => presentIssued(await inviteAdmin(ctx.scope, input))),
  /** What waits for a second person, in one organisation or in all. */
  waiting: operatorProcedure("organisations.read")
    .input(byId.partial())
    .output(
      z.object({
        invitations: z.array(invitationOut),
        grants: z.array(grantOut),
        resets: z.array(resetOut),
        mail: z.boolean(),
      }),
    )
    .query(async ({ ctx, input }) => {
      const id = input.organisationId ?? null;
      const [invitations, grants, resets] = await Promise.all([
        listInvitationsOf(ctx.scope, id),
        listGrantsOf(ctx.scope, id),
        listResetsOf(ctx.scope, id),
      ]);
      return {
        invitations: invitations.map(presentInvitation),
        grants: grants.map(presentGrant),
        resets: resets.map(presentReset),
        mail: mailIsConfigured(),
      };
    }),
  releaseInvitation: operatorProcedure("organisations.manage")
    .input(invitationInput)
    .output(releasedOut)
    .mutation(async ({ ctx, input }) => {
      const { url, expiresAt } = await releaseInvitation(ctx.scope, input.invitationId, null);
      return { url, expiresAt: expiresAt.toISOString() };
    }),
  revokeInvitation: operatorProcedure("organisations.manage")
    .input(invitationInput)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await revokeInvitation(ctx.scope, input.invitationId, null);
      return { ok: true as const };
    }),
  /** For the only admin of a party, and for people of several. */
  askReset: operatorProcedure("organisations.manage")
    .input(z.object({ membershipId: publicId("membership") }))
    .output(askedResetOut)
    .mutation(async ({ ctx, input }) => presentAsked(await askResetOf(ctx.scope, input.membershipId))),
  releaseReset: operatorProcedure("organisations.manage")
    .input(resetInput)
    .output(releasedOut)
    .mutation(async ({ ctx, input }) => {
      const { url, expiresAt } = await releaseReset(ctx.scope, input.resetId, null);
      return { url, expiresAt: expiresAt.toISOString() };
    }),
  withdrawReset: operatorProcedure("organisations.manage")
    .input(resetInput)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await withdrawReset(ctx.scope, input.resetId, null);
      return { ok: true as const };
    }),
  confirmRole: operatorProcedure("organisations.manage")
    .input(z.object({ grantId: publicId("roleGrant") }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await confirmRole(ctx.scope, input.grantId, null);
      return { ok: true as const };
    }),
  create: operatorProcedure("organisations.manage")
    .input(createOrganisationSchema)
    .output(organisationOut)
    .mutation(async ({ ctx, input }) => presentOrganisation(await createOrganisation(ctx.scope, input))),
  suspend: operatorProcedure("organisations.manage")
    .input(byId)
    .output(organisationOut)
    .mutation(async ({ ctx, input }) =>
      presentOrganisation(await setOrganisationSuspended(ctx.scope, input.organisationId, true)),
    ),
  resume: operatorProcedure("organisations.manage")
    .input(byId)
    .output(organisationOut)
    .mutation(async ({ ctx, input }) =>
      presentOrganisation(await setOrganisationSuspended(ctx.scope, input.organisationId, false)),
    ),
});
