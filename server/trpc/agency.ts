import { router } from "@/server/identity/procedures";
import { agencyAuditRouter } from "@/server/identity/router/audit";
import { agencyProgramsRouter } from "@/server/identity/router/programs";
import { agencyTeamRouter } from "@/server/identity/router/team";
import { agencyReportingRouter } from "@/server/reporting/router";

/** What the agency portal can ask for; a table of contents. */
export const agencyRouter = router({
  audit: agencyAuditRouter,
  reporting: agencyReportingRouter,
  programs: agencyProgramsRouter,
  team: agencyTeamRouter,
});

export type AgencyRouter = typeof agencyRouter;
