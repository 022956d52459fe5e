/** Policies by version, and the habits that amounts are held against. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { FraudTerms } from "../schema";
import type { Habit, HabitObservation } from "../types";

export async function findPolicy(
  tx: SqlTx,
  programId: Id<"program">,
): Promise<{ version: number; terms: unknown; createdAt: Date } | null> {
  const { rows } = await tx.query<{ version: number; terms: unknown; createdAt: Date }>(
    `select version, terms, created_at as "createdAt" from fraud_policy where program_id = $1
     order by version desc limit 1`,
    [programId],
  );
  return rows[0] ?? null;
}

/** The terms of one version, as stored. */
export async function findPolicyTerms(
  tx: SqlTx,
  programId: Id<"program">,
  version: number,
): Promise<unknown> {
  const { rows } = await tx.query<{ terms: unknown }>(
    "select terms from fraud_policy where program_id = $1 and version = $2",
    [programId, version],
  );
  return rows[0]?.terms ?? null;
}

export async function insertPolicy(
  tx: SqlTx,
  policy: { programId: Id<"program">; terms: FraudTerms; createdBy: Id<"user"> | null; at: Date },
): Promise<number> {
  const { rows } = await tx.query<{ version: number }>(
    `insert into fraud_policy (program_id, version, terms, created_by, created_at)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from fraud_policy where program_id = $1
     returning version`,
    [policy.programId, JSON.stringify(policy.terms), policy.createdBy, policy.at],
  );
  return rows[0]?.version ?? 0;
}

/** Locks the program's progress, so that two learners cannot count the same payments twice. */
export async function lockProgress(tx: SqlTx, programId: Id<"program">): Promise<bigint> {
  await tx.query(`insert into fraud_habit_progress (program_id) values ($1) on conflict do nothing`, [
    programId,
  ]);
  const { rows } = await tx.query<{ learnedThrough: bigint }>(
    `select learned_through as "learnedThrough" from fraud_habit_progress where program_id = $1 for update`,
    [programId],
  );
  return rows[0]?.learnedThrough ?? 0n;
}

export async function saveProgress(tx: SqlTx, programId: Id<"program">, through: bigint): Promise<void> {
  await tx.query(`update fraud_habit_progress set learned_through = $2 where program_id = $1`, [
    programId,
    through,
  ]);
}

export async function findHabit(
  tx: SqlTx,
  seen: Pick<HabitObservation, "programId" | "deviceKind">,
): Promise<Habit | null> {
  const { rows } = await tx.query<Habit>(
    `select observations, mean_log as "meanLog", m2_log as "m2Log" from fraud_habit
     where program_id = $1 and device_kind = $2`,
    [seen.programId, seen.deviceKind],
  );
  return rows[0] ?? null;
}

export async function saveHabit(
  tx: SqlTx,
  key: Pick<HabitObservation, "programId" | "deviceKind">,
  habit: Habit,
): Promise<void> {
  await tx.query(
    `insert into fraud_habit (program_id, device_kind, observations, mean_log, m2_log) values ($1, $2, $3, $4, $5)
     on conflict (program_id, device_kind) do update
     set observations = excluded.observations, mean_log = excluded.mean_log, m2_log = excluded.m2_log`,
    [key.programId, key.deviceKind, habit.observations, habit.meanLog, habit.m2Log],
  );
}
