/** Writes the one-time link of an installation without operator on its standard output; nothing if there is one. */
import { createFirstOperatorLink } from "@/server/identity/service/invitations";
import { closePool } from "@/server/platform/db";

const link = await createFirstOperatorLink();
if (link.ok) console.log(link.url);
await closePool();
