/** Settlement in the operator console: agreements, runs and their approval, payouts, exceptions, flows. */
import { z } from "zod";
import { operatorProcedure, router } from "@/server/identity/procedures";
import { publicId, toPublicId } from "@/server/platform/ids";
import { orRefuse } from "../errors";
import {
  addAdjustmentInput,
  addHolidayInput,
  agreementTrialSchema,
  approveRunInput,
  authoritySettingSchema,
  bankAccountSchema,
  closePeriodInput,
  closePreviewSchema,
  confirmInput,
  disableBankAccountInput,
  draftAgreementInput,
  draftProgramTermsInput,
  enterBankAccountInput,
  exceptionSchema,
  flowInput,
  flowSchema,
  holidaySchema,
  importSharesInput,
  importSharesSchema,
  listExceptionsInput,
  listRunsInput,
  operatorTermsSchema,
  pageOfSchema,
  programCalendarSchema,
  proposeCalendarInput,
  proposeSettingInput,
  proposeUndoInput,
  rejectInput,
  runDetailSchema,
  runSchema,
  setPayoutRuleInput,
  splitPreviewSchema,
  takeExceptionInput,
  tryAgreementInput,
  waitingSchema,
  withdrawAgreementInput,
  withdrawInput,
} from "../schema";
import { confirmProposal, rejectProposal, withdrawProposal } from "../service/answer-proposal";
import { approveAgreement, withdrawAgreement } from "../service/approve-agreement";
import { approveRun } from "../service/approve-run";
import { proposeCalendar, readProgramCalendar } from "../service/change-calendar";
import { closePeriod } from "../service/close-period";
import { createAgreementDraft, proposeAgreement } from "../service/draft-agreement";
import { disableBankAccount, enterBankAccount, listBankAccounts } from "../service/manage-bank-account";
import { addHoliday, listHolidays, removeHoliday } from "../service/manage-holidays";
import { cancelPayout, markPayoutsPaid, submitPayouts } from "../service/move-payouts";
import { previewClose } from "../service/preview-close";
import { previewSplit } from "../service/preview-split";
import {
  type ProposeResult,
  proposeAdjustment,
  proposePayoutRule,
  proposeSetting,
  proposeTakeBack,
} from "../service/propose-change";
import { proposeUndo, readImportShares } from "../service/propose-undo";
import { getRun, listExceptions, listRuns } from "../service/read-runs";
import { getProgramFlow } from "../service/read-statements";
import { listSettings, listWaitingFor } from "../service/read-waiting";
import { confirmProgramTerms, draftProgramTerms, readOperatorTerms } from "../service/set-program-terms";
import { takeException } from "../service/take-exception";
import { tryAgreement } from "../service/try-agreement";
import { agreementReads, answers, payoutReads, splitReads, statementReads } from "./reads";

const runId = z.object({ runId: publicId("settlementRun") });
const reasoned = z.object({ payoutId: publicId("payout"), reason: z.string().trim().min(2).max(300) });

function proposed(result: ProposeResult<string>) {
  return { confirmationId: toPublicId("confirmation", orRefuse(result).confirmationId) };
}

export const operatorAgreementsRouter = router({
  ...agreementReads("operator"),
  draft: operatorProcedure("agreements.write")
    .input(draftAgreementInput)
    .mutation(async ({ ctx, input }) => {
      const { agreementId, version } = orRefuse(await createAgreementDraft(ctx.scope, input));
      return { agreementId: toPublicId("agreement", agreementId), version };
    }),
  /** A mutation only because terms can be longer than an address. */
  tryOut: operatorProcedure("agreements.read")
    .input(tryAgreementInput)
    .output(agreementTrialSchema)
    .mutation(({ ctx, input }) => tryAgreement(ctx.scope, input)),
  propose: operatorProcedure("agreements.write")
    .input(z.object({ agreementId: publicId("agreement") }))
    .mutation(async ({ ctx, input }) => orRefuse(await proposeAgreement(ctx.scope, input.agreementId))),
  /** For the operator's side, by a second person. */
  approve: operatorProcedure("agreements.approve")
    .input(z.object({ agreementId: publicId("agreement") }))
    .mutation(async ({ ctx, input }) => orRefuse(await approveAgreement(ctx.scope, input.agreementId))),
  withdraw: operatorProcedure("agreements.write")
    .input(withdrawAgreementInput)
    .mutation(async ({ ctx, input }) =>
      orRefuse(await withdrawAgreement(ctx.scope, input.agreementId, input)),
    ),
});

