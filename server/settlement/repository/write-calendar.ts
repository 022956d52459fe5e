/** Rows of a program's later calendars; the database asks each for its confirmed proposal. */
import type { SqlTx } from "@/server/platform/db";
import type { SettlementCalendar } from "../rules/compute-period";

export async function insertCalendar(
  tx: SqlTx,
  row: { id: string; programId: string; from: Date; calendar: SettlementCalendar; confirmationId: string },
): Promise<void> {
  await tx.query(
    "insert into program_calendar (id, program_id, starts_at, calendar, confirmation_id) values ($1, $2, $3, $4, $5)",
    [row.id, row.programId, row.from, JSON.stringify(row.calendar), row.confirmationId],
  );
}
