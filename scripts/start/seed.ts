/** Makes the demo city in a process of its own; its parent hears how far it is. */
import { seedDemo } from "@/prisma/seed/harbor-city";
import { demandHarmlessLogin } from "@/server/platform/boot";
import { closePool } from "@/server/platform/db";

const days = Number(process.env.PURSE_SEED_DAYS ?? 30);
await demandHarmlessLogin();
await seedDemo((detail) => process.send?.(detail), { days });
await closePool();
process.exit(0);
