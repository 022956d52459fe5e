/** The settings of a program that settlement needs, and the lock that lets one process move its money at a time. */

import type { SqlTx } from "@/server/platform/db";
import { AppError, notFound } from "@/server/platform/errors";
import { type Currency, isCurrency } from "@/server/platform/money";
import { calendarSchema } from "../rules/compute-period";
import type { PlannedProgram } from "../rules/plan-periods";

export interface SettlementProgram extends PlannedProgram {
  id: string;
  slug: string;
  name: string;
  operatorId: string;
  currency: Currency;
  createdAt: Date;
}

interface ProgramRow {
  id: string;
  slug: string;
  name: string;
  operator_id: string;
  currency: string;
  time_zone: string;
  calendar: unknown;
  created_at: Date;
}

export async function getProgram(tx: SqlTx, programId: string): Promise<SettlementProgram> {
  const { rows } = await tx.query<ProgramRow>(
    "select id, slug, name, operator_id, currency, time_zone, calendar, created_at from program where id = $1",
    [programId],
  );
  const row = rows[0];
  if (!row) throw notFound("program");
  if (!isCurrency(row.currency)) {
    throw new AppError(
      "internal",
      "currency_unknown",
      `The program's currency ${row.currency} is not known.`,
    );
  }
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    operatorId: row.operator_id,
    currency: row.currency,
    timeZone: row.time_zone,
    calendars: [{ from: null, calendar: calendarSchema.parse(row.calendar) }],
    createdAt: row.created_at,
  };
}

export async function listProgramIds(tx: SqlTx): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>("select id from program order by id");
  return rows.map(({ id }) => id);
}

const LOCK_SPACE = 7_331;

/**
 * Waits until nobody else settles this program, and keeps it so until the transaction ends. Whoever moves money of
 * parties or changes which agreement governs takes it first, so that all reads after it see one state.
 */
export async function lockProgram(tx: SqlTx, programId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1, hashtext($2))", [LOCK_SPACE, programId]);
}
