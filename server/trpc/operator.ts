import { operatorDevicesRouter } from "@/server/devices/router";
import { router } from "@/server/identity/procedures";
import { operatorAuditRouter } from "@/server/identity/router/audit";
import { operatorOrganisationsRouter } from "@/server/identity/router/organisations";
import { operatorProgramsRouter } from "@/server/identity/router/programs";
import { operatorTeamRouter } from "@/server/identity/router/team";
import { operatorReportingRouter } from "@/server/reporting/router";

/** What the operator console can ask for; a table of contents. */
export const operatorRouter = router({
  audit: operatorAuditRouter,
  devices: operatorDevicesRouter,
  organisations: operatorOrganisationsRouter,
  programs: operatorProgramsRouter,
  reporting: operatorReportingRouter,
  team: operatorTeamRouter,
});

export type OperatorRouter = typeof operatorRouter;
