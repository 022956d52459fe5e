import { merchantDevicesRouter } from "@/server/devices/router";
import { router } from "@/server/identity/procedures";
import { merchantAuditRouter } from "@/server/identity/router/audit";
import { merchantProgramsRouter } from "@/server/identity/router/programs";
import { merchantTeamRouter } from "@/server/identity/router/team";
import { merchantPaymentsRouter } from "@/server/payments/router";
import { merchantReportingRouter } from "@/server/reporting/router";
import {
  merchantAgreementsRouter,
  merchantBankAccountsRouter,
  merchantPayoutsRouter,
  merchantSettlementRouter,
  merchantStatementsRouter,
  merchantTermsRouter,
} from "@/server/settlement/router/party";

/** What the merchant portal can ask for; a table of contents. */
export const merchantRouter = router({
  agreements: merchantAgreementsRouter,
  bankAccounts: merchantBankAccountsRouter,
  payouts: merchantPayoutsRouter,
  settlement: merchantSettlementRouter,
  statements: merchantStatementsRouter,
  terms: merchantTermsRouter,
  audit: merchantAuditRouter,
  devices: merchantDevicesRouter,
  payments: merchantPaymentsRouter,
  programs: merchantProgramsRouter,
  reporting: merchantReportingRouter,
  team: merchantTeamRouter,
});

export type MerchantRouter = typeof merchantRouter;
