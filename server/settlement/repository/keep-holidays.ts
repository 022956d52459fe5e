/** Days on which a program's banks move nothing. */
import type { SqlTx } from "@/server/platform/db";

export interface HolidayRow {
  id: string;
  /** "2026-05-17" */
  day: string;
  name: string;
}

/** From a day on, in their order. */
export async function listHolidays(tx: SqlTx, programId: string, from: string): Promise<HolidayRow[]> {
  const { rows } = await tx.query<HolidayRow>(
    "select id, day::text, name from program_holiday where program_id = $1 and day >= $2 order by day",
    [programId, from],
  );
  return rows;
}

/** False when the day is one already. */
export async function insertHoliday(
  tx: SqlTx,
  row: HolidayRow & { programId: string; by: string | null; at: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into program_holiday (id, program_id, day, name, created_by, created_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (program_id, day) do nothing`,
    [row.id, row.programId, row.day, row.name, row.by, row.at],
  );
  return rowCount === 1;
}

/** Takes one away that is not past; null when there is none. */
export async function deleteHoliday(
  tx: SqlTx,
  key: { id: string; from: string },
): Promise<(HolidayRow & { programId: string }) | null> {
  const { rows } = await tx.query<HolidayRow & { programId: string }>(
    `delete from program_holiday where id = $1 and day >= $2 returning id, day::text, name, program_id as "programId"`,
    [key.id, key.from],
  );
  return rows[0] ?? null;
}

/** The program of one, and which day it is. */
export async function findHoliday(tx: SqlTx, id: string): Promise<{ programId: string; day: string } | null> {
  const { rows } = await tx.query<{ programId: string; day: string }>(
    `select program_id as "programId", day::text from program_holiday where id = $1`,
    [id],
  );
  return rows[0] ?? null;
}