/** When a program's periods end. */
export const operatorCalendarRouter = router({
  get: operatorProcedure("programs.read")
    .input(z.object({ programId: publicId("program") }))
    .output(programCalendarSchema)
    .query(({ ctx, input }) => readProgramCalendar(ctx.scope, input.programId)),
  propose: operatorProcedure("programs.manage")
    .input(proposeCalendarInput)
    .mutation(async ({ ctx, input }) =>
      proposed(await proposeCalendar(ctx.scope, { ...input, from: new Date(input.from) })),
    ),
  holidays: operatorProcedure("programs.read")
    .input(z.object({ programId: publicId("program") }))
    .output(z.array(holidaySchema))
    .query(({ ctx, input }) => listHolidays(ctx.scope, input.programId)),
  addHoliday: operatorProcedure("programs.manage")
    .input(addHolidayInput)
    .mutation(async ({ ctx, input }) => orRefuse(await addHoliday(ctx.scope, input))),
  removeHoliday: operatorProcedure("programs.manage")
    .input(z.object({ holidayId: publicId("programHoliday") }))
    .mutation(async ({ ctx, input }) => orRefuse(await removeHoliday(ctx.scope, input.holidayId))),
});

/** A program's terms for its merchants. */
export const operatorTermsRouter = router({
  get: operatorProcedure("agreements.read")
    .input(z.object({ programId: publicId("program") }))
    .output(operatorTermsSchema)
    .query(({ ctx, input }) => readOperatorTerms(ctx.scope, input.programId)),
  draft: operatorProcedure("agreements.write")
    .input(draftProgramTermsInput)
    .mutation(async ({ ctx, input }) => {
      const { termsId, version } = orRefuse(await draftProgramTerms(ctx.scope, input));
      return { termsId: toPublicId("programTerms", termsId), version };
    }),
  confirm: operatorProcedure("agreements.approve")
    .input(z.object({ termsId: publicId("programTerms") }))
    .mutation(async ({ ctx, input }) => orRefuse(await confirmProgramTerms(ctx.scope, input.termsId))),
});

export const operatorRunsRouter = router({
  list: operatorProcedure("runs.read")
    .input(listRunsInput)
    .output(pageOfSchema(runSchema))
    .query(({ ctx, input }) => listRuns(ctx.scope, input)),
  get: operatorProcedure("runs.read")
    .input(runId)
    .output(runDetailSchema)
    .query(({ ctx, input }) => getRun(ctx.scope, input.runId)),
  next: operatorProcedure("runs.read")
    .input(z.object({ programId: publicId("program") }))
    .output(closePreviewSchema)
    .query(({ ctx, input }) => previewClose(ctx.scope, input.programId)),
  close: operatorProcedure("runs.create")
    .input(closePeriodInput)
    .mutation(async ({ ctx, input }) => {
      const end = input.periodEnd ? new Date(input.periodEnd) : undefined;
      const closed = orRefuse(await closePeriod(ctx.scope, input.programId, end));
      return { runId: toPublicId("settlementRun", closed.runId), existing: closed.existing };
    }),
  approve: operatorProcedure("runs.approve")
    .input(approveRunInput)
    .mutation(async ({ ctx, input }) =>
      orRefuse(await approveRun(ctx.scope, input.runId, input.revision, input.sha256)),
    ),
  submit: operatorProcedure("payouts.pay")
    .input(runId)
    .mutation(async ({ ctx, input }) => orRefuse(await submitPayouts(ctx.scope, { runId: input.runId }))),
  markPaid: operatorProcedure("payouts.pay")
    .input(runId)
    .mutation(async ({ ctx, input }) => orRefuse(await markPayoutsPaid(ctx.scope, { runId: input.runId }))),
});

export const operatorPayoutsRouter = router({
  ...payoutReads("operator"),
  submit: operatorProcedure("payouts.pay")
    .input(z.object({ payoutIds: z.array(publicId("payout")).min(1).max(200) }))
    .mutation(async ({ ctx, input }) => orRefuse(await submitPayouts(ctx.scope, input))),
  markPaid: operatorProcedure("payouts.pay")
    .input(z.object({ payoutIds: z.array(publicId("payout")).min(1).max(200) }))
    .mutation(async ({ ctx, input }) => orRefuse(await markPayoutsPaid(ctx.scope, input))),
  /** These propose; a second person confirms it, and then the money is owed again. */
  markFailed: operatorProcedure("payouts.pay")
    .input(reasoned)
    .mutation(async ({ ctx, input }) =>
      proposed(await proposeTakeBack(ctx.scope, input.payoutId, "failed", input.reason)),
    ),
  markReturned: operatorProcedure("payouts.pay")
    .input(reasoned)
    .mutation(async ({ ctx, input }) =>
      proposed(await proposeTakeBack(ctx.scope, input.payoutId, "returned", input.reason)),
    ),
  cancel: operatorProcedure("payouts.approve")
    .input(reasoned)
    .mutation(async ({ ctx, input }) =>
      orRefuse(await cancelPayout(ctx.scope, input.payoutId, input.reason)),
    ),
  setRule: operatorProcedure("payouts.approve")
    .input(setPayoutRuleInput)
    .mutation(async ({ ctx, input }) => proposed(await proposePayoutRule(ctx.scope, input))),
});

