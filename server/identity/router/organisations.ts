import { z } from "zod";
import { publicId } from "@/server/platform/ids";
import { operatorProcedure, router } from "../procedures";
import { createOrganisationSchema, emailSchema, organisationKindSchema } from "../schema";
import { createOrganisation, getOrganisation, listOrganisations, setOrganisationSuspended } from "../service";
import { inviteAdmin } from "../service/invitations";
import { listMembers } from "../service/team";
import {
  decodeCursor,
  encodeCursor,
  memberOut,
  organisationOut,
  presentMember,
  presentOrganisation,
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
    .output(z.object({ url: z.string(), expiresAt: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const { url, expiresAt } = await inviteAdmin(ctx.scope, input);
      return { url, expiresAt: expiresAt.toISOString() };
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
