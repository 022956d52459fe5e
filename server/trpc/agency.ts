import { router } from "@/server/identity/procedures";
import { agencyProgramsRouter } from "@/server/identity/router/programs";
import { agencyTeamRouter } from "@/server/identity/router/team";

/** What the agency portal can ask for; a table of contents. */
export const agencyRouter = router({
  programs: agencyProgramsRouter,
  team: agencyTeamRouter,
});

export type AgencyRouter = typeof agencyRouter;
