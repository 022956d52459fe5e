import { z } from "zod";
import { publicId } from "@/server/platform/ids";
import { mailIsConfigured } from "@/server/platform/mail";
import type { PortalScope } from "@/server/platform/scope";
import type { OrganisationKind } from "../permissions";
import { commonProcedure, router } from "../procedures";
import { inviteSchema, roleSchema } from "../schema";
import {
  createInvitation,
  listInvitations,
  releaseInvitation,
  revokeInvitation,
} from "../service/invitations";
import { askReset, listResets, releaseReset, withdrawReset } from "../service/password-reset";
import {
  changeRole,
  confirmRole,
  listGrants,
  listTeam,
  revokeMembership,
  withdrawRole,
} from "../service/team";
import {
  askedResetOut,
  grantOut,
  invitationOut,
  issuedOut,
  memberOut,
  presentAsked,
  presentGrant,
  presentInvitation,
  presentIssued,
  presentMember,
  presentReset,
  releasedOut,
  resetOut,
} from "./presentation";

const teamOut = z.object({
  members: z.array(memberOut),
  invitations: z.array(invitationOut),
  grants: z.array(grantOut),
  resets: z.array(resetOut),
  /** Without a mail server links are shown to whoever confirms them. */
  mail: z.boolean(),
});
const membershipInput = z.object({ membershipId: publicId("membership") });
const changeRoleInput = membershipInput.extend({ role: roleSchema });
const invitationInput = z.object({ invitationId: publicId("invitation") });
const grantInput = z.object({ grantId: publicId("roleGrant") });
const resetInput = z.object({ resetId: publicId("passwordReset") });
const done = z.object({ ok: z.literal(true) });
const ok = { ok: true } as const;

async function presentTeam(scope: PortalScope): Promise<z.infer<typeof teamOut>> {
  const [members, invitations, grants, resets] = await Promise.all([
    listTeam(scope),
    listInvitations(scope),
    listGrants(scope),
    listResets(scope),
  ]);
  return {
    members: members.map(presentMember),
    invitations: invitations.map(presentInvitation),
    grants: grants.map(presentGrant),
    resets: resets.map(presentReset),
    mail: mailIsConfigured(),
  };
}

/** The same procedures in each portal; only who guards them differs. */
function teamRouter(kind: OrganisationKind) {
  const reading = commonProcedure(kind, "team.read");
  const managing = commonProcedure(kind, "team.manage");
  return router({
    list: reading.output(teamOut).query(({ ctx }) => presentTeam(ctx.scope)),
    invite: managing
      .input(inviteSchema)
      .output(issuedOut)
      .mutation(async ({ ctx, input }) => presentIssued(await createInvitation(ctx.scope, input))),
    releaseInvitation: managing
      .input(invitationInput)
      .output(releasedOut)
      .mutation(async ({ ctx, input }) => {
        const { url, expiresAt } = await releaseInvitation(ctx.scope, input.invitationId);
        return { url, expiresAt: expiresAt.toISOString() };
      }),
    askReset: managing
      .input(membershipInput)
      .output(askedResetOut)
      .mutation(async ({ ctx, input }) => presentAsked(await askReset(ctx.scope, input.membershipId))),
    releaseReset: managing
      .input(resetInput)
      .output(releasedOut)
      .mutation(async ({ ctx, input }) => {
        const { url, expiresAt } = await releaseReset(ctx.scope, input.resetId);
        return { url, expiresAt: expiresAt.toISOString() };
      }),
    withdrawReset: managing
      .input(resetInput)
      .output(done)
      .mutation(async ({ ctx, input }) => {
        await withdrawReset(ctx.scope, input.resetId);
        return ok;
      }),
    confirmRole: managing
      .input(grantInput)
      .output(done)
      .mutation(async ({ ctx, input }) => {
        await confirmRole(ctx.scope, input.grantId);
        return ok;
      }),
    withdrawRole: managing
      .input(grantInput)
      .output(done)
      .mutation(async ({ ctx, input }) => {
        await withdrawRole(ctx.scope, input.grantId);
        return ok;
      }),
    revokeInvitation: managing
      .input(invitationInput)
      .output(done)
      .mutation(async ({ ctx, input }) => {
        await revokeInvitation(ctx.scope, input.invitationId);
        return ok;
      }),
    changeRole: managing
      .input(changeRoleInput)
      .output(z.object({ waitsForSecond: z.boolean() }))
      .mutation(({ ctx, input }) => changeRole(ctx.scope, input.membershipId, input.role)),
    revoke: managing
      .input(membershipInput)
      .output(done)
      .mutation(async ({ ctx, input }) => {
        await revokeMembership(ctx.scope, input.membershipId);
        return ok;
      }),
  });
}

export const merchantTeamRouter = teamRouter("merchant");
export const agencyTeamRouter = teamRouter("agency");
export const operatorTeamRouter = teamRouter("operator");
