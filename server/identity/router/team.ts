import { z } from "zod";
import { publicId, toPublicId } from "@/server/platform/ids";
import type { PortalScope } from "@/server/platform/scope";
import type { OrganisationKind } from "../permissions";
import { commonProcedure, router } from "../procedures";
import { inviteSchema, roleSchema } from "../schema";
import { createInvitation, listInvitations, revokeInvitation } from "../service/invitations";
import { changeRole, listTeam, revokeMembership } from "../service/team";
import { invitationOut, memberOut, presentMember } from "./presentation";

const teamOut = z.object({ members: z.array(memberOut), invitations: z.array(invitationOut) });
const membershipInput = z.object({ membershipId: publicId("membership") });
const changeRoleInput = membershipInput.extend({ role: roleSchema });
const invitationInput = z.object({ invitationId: publicId("invitation") });
const issuedOut = z.object({ id: z.string(), url: z.string(), expiresAt: z.string() });
const done = z.object({ ok: z.literal(true) });
const ok = { ok: true } as const;

async function presentTeam(scope: PortalScope): Promise<z.infer<typeof teamOut>> {
  const [members, invitations] = await Promise.all([listTeam(scope), listInvitations(scope)]);
  return {
    members: members.map(presentMember),
    invitations: invitations.map((invitation) => ({
      id: toPublicId("invitation", invitation.id),
      email: invitation.email,
      role: invitation.role,
      createdAt: invitation.createdAt.toISOString(),
      expiresAt: invitation.expiresAt.toISOString(),
      createdByName: invitation.createdByName,
    })),
  };
}

async function issue(
  scope: PortalScope,
  input: z.infer<typeof inviteSchema>,
): Promise<z.infer<typeof issuedOut>> {
  const issued = await createInvitation(scope, input);
  return {
    id: toPublicId("invitation", issued.id),
    url: issued.url,
    expiresAt: issued.expiresAt.toISOString(),
  };
}

/** The same five procedures in each portal; only who guards them differs. */
function teamRouter(kind: OrganisationKind) {
  const reading = commonProcedure(kind, "team.read");
  const managing = commonProcedure(kind, "team.manage");
  return router({
    list: reading.output(teamOut).query(({ ctx }) => presentTeam(ctx.scope)),
    invite: managing
      .input(inviteSchema)
      .output(issuedOut)
      .mutation(({ ctx, input }) => issue(ctx.scope, input)),
    revokeInvitation: managing
      .input(invitationInput)
      .output(done)
      .mutation(async ({ ctx, input }) => {
        await revokeInvitation(ctx.scope, input.invitationId);
        return ok;
      }),
    changeRole: managing
      .input(changeRoleInput)
      .output(done)
      .mutation(async ({ ctx, input }) => {
        await changeRole(ctx.scope, input.membershipId, input.role);
        return ok;
      }),
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
