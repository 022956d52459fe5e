/** Clears rows that have had their time: in batches, and a row that cannot be removed does not keep the others. */
import { withScope } from "./db";
import { openRound } from "./job-items";
import { mintSystemScope } from "./scope";

const BATCH = 5_000;

/** Which rows of a table are old. Everything here is text of the program, nothing comes from outside. */
export interface OldRows {
  table: string;
  /** Columns that together name one row. */
  key: readonly string[];
  /** The condition, over the table's columns as those of `old`, and `$1` where the moment is given. */
  due: string;
  /** Counts as now; the server's own clock when the condition asks for no other. */
  at?: Date;
}

interface OldRow {
  id: string;
  programId: null;
  place: string;
}

/** Clears a batch of each table; true while there is more. */
export async function clearAll(job: string, tables: readonly OldRows[]): Promise<boolean> {
  const scope = mintSystemScope("clean-up");
  const round = await openRound(job);
  let more = false;
  for (const { table, key, due, at } of tables) {
    const name = `'${table} ' || concat_ws(' ', ${key.map((column) => `old.${column}`).join(", ")})`;
    const moment = at ? [at] : [];
    const next = `$${moment.length + 1}`;
    const rows = await withScope(scope, async (tx) => {
      const found = await tx.query<{ id: string; place: string }>(
        `select ${name} as id, old.ctid::text as place from ${table} old
          where ${due} and ${name} <> all(${next}::text[]) limit ${BATCH}`,
        [...moment, round.waiting],
      );
      return found.rows.map((row): OldRow => ({ ...row, programId: null }));
    });
    await round.attemptAll(rows, (some) =>
      withScope(scope, (tx) =>
        // Whatever was written since stands in another place, or is not old any more.
        tx.query(`delete from ${table} old where ctid = any(${next}::tid[]) and ${due}`, [
          ...moment,
          some.map(({ place }) => place),
        ]),
      ),
    );
    more ||= rows.length === BATCH;
  }
  return more;
}
