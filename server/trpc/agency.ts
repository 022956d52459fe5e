import { router } from "@/server/identity/procedures";
import { agencyAuditRouter } from "@/server/identity/router/audit";
import { agencyProgramsRouter } from "@/server/identity/router/programs";
import { agencyTeamRouter } from "@/server/identity/router/team";
import { agencyPaymentsRouter } from "@/server/payments/router";
import { agencyReportingRouter } from "@/server/reporting/router";
import {
  agencyAgreementsRouter,
  agencyBankAccountsRouter,
  agencyRemittancesRouter,
  agencySettlementRouter,
  agencyStatementsRouter,
} from "@/server/settlement/router/party";

/** What the agency portal can ask for; a table of contents. */
export const agencyRouter = router({
  agreements: agencyAgreementsRouter,
  bankAccounts: agencyBankAccountsRouter,
  remittances: agencyRemittancesRouter,
  settlement: agencySettlementRouter,
  statements: agencyStatementsRouter,
  audit: agencyAuditRouter,
  payments: agencyPaymentsRouter,
  programs: agencyProgramsRouter,
  reporting: agencyReportingRouter,
  team: agencyTeamRouter,
});

export type AgencyRouter = typeof agencyRouter;
