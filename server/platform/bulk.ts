/** Inserts many rows in one statement: one array parameter a column, through `unnest`. */
import type { SqlTx } from "./db";

export interface BulkColumn<Row> {
  name: string;
  /** Postgres type of one value, such as `uuid` or `timestamptz`. */
  type: string;
  value: (row: Row) => unknown;
}

export interface BulkOptions {
  /** Columns that the database computes: name to SQL over the alias `t` of the rows. */
  computed?: Record<string, string>;
  /** What follows the rows: `on conflict …`, `returning …`. */
  suffix?: string;
}

/** Rows go in in the order given, so that callers who sort by key take locks in one order. */
export async function insertRows<Row, Returned = Record<string, unknown>>(
  tx: SqlTx,
  table: string,
  columns: readonly BulkColumn<Row>[],
  rows: readonly Row[],
  { computed = {}, suffix = "" }: BulkOptions = {},
): Promise<Returned[]> {
  if (rows.length === 0) return [];
  const names = [...columns.map((column) => column.name), ...Object.keys(computed)];
  const aliases = columns.map((column) => column.name).join(", ");
  const values = [...columns.map((column) => `t.${column.name}`), ...Object.values(computed)];
  const arrays = columns.map((column, at) => `$${at + 1}::${column.type}[]`);
  const result = await tx.query<Returned>(
    `insert into ${table} (${names.join(", ")})
     select ${values.join(", ")} from unnest(${arrays.join(", ")}) with ordinality as t(${aliases}, ordinality_)
     order by t.ordinality_ ${suffix}`,
    columns.map((column) => rows.map((row) => column.value(row))),
  );
  return result.rows;
}
