/** Makes the demo city in a process of its own; its parent hears how far it is. */
import { seedDemo } from "@/prisma/seed/harbor-city";
import { closePool } from "@/server/platform/db";

await seedDemo((detail) => process.send?.(detail));
await closePool();
process.disconnect?.();
