/** What every portal reads of settlement in the same way; each sees only what its scope lets it see. */
import { z } from "zod";
import type { OrganisationKind } from "@/server/identity/permissions";
import { commonProcedure } from "@/server/identity/procedures";
import { publicId } from "@/server/platform/ids";
import {
  agreementDetailSchema,
  agreementSummarySchema,
  figureExplanationSchema,
  itemsInput,
  listAgreementsInput,
  listPayoutsInput,
  listStatementsInput,
  pageOfSchema,
  payoutCountsSchema,
  payoutDetailSchema,
  payoutSchema,
  splitSchema,
  statementDetailSchema,
  statementItemSchema,
  statementSchema,
} from "../schema";
import { explainFigure } from "../service/explain-figure";
import { getAgreement, listAgreements } from "../service/read-agreements";
import {
  countPayouts,
  getPaymentSplit,
  getPayout,
  getStatement,
  listPayouts,
  listStatementItems,
  listStatements,
} from "../service/read-statements";

export const agreementReads = (kind: OrganisationKind) => ({
  list: commonProcedure(kind, "agreements.read")
    .input(listAgreementsInput)
    .output(pageOfSchema(agreementSummarySchema))
    .query(({ ctx, input }) => listAgreements(ctx.scope, input)),
  get: commonProcedure(kind, "agreements.read")
    .input(z.object({ agreementId: publicId("agreement") }))
    .output(agreementDetailSchema)
    .query(({ ctx, input }) => getAgreement(ctx.scope, input.agreementId)),
});

export const payoutReads = (kind: OrganisationKind) => ({
  list: commonProcedure(kind, "payouts.read")
    .input(listPayoutsInput)
    .output(pageOfSchema(payoutSchema))
    .query(({ ctx, input }) => listPayouts(ctx.scope, input)),
  counts: commonProcedure(kind, "payouts.read")
    .input(z.object({ programId: publicId("program").nullish() }))
    .output(payoutCountsSchema)
    .query(({ ctx, input }) => countPayouts(ctx.scope, input.programId ?? null)),
  get: commonProcedure(kind, "payouts.read")
    .input(z.object({ payoutId: publicId("payout") }))
    .output(payoutDetailSchema)
    .query(({ ctx, input }) => getPayout(ctx.scope, input.payoutId)),
  payments: commonProcedure(kind, "payouts.read")
    .input(itemsInput.extend({ payoutId: publicId("payout") }))
    .output(pageOfSchema(statementItemSchema))
    .query(({ ctx, input }) => listStatementItems(ctx.scope, { payoutId: input.payoutId }, input)),
});

export const statementReads = (kind: OrganisationKind) => ({
  list: commonProcedure(kind, "statements.read")
    .input(listStatementsInput)
    .output(pageOfSchema(statementSchema))
    .query(({ ctx, input }) => listStatements(ctx.scope, input)),
  get: commonProcedure(kind, "statements.read")
    .input(z.object({ statementId: publicId("statement") }))
    .output(statementDetailSchema)
    .query(({ ctx, input }) => getStatement(ctx.scope, input.statementId)),
  explain: commonProcedure(kind, "statements.read")
    .input(z.object({ statementId: publicId("statement"), key: z.string().min(1).max(200) }))
    .output(figureExplanationSchema)
    .query(({ ctx, input }) => explainFigure(ctx.scope, input.statementId, input.key)),
  payments: commonProcedure(kind, "statements.read")
    .input(itemsInput.extend({ statementId: publicId("statement") }))
    .output(pageOfSchema(statementItemSchema))
    .query(({ ctx, input }) => listStatementItems(ctx.scope, { statementId: input.statementId }, input)),
});

export const splitReads = (kind: OrganisationKind) => ({
  paymentSplit: commonProcedure(kind, "payments.read")
    .input(z.object({ paymentId: publicId("payment") }))
    .output(splitSchema)
    .query(({ ctx, input }) => getPaymentSplit(ctx.scope, input.paymentId)),
});