/** Where parties are paid; the operator enters accounts on their behalf and is the second person of theirs. */
export const operatorBankAccountsRouter = router({
  list: operatorProcedure("payouts.read")
    .input(z.object({ organisationId: publicId("organisation") }))
    .output(z.array(bankAccountSchema))
    .query(({ ctx, input }) =>
      listBankAccounts(ctx.scope, input.organisationId, ctx.permissions.includes("bank_accounts.manage")),
    ),
  enter: operatorProcedure("bank_accounts.manage")
    .input(enterBankAccountInput.extend({ organisationId: publicId("organisation") }))
    .mutation(async ({ ctx, input }) => {
      const { bankAccountId } = orRefuse(await enterBankAccount(ctx.scope, input));
      return { bankAccountId: toPublicId("bankAccount", bankAccountId) };
    }),
  disable: operatorProcedure("bank_accounts.manage")
    .input(disableBankAccountInput)
    .mutation(async ({ ctx, input }) =>
      orRefuse(await disableBankAccount(ctx.scope, input.bankAccountId, input.reason)),
    ),
  ...answers("operator", "bank_accounts.manage"),
});

export const operatorStatementsRouter = router(statementReads("operator"));

export const operatorSettlementRouter = router({
  ...splitReads("operator"),
  exceptions: operatorProcedure("runs.read")
    .input(listExceptionsInput)
    .output(pageOfSchema(exceptionSchema))
    .query(({ ctx, input }) => listExceptions(ctx.scope, input)),
  takeException: operatorProcedure("runs.create")
    .input(takeExceptionInput)
    .mutation(({ ctx, input }) => takeException(ctx.scope, input.exceptionId, input.mine)),
  adjust: operatorProcedure("runs.create")
    .input(addAdjustmentInput)
    .mutation(async ({ ctx, input }) => proposed(await proposeAdjustment(ctx.scope, input))),
  flow: operatorProcedure("programs.read")
    .input(flowInput)
    .output(z.array(flowSchema))
    .query(({ ctx, input }) => getProgramFlow(ctx.scope, input.programId, input)),
  splitPreview: operatorProcedure("payments.read")
    .input(z.object({ paymentId: publicId("payment") }))
    .output(splitPreviewSchema)
    .query(({ ctx, input }) => previewSplit(ctx.scope, input.paymentId)),
});

/** What waits for a second person, and the figures of authority. */
export const operatorConfirmationsRouter = router({
  list: operatorProcedure("payouts.read")
    .output(z.array(waitingSchema))
    .query(({ ctx }) => listWaitingFor(ctx.scope)),
  settings: operatorProcedure("payouts.read")
    .output(z.array(authoritySettingSchema))
    .query(({ ctx }) => listSettings(ctx.scope)),
  proposeSetting: operatorProcedure("programs.manage")
    .input(proposeSettingInput)
    .mutation(async ({ ctx, input }) =>
      proposed(await proposeSetting(ctx.scope, input.name, BigInt(input.value))),
    ),
  /** What each party has of an import's payments. */
  importShares: operatorProcedure("imports.read")
    .input(importSharesInput)
    .output(importSharesSchema)
    .query(({ ctx, input }) => readImportShares(ctx.scope, input.importId)),
  proposeUndo: operatorProcedure("imports.create")
    .input(proposeUndoInput)
    .mutation(async ({ ctx, input }) => proposed(await proposeUndo(ctx.scope, input))),
  confirm: operatorProcedure("payouts.approve")
    .input(confirmInput)
    .mutation(async ({ ctx, input }) =>
      orRefuse(await confirmProposal(ctx.scope, input.confirmationId, input.sha256)),
    ),
  reject: operatorProcedure("payouts.approve")
    .input(rejectInput)
    .mutation(async ({ ctx, input }) =>
      orRefuse(await rejectProposal(ctx.scope, input.confirmationId, input.reason)),
    ),
  withdraw: operatorProcedure("payouts.approve")
    .input(withdrawInput)
    .mutation(async ({ ctx, input }) => orRefuse(await withdrawProposal(ctx.scope, input.confirmationId))),
});
