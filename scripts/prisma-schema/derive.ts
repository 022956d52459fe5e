/** Derives the Prisma models, one file a domain, from the migrated database. The SQL migrations are the truth. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { type Column, type ForeignKey, readCatalog, type Table } from "./read-catalog";

const SCHEMAS = ["ledger", "public"] as const;
const HEADER =
  "// Derived from the migrated database by scripts/prisma-schema/write.ts; not edited by hand.\n\n";

const SIMPLE_TYPES: Record<string, string> = {
  uuid: "String|@db.Uuid",
  text: "String|",
  bigint: "BigInt|",
  integer: "Int|",
  smallint: "Int|@db.SmallInt",
  boolean: "Boolean|",
  jsonb: "Json|",
  "timestamp with time zone": "DateTime|@db.Timestamptz(6)",
  date: "DateTime|@db.Date",
  "double precision": "Float|",
  bytea: "Bytes|",
  inet: "String|@db.Inet",
  numeric: "Decimal|@db.Decimal",
};

/** File name without extension to its text. */
export async function derivePrismaSchema(client: pg.Client, folder: string): Promise<Map<string, string>> {
  const tables = await readCatalog(client, SCHEMAS);
  const domains = await domainsOfTables(folder);
  const files = new Map<string, string>();
  for (const table of tables) {
    const domain = domains.get(`${table.schema}.${table.name}`);
    if (!domain) throw new Error(`No migration creates ${table.schema}.${table.name} by name.`);
    files.set(domain, (files.get(domain) ?? HEADER) + modelText(table, tables));
  }
  for (const [domain, text] of files) files.set(domain, `${text.trimEnd()}\n`);
  return files;
}

/** A table belongs to the domain whose migration creates it: the first word of the migration's name. */
async function domainsOfTables(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.filter((each) => each.isDirectory())) {
    const domain = entry.name.replace(/^\d+_/, "").split("_")[0] ?? entry.name;
    const sql = await readFile(join(folder, entry.name, "migration.sql"), "utf8");
    for (const match of sql.matchAll(/^\s*create table (?:if not exists )?([a-z0-9_.]+)/gim)) {
      const name = match[1] ?? "";
      found.set(name.includes(".") ? name : `public.${name}`, domain);
    }
  }
  return found;
}

function camel(text: string): string {
  return text.replace(/^_+/, "").replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}

function modelName(table: { schema: string; name: string }): string {
  const name = camel(table.schema === "public" ? table.name : `${table.schema}_${table.name}`);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function fieldType(column: Column): { type: string; native: string } {
  const array = column.type.endsWith("[]");
  const base = array ? column.type.slice(0, -2) : column.type;
  const sized = /^(character varying|character|numeric)\((.+)\)$/.exec(base);
  const native = { "character varying": "VarChar", character: "Char", numeric: "Decimal" } as const;
  const known = sized
    ? `${sized[1] === "numeric" ? "Decimal" : "String"}|@db.${native[sized[1] as keyof typeof native]}(${sized[2]?.replace(",", ", ")})`
    : (SIMPLE_TYPES[base] ?? `Unsupported("${base}")|`);
  const [type = "", attribute = ""] = known.split("|");
  return { type: `${type}${array ? "[]" : column.notNull ? "" : "?"}`, native: attribute };
}

function defaultOf(column: Column, type: string): string {
  if (column.identity || column.expression?.startsWith("nextval(")) return "@default(autoincrement())";
  const text = column.expression;
  if (text === null) return "";
  if (column.generated || type.startsWith("Unsupported"))
    return `@default(dbgenerated(${JSON.stringify(text)}))`;
  if (text === "now()" || text === "CURRENT_TIMESTAMP") return "@default(now())";
  if (/^(true|false)$/.test(text)) return `@default(${text})`;
  const number = /^'?(-?\d+(?:\.\d+)?)'?(?:::[a-z ]+)?$/.exec(text);
  if (number && /^(Int|BigInt|Float|Decimal)/.test(type)) return `@default(${number[1]})`;
  const literal = /^'((?:[^']|'')*)'::[a-z ]+(?:\(\d+\))?$/.exec(text);
  if (literal && /^(String|Json)\??$/.test(type))
    return `@default(${JSON.stringify((literal[1] ?? "").replaceAll("''", "'"))})`;
  return `@default(dbgenerated(${JSON.stringify(text)}))`;
}

