/** Settlement in the portals of merchants and agencies: payouts, statements, agreements to read and answer. */
import { z } from "zod";
import { merchantProcedure, partyProcedure, router } from "@/server/identity/procedures";
import { publicId } from "@/server/platform/ids";
import { orRefuse } from "../errors";
import { answerAgreementInput, merchantTermsSchema, simulationSchema } from "../schema";
import { answerAgreement } from "../service/answer-agreement";
import { giveConsent, readMerchantTerms, withdrawConsent } from "../service/consent-to-terms";
import { readSimulation } from "../service/simulate-agreement";
import { agreementReads, payoutReads, splitReads, statementReads } from "./reads";

/** Agreements that split a merchant's payments or name an agency, and those that wait for the party's answer. */
function agreementsRouter(kind: "merchant" | "agency") {
  return router({
    ...agreementReads(kind),
    simulate: partyProcedure(kind, "agreements.read")
      .input(z.object({ agreementId: publicId("agreement") }))
      .output(simulationSchema.nullable())
      .query(({ ctx, input }) => readSimulation(ctx.scope, input.agreementId)),
    answer: partyProcedure(kind, "agreements.answer")
      .input(answerAgreementInput)
      .mutation(async ({ ctx, input }) =>
        orRefuse(await answerAgreement(ctx.scope, input.agreementId, input)),
      ),
  });
}

export const merchantAgreementsRouter = agreementsRouter("merchant");
/** Of each of the merchant's programs: the terms that hold, and the standing consent to them. */
export const merchantTermsRouter = router({
  list: merchantProcedure("agreements.read")
    .output(z.array(merchantTermsSchema))
    .query(({ ctx }) => readMerchantTerms(ctx.scope)),
  consent: merchantProcedure("agreements.answer")
    .input(z.object({ programId: publicId("program"), termsId: publicId("programTerms") }))
    .mutation(async ({ ctx, input }) => orRefuse(await giveConsent(ctx.scope, input))),
  withdraw: merchantProcedure("agreements.answer")
    .input(z.object({ programId: publicId("program") }))
    .mutation(async ({ ctx, input }) => orRefuse(await withdrawConsent(ctx.scope, input.programId))),
});
export const merchantPayoutsRouter = router(payoutReads("merchant"));
export const merchantSettlementRouter = router(splitReads("merchant"));
export const merchantStatementsRouter = router(statementReads("merchant"));

export const agencyAgreementsRouter = agreementsRouter("agency");
/** An agency's payouts; it calls them remittances. */
export const agencyRemittancesRouter = router(payoutReads("agency"));
export const agencySettlementRouter = router(splitReads("agency"));
export const agencyStatementsRouter = router(statementReads("agency"));
