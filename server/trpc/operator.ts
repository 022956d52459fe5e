import { operatorDevicesRouter } from "@/server/devices/router";
import { operatorCasesRouter, operatorRulesRouter } from "@/server/fraud/router";
import { mergeRouters, router } from "@/server/identity/procedures";
import { operatorAuditRouter } from "@/server/identity/router/audit";
import { operatorHealthRouter } from "@/server/identity/router/health";
import { operatorOrganisationsRouter } from "@/server/identity/router/organisations";
import { operatorProgramsRouter } from "@/server/identity/router/programs";
import { operatorTeamRouter } from "@/server/identity/router/team";
import { operatorLedgerRouter } from "@/server/ledger/router";
import {
  operatorImportsRouter,
  operatorPaymentsRouter,
  operatorReviewRouter,
} from "@/server/payments/router";
import { operatorAllowancesRouter, operatorLimitsRouter } from "@/server/payments/router/limits";
import { operatorProofRouter, operatorReportingRouter } from "@/server/reporting/router";
import {
  operatorAgreementsRouter,
  operatorBankAccountsRouter,
  operatorCalendarRouter,
  operatorConfirmationsRouter,
  operatorPayoutsRouter,
  operatorRunsRouter,
  operatorSettlementRouter,
  operatorStatementsRouter,
  operatorTermsRouter,
} from "@/server/settlement/router/operator";

/** What the operator console can ask for; a table of contents. */
export const operatorRouter = router({
  agreements: operatorAgreementsRouter,
  payouts: operatorPayoutsRouter,
  runs: operatorRunsRouter,
  settlement: operatorSettlementRouter,
  statements: operatorStatementsRouter,
  terms: operatorTermsRouter,
  allowances: operatorAllowancesRouter,
  audit: operatorAuditRouter,
  calendar: operatorCalendarRouter,
  confirmations: operatorConfirmationsRouter,
  bankAccounts: operatorBankAccountsRouter,
  cases: mergeRouters(operatorCasesRouter, operatorReviewRouter),
  devices: operatorDevicesRouter,
  health: operatorHealthRouter,
  imports: operatorImportsRouter,
  ledger: operatorLedgerRouter,
  limits: operatorLimitsRouter,
  organisations: operatorOrganisationsRouter,
  payments: operatorPaymentsRouter,
  programs: operatorProgramsRouter,
  proof: operatorProofRouter,
  reporting: operatorReportingRouter,
  rules: operatorRulesRouter,
  team: operatorTeamRouter,
});

export type OperatorRouter = typeof operatorRouter;
