/** What every portal reads of settlement in the same way; each sees only what its scope lets it see. */
import { z } from "zod";
import type { OrganisationKind } from "@/server/identity/permissions";
import { commonProcedure } from "@/server/identity/procedures";
import { publicId } from "@/server/platform/ids";
import { orRefuse } from "../errors";
import {
  agreementDetailSchema,
  agreementSummarySchema,
  confirmInput,
  figureExplanationSchema,
  itemsInput,
  listAgreementsInput,
  listPayoutsInput,
  listStatementsInput,
  pageOfSchema,
  payoutCountsSchema,
  payoutDetailSchema,
  payoutSchema,
  payoutTotalsSchema,
  rejectInput,
  splitSchema,
  statementDetailSchema,
  statementItemSchema,
  statementSchema,
  withdrawInput,
} from "../schema";
import { confirmProposal, rejectProposal, withdrawProposal } from "../service/answer-proposal";
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
  totalPayouts,
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
  totals: commonProcedure(kind, "payouts.read")
    .input(listPayoutsInput.pick({ programId: true, state: true }))
    .output(payoutTotalsSchema)
    .query(({ ctx, input }) => totalPayouts(ctx.scope, input)),
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

/** Confirming, rejecting and withdrawing, of whatever the portal's people may see; the database says who may. */
export const answers = (kind: OrganisationKind, permission: "bank_accounts.manage") => ({
  confirm: commonProcedure(kind, permission)
    .input(confirmInput)
    .mutation(async ({ ctx, input }) =>
      orRefuse(await confirmProposal(ctx.scope, input.confirmationId, input.sha256)),
    ),
  reject: commonProcedure(kind, permission)
    .input(rejectInput)
    .mutation(async ({ ctx, input }) =>
      orRefuse(await rejectProposal(ctx.scope, input.confirmationId, input.reason)),
    ),
  withdraw: commonProcedure(kind, permission)
    .input(withdrawInput)
    .mutation(async ({ ctx, input }) => orRefuse(await withdrawProposal(ctx.scope, input.confirmationId))),
});

export const splitReads = (kind: OrganisationKind) => ({
  paymentSplit: commonProcedure(kind, "payments.read")
    .input(z.object({ paymentId: publicId("payment") }))
    .output(splitSchema)
    .query(({ ctx, input }) => getPaymentSplit(ctx.scope, input.paymentId)),
});
