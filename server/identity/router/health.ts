/** Health of every part, for operators. It stands here because the platform lies below the guards. */
import { z } from "zod";
import { withScope } from "@/server/platform/db";
import { type Health, readHealth } from "@/server/platform/health";
import { listFailures } from "@/server/platform/job-items";
import { operatorProcedure, router } from "../procedures";
import { listPrograms } from "../service";

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

const jobFailureOut = z.object({
  job: z.string(),
  item: z.string(),
  program: z.string().nullable(),
  reason: z.string(),
  attempts: z.number(),
  firstFailedAt: z.string(),
  nextTryAt: z.string(),
});
export type JobFailureView = z.infer<typeof jobFailureOut>;

const MOST_FAILURES = 100;

export const operatorHealthRouter = router({
  read: operatorProcedure("health.read")
    .output(healthOut)
    .query(() => readHealth()),
  /** What jobs of the worker could not do and try again, the latest failure first. */
  failures: operatorProcedure("health.read")
    .output(z.array(jobFailureOut))
    .query(async ({ ctx }) => {
      const names = new Map((await listPrograms(ctx.scope)).map(({ id, name }) => [String(id), name]));
      const rows = await withScope(ctx.scope, (tx) => listFailures(tx, MOST_FAILURES));
      return rows.map(({ programId, firstFailedAt, nextTryAt, lastFailedAt: _, ...row }) => ({
        ...row,
        program: programId === null ? null : (names.get(programId) ?? null),
        firstFailedAt: firstFailedAt.toISOString(),
        nextTryAt: nextTryAt.toISOString(),
      }));
    }),
});
