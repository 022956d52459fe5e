import { router } from "@/server/identity/procedures";
import { merchantProgramsRouter } from "@/server/identity/router/programs";
import { merchantTeamRouter } from "@/server/identity/router/team";

/** What the merchant portal can ask for; a table of contents. */
export const merchantRouter = router({
  programs: merchantProgramsRouter,
  team: merchantTeamRouter,
});

export type MerchantRouter = typeof merchantRouter;
