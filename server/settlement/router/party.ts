/** Settlement in the portals of merchants and agencies: payouts, statements, agreements to read and answer. */
import { z } from "zod";
import { merchantProcedure, partyProcedure, router } from "@/server/identity/procedures";
import { publicId, toPublicId } from "@/server/platform/ids";
import { orRefuse } from "../errors";
import {
  answerAgreementInput,
  bankAccountSchema,
  disableBankAccountInput,
  enterBankAccountInput,
  merchantTermsSchema,
  simulationSchema,
} from "../schema";
import { answerAgreement } from "../service/answer-agreement";
import { giveConsent, readMerchantTerms, withdrawConsent } from "../service/consent-to-terms";
import { disableBankAccount, enterBankAccount, listBankAccounts } from "../service/manage-bank-account";
import { readSimulation } from "../service/simulate-agreement";
import { agreementReads, answers, payoutReads, splitReads, statementReads } from "./reads";

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

/** Where the party is paid: entered by one of its people, confirmed by another of them or of the operator. */
function bankAccountsRouter(kind: "merchant" | "agency") {
  return router({
    list: partyProcedure(kind, "payouts.read")
      .output(z.array(bankAccountSchema))
      .query(({ ctx }) =>
        listBankAccounts(
          ctx.scope,
          ctx.scope.organisationId,
          ctx.permissions.includes("bank_accounts.manage"),
        ),
      ),
    enter: partyProcedure(kind, "bank_accounts.manage")
      .input(enterBankAccountInput)
      .mutation(async ({ ctx, input }) => {
        const account = { ...input, organisationId: ctx.scope.organisationId };
        const { bankAccountId } = orRefuse(await enterBankAccount(ctx.scope, account));
        return { bankAccountId: toPublicId("bankAccount", bankAccountId) };
      }),
    disable: partyProcedure(kind, "bank_accounts.manage")
      .input(disableBankAccountInput)
      .mutation(async ({ ctx, input }) =>
        orRefuse(await disableBankAccount(ctx.scope, input.bankAccountId, input.reason)),
      ),
    ...answers(kind, "bank_accounts.manage"),
  });
}

export const merchantBankAccountsRouter = bankAccountsRouter("merchant");
export const agencyBankAccountsRouter = bankAccountsRouter("agency");

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
