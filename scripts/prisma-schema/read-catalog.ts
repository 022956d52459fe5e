/** Reads tables, columns and keys of the migrated database from Postgres's own catalog. */
import type pg from "pg";

export interface Column {
  name: string;
  type: string;
  notNull: boolean;
  expression: string | null;
  identity: boolean;
  generated: boolean;
}

export interface Key {
  name: string;
  kind: "primary" | "unique";
  columns: string[];
}

export interface ForeignKey {
  name: string;
  columns: string[];
  targetSchema: string;
  targetTable: string;
  targetColumns: string[];
  onDelete: string;
  onUpdate: string;
}

export interface Table {
  schema: string;
  name: string;
  columns: Column[];
  keys: Key[];
  foreignKeys: ForeignKey[];
}

const ACTIONS: Record<string, string> = {
  a: "NoAction",
  r: "Restrict",
  c: "Cascade",
  n: "SetNull",
  d: "SetDefault",
};

const TABLES = `
  select c.oid::text as oid, n.nspname as schema, c.relname as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any($1) and c.relname <> '_prisma_migrations'
  order by n.nspname, c.relname`;

const COLUMNS = `
  select a.attrelid::text as oid, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull as "notNull", pg_get_expr(d.adbin, d.adrelid) as expression,
    a.attidentity <> '' as identity, a.attgenerated <> '' as generated
  from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped order by a.attrelid, a.attnum`;

/** Whole unique indexes on plain columns: primary keys, unique constraints and indexes alike; no partial ones. */
const KEYS = `
  select i.indrelid::text as oid, c.relname as name, i.indisprimary as primary,
    (select array_agg(a.attname::text order by k.ord) from unnest(i.indkey::int2[]) with ordinality k(attnum, ord)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum where k.ord <= i.indnkeyatts) as columns
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where i.indrelid = any($1::oid[]) and i.indisunique and i.indpred is null and i.indexprs is null
  order by i.indisprimary desc, c.relname`;

const FOREIGN_KEYS = `
  select k.conrelid::text as oid, k.conname as name, n.nspname as schema, c.relname as target,
    k.confdeltype as "onDelete", k.confupdtype as "onUpdate",
    (select array_agg(a.attname::text order by u.ord) from unnest(k.conkey) with ordinality u(attnum, ord)
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum) as columns,
    (select array_agg(a.attname::text order by u.ord) from unnest(k.confkey) with ordinality u(attnum, ord)
      join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum) as "targetColumns"
  from pg_constraint k join pg_class c on c.oid = k.confrelid join pg_namespace n on n.oid = c.relnamespace
  where k.conrelid = any($1::oid[]) and k.contype = 'f' and k.conparentid = 0 order by k.conname`;

export async function readCatalog(client: pg.Client, schemas: readonly string[]): Promise<Table[]> {
  const tables = await client.query<{ oid: string; schema: string; name: string }>(TABLES, [schemas]);
  const oids = tables.rows.map((row) => row.oid);
  const columns = await client.query<Column & { oid: string }>(COLUMNS, [oids]);
  const keys = await client.query<{ oid: string; name: string; primary: boolean; columns: string[] }>(KEYS, [
    oids,
  ]);
  const foreignKeys = await client.query<{
    oid: string;
    name: string;
    schema: string;
    target: string;
    onDelete: string;
    onUpdate: string;
    columns: string[];
    targetColumns: string[];
  }>(FOREIGN_KEYS, [oids]);
  return tables.rows.map((table) => ({
    schema: table.schema,
    name: table.name,
    columns: columns.rows.filter((row) => row.oid === table.oid),
    keys: keys.rows
      .filter((row) => row.oid === table.oid)
      .map((row) => ({
        name: row.name,
        kind: row.primary ? ("primary" as const) : ("unique" as const),
        columns: row.columns,
      })),
    foreignKeys: foreignKeys.rows
      .filter((row) => row.oid === table.oid)
      .map((row) => ({
        name: row.name,
        columns: row.columns,
        targetSchema: row.schema,
        targetTable: row.target,
        targetColumns: row.targetColumns,
        onDelete: ACTIONS[row.onDelete] ?? "NoAction",
        onUpdate: ACTIONS[row.onUpdate] ?? "NoAction",
      })),
  }));
}
