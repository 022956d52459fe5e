import { router } from "@/server/identity/procedures";
import { operatorAuditRouter } from "@/server/identity/router/audit";
import { operatorOrganisationsRouter } from "@/server/identity/router/organisations";
import { operatorProgramsRouter } from "@/server/identity/router/programs";
import { operatorTeamRouter } from "@/server/identity/router/team";

/** What the operator console can ask for; a table of contents. */
export const operatorRouter = router({
  audit: operatorAuditRouter,
  organisations: operatorOrganisationsRouter,
  programs: operatorProgramsRouter,
  team: operatorTeamRouter,
});

export type OperatorRouter = typeof operatorRouter;
