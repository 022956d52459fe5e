/** The settings of a program that settlement needs, and the lock that lets one process move its money at a time. */

import type { SqlTx } from "@/server/platform/db";
import { AppError, notFound } from "@/server/platform/errors";
import { type Currency, isCurrency } from "@/server/platform/money";
import { calendarsSchema, type PlannedProgram } from "../rules/plan-periods";

export interface SettlementProgram extends PlannedProgram {
  id: string;
  slug: string;
  name: string;
  operatorId: string;
  currency: Currency;
  /** Days on which its banks move nothing, as "2026-05-17". */
  holidays: ReadonlySet<string>;
  createdAt: Date;
}

interface ProgramRow {
  id: string;
  slug: string;
  name: string;
  operator_id: string;
  currency: string;
  time_zone: string;
  calendars: unknown;
  holidays: string[];
  created_at: Date;
}

export async function getProgram(tx: SqlTx, programId: string): Promise<SettlementProgram> {
  const { rows } = await tx.query<ProgramRow>(
    `select id, slug, name, operator_id, currency, time_zone, program_calendars(id) as calendars, created_at,
            array(select day::text from program_holiday h where h.program_id = program.id) as holidays
       from program where id = $1`,
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
    calendars: calendarsSchema.parse(row.calendars),
    holidays: new Set(row.holidays),
    createdAt: row.created_at,
  };
}

export async function listProgramIds(tx: SqlTx): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>("select id from program order by id");
  return rows.map(({ id }) => id);
}

export interface MerchantRow {
  id: string;
  slug: string;
  name: string;
  joined_at: Date;
}

/** The program's merchants, by name. */
export async function listMerchantsOf(tx: SqlTx, programId: string): Promise<MerchantRow[]> {
  const { rows } = await tx.query<MerchantRow>(
    `select o.id, o.slug, o.name, m.joined_at from program_party m join organisation o on o.id = m.organisation_id
      where m.program_id = $1 and o.kind = 'merchant' order by lower(o.name), o.id`,
    [programId],
  );
  return rows;
}

/** The programs in which an organisation takes part, by name. */
export async function listMembershipsIn(
  tx: SqlTx,
  organisationId: string,
): Promise<(MerchantRow & { time_zone: string })[]> {
  const { rows } = await tx.query<MerchantRow & { time_zone: string }>(
    `select p.id, p.slug, p.name, p.time_zone, m.joined_at from program_party m join program p on p.id = m.program_id
      where m.organisation_id = $1 order by lower(p.name), p.id`,
    [organisationId],
  );
  return rows;
}

const LOCK_SPACE = 7_331;

/**
 * Waits until nobody else settles this program, and keeps it so until the transaction ends. Whoever moves money of
 * parties or changes which agreement governs takes it first, so that all reads after it see one state.
 */
export async function lockProgram(tx: SqlTx, programId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1, hashtext($2))", [LOCK_SPACE, programId]);
}
