/** The review queue and the policies over tRPC. Deciding a case moves money, so it is a procedure of payments. */
import { z } from "zod";
import { operatorProcedure, router } from "@/server/identity/procedures";
import { AppError } from "@/server/platform/errors";
import { publicId, toPublicId } from "@/server/platform/ids";
import { toMoneyJson } from "@/server/platform/money";
import { CASE_REFUSALS } from "./constants";
import { caseIdSchema, caseListSchema, caseNoteSchema, escalateSchema, policySchema } from "./schema";
import * as service from "./service";
import type { CaseRefusal } from "./types";
import { viewCase } from "./view-case";

const programInput = z.object({ programId: publicId("program").optional() });

export const operatorCasesRouter = router({
  list: operatorProcedure("cases.read")
    .input(caseListSchema)
    .query(async ({ ctx, input }) => {
      const page = await service.listCases(ctx.scope, input);
      return { items: page.items.map(viewCase), nextCursor: page.nextCursor };
    }),
  figures: operatorProcedure("cases.read")
    .input(programInput)
    .query(async ({ ctx, input }) =>
      (await service.getQueueFigures(ctx.scope, input.programId)).map((row) => ({
        open: Number(row.open),
        escalated: Number(row.escalated),
        dueWithinHour: Number(row.dueWithinHour),
        expectedLoss: toMoneyJson(row.expectedLossMicros, row.currency),
      })),
    ),
  ofPayment: operatorProcedure("cases.read")
    .input(z.object({ paymentId: publicId("payment") }))
    .query(async ({ ctx, input }) => {
      const caseId = await service.findCaseOfPayment(ctx.scope, input.paymentId);
      return { caseId: caseId && toPublicId("case", caseId) };
    }),
  claimNext: operatorProcedure("cases.decide")
    .input(programInput)
    .mutation(async ({ ctx, input }) => {
      const { caseId } = granted(await service.claimNextCase(ctx.scope, input.programId));
      return { caseId: toPublicId("case", caseId) };
    }),
  claim: operatorProcedure("cases.decide")
    .input(caseIdSchema)
    .mutation(async ({ ctx, input }) => granted(await service.claimCase(ctx.scope, input.caseId))),
  release: operatorProcedure("cases.decide")
    .input(caseIdSchema)
    .mutation(async ({ ctx, input }) => granted(await service.releaseCase(ctx.scope, input.caseId))),
  escalate: operatorProcedure("cases.decide")
    .input(escalateSchema)
    .mutation(async ({ ctx, input }) =>
      granted(await service.escalateCase(ctx.scope, input.caseId, input.note)),
    ),
  addNote: operatorProcedure("cases.decide")
    .input(caseNoteSchema)
    .mutation(async ({ ctx, input }) => {
      await service.addCaseNote(ctx.scope, input.caseId, input.text);
      return { ok: true };
    }),
});

export const operatorRulesRouter = router({
  get: operatorProcedure("rules.read")
    .input(policySchema.pick({ programId: true }))
    .query(({ ctx, input }) => service.getPolicy(ctx.scope, input.programId)),
  set: operatorProcedure("rules.manage")
    .input(policySchema)
    .mutation(async ({ ctx, input }) => ({
      version: await service.setPolicy(ctx.scope, input.programId, input.terms),
    })),
});

/** A refusal becomes an error that names it; anything else goes on. */
function granted<T extends { ok: true }>(outcome: T | { ok: false; reason: CaseRefusal }): T {
  if (outcome.ok) return outcome;
  throw new AppError("conflict", outcome.reason, CASE_REFUSALS[outcome.reason]);
}
