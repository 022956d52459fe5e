/** Settlement in the agency portal: remittances, statements, agreements to read and answer. */
import { z } from "zod";
import { agencyProcedure, router } from "@/server/identity/procedures";
import { publicId } from "@/server/platform/ids";
import { orRefuse } from "../errors";
import {
  agreementDetailSchema,
  agreementSummarySchema,
  answerAgreementInput,
  itemsInput,
  listAgreementsInput,
  listPayoutsInput,
  listStatementsInput,
  pageOfSchema,
  payoutDetailSchema,
  payoutSchema,
  simulationSchema,
  splitSchema,
  statementDetailSchema,
  statementItemSchema,
  statementSchema,
} from "../schema";
import { answerAgreement } from "../service/answer-agreement";
import { getAgreement, listAgreements } from "../service/read-runs";
import {
  getPaymentSplit,
  getPayout,
  getStatement,
  listPayouts,
  listStatementItems,
  listStatements,
} from "../service/read-statements";
import { simulateAgreement } from "../service/simulate-agreement";

/** An agency's payouts; it calls them remittances. */
export const agencyRemittancesRouter = router({
  list: agencyProcedure("payouts.read")
    .input(listPayoutsInput)
    .output(pageOfSchema(payoutSchema))
    .query(({ ctx, input }) => listPayouts(ctx.scope, input)),
  get: agencyProcedure("payouts.read")
    .input(z.object({ payoutId: publicId("payout") }))
    .output(payoutDetailSchema)
    .query(({ ctx, input }) => getPayout(ctx.scope, input.payoutId)),
  payments: agencyProcedure("payouts.read")
    .input(itemsInput.extend({ payoutId: publicId("payout") }))
    .output(pageOfSchema(statementItemSchema))
    .query(({ ctx, input }) => listStatementItems(ctx.scope, { payoutId: input.payoutId }, input)),
});

export const agencyStatementsRouter = router({
  list: agencyProcedure("statements.read")
    .input(listStatementsInput)
    .output(pageOfSchema(statementSchema))
    .query(({ ctx, input }) => listStatements(ctx.scope, input)),
  get: agencyProcedure("statements.read")
    .input(z.object({ statementId: publicId("statement") }))
    .output(statementDetailSchema)
    .query(({ ctx, input }) => getStatement(ctx.scope, input.statementId)),
  payments: agencyProcedure("statements.read")
    .input(itemsInput.extend({ statementId: publicId("statement") }))
    .output(pageOfSchema(statementItemSchema))
    .query(({ ctx, input }) => listStatementItems(ctx.scope, { statementId: input.statementId }, input)),
});

export const agencyAgreementsRouter = router({
  list: agencyProcedure("agreements.read")
    .input(listAgreementsInput)
    .output(pageOfSchema(agreementSummarySchema))
    .query(({ ctx, input }) => listAgreements(ctx.scope, input)),
  get: agencyProcedure("agreements.read")
    .input(z.object({ agreementId: publicId("agreement") }))
    .output(agreementDetailSchema)
    .query(({ ctx, input }) => getAgreement(ctx.scope, input.agreementId)),
  simulate: agencyProcedure("agreements.read")
    .input(z.object({ agreementId: publicId("agreement") }))
    .output(simulationSchema)
    .query(({ ctx, input }) => simulateAgreement(ctx.scope, input.agreementId)),
  answer: agencyProcedure("agreements.answer")
    .input(answerAgreementInput)
    .mutation(async ({ ctx, input }) => orRefuse(await answerAgreement(ctx.scope, input.agreementId, input))),
});

export const agencySettlementRouter = router({
  paymentSplit: agencyProcedure("payments.read")
    .input(z.object({ paymentId: publicId("payment") }))
    .output(splitSchema)
    .query(({ ctx, input }) => getPaymentSplit(ctx.scope, input.paymentId)),
});
