/** Limits and allowances over tRPC, for the operator. */
import { operatorProcedure, router } from "@/server/identity/procedures";
import { toPublicId } from "@/server/platform/ids";
import * as shape from "../schema/limits";
import { grantAllowance, listAllowances, setAllowanceBlock } from "../service/manage-allowances";
import { findSubjects, listLimits, listLimitsOf, removeLimit, setLimit } from "../service/manage-limits";
import { viewAllowance, viewBoundLimit, viewLimit, viewSubjectHit } from "../view-limit";

export const operatorLimitsRouter = router({
  list: operatorProcedure("rules.read")
    .input(shape.limitListSchema)
    .output(shape.limitViewSchema.array())
    .query(async ({ ctx, input }) => (await listLimits(ctx.scope, input.programId)).map(viewLimit)),
  of: operatorProcedure("rules.read")
    .input(shape.limitsOfSchema)
    .output(shape.boundLimitViewSchema.array())
    .query(async ({ ctx, input }) => (await listLimitsOf(ctx.scope, input)).map(viewBoundLimit)),
  findSubjects: operatorProcedure("rules.read")
    .input(shape.findSubjectsSchema)
    .output(shape.subjectHitViewSchema.array())
    .query(async ({ ctx, input }) => (await findSubjects(ctx.scope, input)).map(viewSubjectHit)),
  set: operatorProcedure("rules.manage")
    .input(shape.setLimitSchema)
    .mutation(async ({ ctx, input }) => {
      const { id, created } = await setLimit(ctx.scope, input);
      return { id: toPublicId("limit", id), created };
    }),
  remove: operatorProcedure("rules.manage")
    .input(shape.limitIdSchema)
    .mutation(async ({ ctx, input }) => {
      await removeLimit(ctx.scope, input.limitId);
      return { removed: true };
    }),
});

export const operatorAllowancesRouter = router({
  list: operatorProcedure("rules.read")
    .input(shape.allowanceListSchema)
    .output(shape.allowancesViewSchema)
    .query(async ({ ctx, input: { programId, cursor, limit, ...filter } }) => {
      const { items, nextCursor, at } = await listAllowances(ctx.scope, programId, filter, { cursor, limit });
      return { items: items.map((item) => viewAllowance(item, at)), nextCursor };
    }),
  grant: operatorProcedure("rules.manage")
    .input(shape.grantAllowanceSchema)
    .mutation(async ({ ctx, input: { programId, ...allowance } }) => {
      const { id, created } = await grantAllowance(ctx.scope, programId, allowance);
      return { id: toPublicId("instrument", id), created };
    }),
  setBlocked: operatorProcedure("rules.manage")
    .input(shape.blockAllowanceSchema)
    .mutation(async ({ ctx, input }) => {
      await setAllowanceBlock(ctx.scope, input);
      return { blocked: input.blocked };
    }),
});
