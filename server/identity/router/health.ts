/** Health of every part, for operators. It stands here because the platform lies below the guards. */
import { z } from "zod";
import { type Health, readHealth } from "@/server/platform/health";
import { operatorProcedure, router } from "../procedures";

const state = z.enum(["ok", "degraded", "down"]);
const healthOut = z.object({
  status: state,
  checkedAt: z.string(),
  parts: z.array(
    z.object({
      name: z.enum(["database", "migrations", "worker", "gateway", "allocator", "outbox"]),
      state,
      ageSeconds: z.number().nullable(),
      detail: z.record(z.string(), z.unknown()),
    }),
  ),
}) satisfies z.ZodType<Health>;

export const operatorHealthRouter = router({
  read: operatorProcedure("health.read")
    .output(healthOut)
    .query(() => readHealth()),
});
