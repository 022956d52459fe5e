/** What of the database's own transactions tells whether everything up to a moment is stored. */
import type { SqlTx } from "@/server/platform/db";

export async function isJustOver(tx: SqlTx, end: Date, seconds: number): Promise<boolean> {
  const { rows } = await tx.query<{ just: boolean }>(
    "select clock_timestamp() >= $1 and clock_timestamp() < $1::timestamptz + make_interval(secs => $2) as just",
    [end, seconds],
  );
  return rows[0]?.just ?? false;
}

/** A number above that of every transaction that has begun to write. */
export async function drawTransaction(tx: SqlTx): Promise<string> {
  const { rows } = await tx.query<{ drawn: string }>("select pg_current_xact_id()::text as drawn");
  return rows[0]?.drawn ?? "0";
}

/** Whether any transaction with a lower number has not ended. */
export async function isStillWriting(tx: SqlTx, before: string): Promise<boolean> {
  const { rows } = await tx.query<{ writing: boolean }>(
    "select pg_snapshot_xmin(pg_current_snapshot()) < $1::xid8 as writing",
    [before],
  );
  return rows[0]?.writing ?? false;
}
