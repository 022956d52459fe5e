import { operatorDevicesRouter } from "@/server/devices/router";
import { router } from "@/server/identity/procedures";
import { operatorAuditRouter } from "@/server/identity/router/audit";
import { operatorHealthRouter } from "@/server/identity/router/health";
import { operatorOrganisationsRouter } from "@/server/identity/router/organisations";
import { operatorProgramsRouter } from "@/server/identity/router/programs";
import { operatorTeamRouter } from "@/server/identity/router/team";
import { operatorReportingRouter } from "@/server/reporting/router";
import {
  operatorAgreementsRouter,
  operatorPayoutsRouter,
  operatorRunsRouter,
  operatorSettlementRouter,
  operatorStatementsRouter,
} from "@/server/settlement/router/operator";

/** What the operator console can ask for; a table of contents. */
export const operatorRouter = router({
  agreements: operatorAgreementsRouter,
  payouts: operatorPayoutsRouter,
  runs: operatorRunsRouter,
  settlement: operatorSettlementRouter,
  statements: operatorStatementsRouter,
  audit: operatorAuditRouter,
  devices: operatorDevicesRouter,
  health: operatorHealthRouter,
  organisations: operatorOrganisationsRouter,
  programs: operatorProgramsRouter,
  reporting: operatorReportingRouter,
  team: operatorTeamRouter,
});

export type OperatorRouter = typeof operatorRouter;
