import { router } from "@/server/identity/procedures";
import { accountRouter as identityAccountRouter } from "@/server/identity/router/account";

/** What belongs to the signed-in person, in every portal. */
export const accountRouter = router({ account: identityAccountRouter });

export type AccountRouter = typeof accountRouter;