/** Prisma can address a row only by a unique key whose columns are never null. */
function isAddressable(table: Table): boolean {
  return table.keys.some((key) =>
    key.columns.every((name) => table.columns.some((column) => column.name === name && column.notNull)),
  );
}

function modelText(table: Table, tables: readonly Table[]): string {
  const taken = new Set(table.columns.map((column) => camel(column.name)));
  const claim = (wanted: string): string => {
    let name = wanted;
    while (taken.has(name)) name += "Row";
    taken.add(name);
    return name;
  };
  const lines = table.columns.map((column) => columnLine(table, column));
  if (isAddressable(table))
    for (const key of table.foreignKeys) lines.push(relationLine(table, key, tables, claim));
  for (const child of tables.filter(isAddressable))
    for (const key of child.foreignKeys) {
      if (key.targetSchema !== table.schema || key.targetTable !== table.name) continue;
      lines.push(backRelationLine(child, key, claim));
    }
  lines.push("");
  for (const key of table.keys.filter((each) => each.columns.length > 1)) {
    const fields = key.columns.map(camel).join(", ");
    lines.push(key.kind === "primary" ? `@@id([${fields}])` : `@@unique([${fields}], map: "${key.name}")`);
  }
  if (modelName(table) !== table.name) lines.push(`@@map("${table.name}")`);
  lines.push(`@@schema("${table.schema}")`);
  if (!isAddressable(table)) lines.push("@@ignore");
  const body = lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n");
  return `model ${modelName(table)} {\n${body}\n}\n\n`;
}

function columnLine(table: Table, column: Column): string {
  const { type, native } = fieldType(column);
  const single = table.keys.find((key) => key.columns.length === 1 && key.columns[0] === column.name);
  const name = camel(column.name);
  return [
    name,
    type,
    single ? (single.kind === "primary" ? "@id" : `@unique(map: "${single.name}")`) : "",
    defaultOf(column, type),
    name === column.name ? "" : `@map("${column.name}")`,
    native,
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function isOptional(table: Table, key: ForeignKey): boolean {
  return table.columns.some((column) => key.columns.includes(column.name) && !column.notNull);
}

function relationLine(
  table: Table,
  key: ForeignKey,
  tables: readonly Table[],
  claim: (name: string) => string,
): string {
  const target = tables.find((each) => each.schema === key.targetSchema && each.name === key.targetTable);
  if (!target) throw new Error(`${key.name} points out of the known schemas.`);
  const last = key.columns.at(-1) ?? "";
  const name = claim(camel(last.endsWith("_id") ? last.slice(0, -3) : `${last}_${key.targetTable}`));
  const fields = key.columns.map(camel).join(", ");
  const references = key.targetColumns.map(camel).join(", ");
  return `${name} ${modelName(target)}${isOptional(table, key) ? "?" : ""} @relation("${key.name}", fields: [${fields}], references: [${references}], onDelete: ${key.onDelete}, onUpdate: ${key.onUpdate}, map: "${key.name}")`;
}

function backRelationLine(child: Table, key: ForeignKey, claim: (name: string) => string): string {
  const siblings = child.foreignKeys.filter(
    (each) => each.targetTable === key.targetTable && each.targetSchema === key.targetSchema,
  );
  const own = camel(child.schema === "public" ? child.name : `${child.schema}_${child.name}`);
  const by = siblings.length > 1 ? camel(`_by_${key.columns.join("_")}`) : "";
  const name = claim(`${own}${by.charAt(0).toUpperCase()}${by.slice(1)}`);
  const unique = child.keys.some(
    (each) =>
      each.columns.length === key.columns.length &&
      each.columns.every((column) => key.columns.includes(column)),
  );
  return `${name} ${modelName(child)}${unique ? "?" : "[]"} @relation("${key.name}")`;
}
