/**
 * For tests: one row in every table for each of several tenants, made from the catalogue and not by hand, so that a
 * table that is new takes part by itself. Constraints are obeyed where the catalogue tells how; foreign keys point at
 * the tenant's own rows; triggers stay silent. The rows are shaped like real ones and mean nothing.
 */
import { randomBytes } from "node:crypto";
import type pg from "pg";
import { v7 } from "uuid";

export interface TestTenant {
  organisationId: string;
  kind: "merchant" | "agency";
  slug: string;
  programId: string;
  /** The id of this tenant's row, by table. */
  ids: Map<string, string>;
  /** A word that stands in every free text of this tenant's rows. */
  marker: string;
}

interface Column {
  table: string;
  name: string;
  type: string;
  nullable: boolean;
  hasDefault: boolean;
  generated: boolean;
  length: number | null;
}

interface Catalogue {
  tables: string[];
  columns: Map<string, Column[]>;
  /** "table.column" to the table it refers to. */
  references: Map<string, string>;
  /** "table.column" to a value that its check constraint allows. */
  choices: Map<string, string>;
}

/** Tables that belong to the platform's own machinery and hold no row of a tenant. */
const NOT_FILLED = new Set(["_prisma_migrations", "evidence_block", "evidence_horizon"]);

/** Made by services before the filling begins, because scopes need them. */
const MADE_BEFORE = new Set(["organisation", "program", "program_party"]);

/** Tables with one row for the whole platform. */
const PLATFORM_TABLES = new Set(["authority_setting", "fraud_policy", "fraud_habit", "fraud_habit_progress"]);

/** Values that no rule of the catalogue tells: lengths, patterns, sums, pairs that must differ. */
const VALUES: Record<string, (tenant: TestTenant) => unknown> = {
  "confirmation.action": () => "bank_account.use",
  "confirmation.expires_at": () => "2026-01-08T12:00:00Z",
  "confirmation.outcome": () => undefined,
  "app_user.email": (tenant) => `${tenant.marker}@example.org`,
  "invitation.email": (tenant) => `invited-${tenant.marker}@example.org`,
  "device_credential.public_key": () => randomBytes(32),
  "device_nonce.credential_id": (tenant) => tenant.ids.get("device_credential"),
  "instrument.funding_account_id": () => v7(),
  "password_reset.code_hash": () => randomBytes(32),
  "password_reset.delivery": () => "link_and_code",
  "payment.allowance_month": () => "2026-01-01T00:00:00Z",
  "payment_limit.max_payments": () => 1,
  "payment_limit.period": () => "day",
  "program_calendar.calendar": () => ({ every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 }),
  "program_calendar.starts_at": () => "2020-01-01T21:00:00Z",
  "program_terms.notice_days": () => 30,
  "program.slug": (tenant) => `program-${tenant.marker}`,
  "statement.closing_micros": () => 2, // the opening, the allocated and the refunds, less the payout: each 1
  "settlement_run.period_start": () => "2026-01-01T00:00:00Z",
  "settlement_run.period_end": () => "2026-01-02T00:00:00Z",
};

/** Approval by a second person cannot be told from the catalogue either: these stay empty. */
const LEFT_EMPTY =
  /(^|_)(approved_by|confirmed_by|released_by|confirmed_in|withdrawn_by|ended_by|revoked_at|suspended_at|disabled_at|closed_at|accepted_at|accepted_by|published_at)$/;

export async function readCatalogue(client: pg.Client): Promise<Catalogue> {
  const tables = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace
     and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  );
  const columns = await client.query<Column>(
    `select table_name as table, column_name as name, udt_name as type, is_nullable = 'YES' as nullable,
       column_default is not null as "hasDefault", is_identity = 'YES' or is_generated = 'ALWAYS' as generated,
       character_maximum_length as length
     from information_schema.columns where table_schema = 'public' order by ordinal_position`,
  );
  const references = await client.query<{ from: string; to: string }>(
    `select c.conrelid::regclass::text || '.' || a.attname as from, c.confrelid::regclass::text as to
     from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
     where c.contype = 'f' and c.connamespace = 'public'::regnamespace`,
  );
  const checks = await client.query<{ table: string; definition: string }>(
    `select conrelid::regclass::text as table, pg_get_constraintdef(oid) as definition from pg_constraint
     where contype = 'c' and connamespace = 'public'::regnamespace`,
  );
  const choices = new Map<string, string>();
  for (const { table, definition } of checks.rows) {
    for (const match of definition.matchAll(/\((\w+) = ANY \(ARRAY\['([^']+)'/g)) {
      choices.set(`${table}.${match[1]}`, match[2] ?? "");
    }
  }
  const byTable = new Map<string, Column[]>();
  for (const column of columns.rows) {
    byTable.set(column.table, [...(byTable.get(column.table) ?? []), column]);
  }
  return {
    tables: tables.rows.map((row) => row.name).filter((name) => !NOT_FILLED.has(name)),
    columns: byTable,
    references: new Map(references.rows.map((row) => [row.from, row.to])),
    choices,
  };
}

/** Fills every table; throws with the name of a table whose row could not be made, so that nobody forgets one. */
export async function fillTenant(
  client: pg.Client,
  catalogue: Catalogue,
  given: Pick<TestTenant, "organisationId" | "kind" | "slug" | "programId" | "marker">,
  /** A tenant of the same program, whose rows stand for what the program has only once. */
  sharing?: TestTenant,
): Promise<TestTenant> {
  const tenant: TestTenant = { ...given, ids: new Map() };
  for (const table of catalogue.tables) tenant.ids.set(table, v7());
  tenant.ids.set("organisation", given.organisationId);
  tenant.ids.set("program", given.programId);
  const problems: string[] = [];
  for (const table of catalogue.tables) {
    if (MADE_BEFORE.has(table)) continue;
    const row = rowFor(catalogue, table, tenant);
    const names = Object.keys(row);
    const places = names.map((_, index) => `$${index + 1}`);
    try {
      await client.query("begin; set local session_replication_role = replica");
      await client.query(
        `insert into "${table}" (${names.map((name) => `"${name}"`).join(", ")}) values (${places.join(", ")})`,
        Object.values(row),
      );
      await client.query("commit");
    } catch (error) {
      await client.query("rollback");
      // What a program or the platform has once was filled for the tenant before; this one shares it.
      const twin =
        error instanceof Error && "code" in error && error.code === "23505" ? sharing?.ids.get(table) : null;
      if (twin) tenant.ids.set(table, twin);
      else if (!PLATFORM_TABLES.has(table))
        problems.push(`${table}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (problems.length > 0) {
    throw new Error(
      `No sample row could be made; add a value to VALUES of this file.\n${problems.join("\n")}`,
    );
  }
  return tenant;
}

function rowFor(catalogue: Catalogue, table: string, tenant: TestTenant): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const column of catalogue.columns.get(table) ?? []) {
    if (column.generated) continue;
    const value = valueFor(catalogue, column, tenant);
    if (value !== undefined) row[column.name] = value;
  }
  return row;
}

function valueFor(catalogue: Catalogue, column: Column, tenant: TestTenant): unknown {
  const key = `${column.table}.${column.name}`;
  const known = VALUES[key];
  if (known) return known(tenant);
  if (LEFT_EMPTY.test(column.name) && column.nullable) return undefined;
  if (column.type === "uuid") return uuidFor(catalogue, column, tenant);
  const choice = catalogue.choices.get(key);
  if (choice !== undefined) return choice;
  if (column.hasDefault || (column.nullable && column.type !== "text")) return undefined;
  return plainValue(column, tenant);
}

function uuidFor(catalogue: Catalogue, column: Column, tenant: TestTenant): string | undefined {
  const { table, name } = column;
  if (name === "id") return tenant.ids.get(table);
  // The tenant owns what names an organisation or a party of any kind; only programs name their operator.
  if (
    catalogue.references.get(`${table}.${name}`) === "organisation" ||
    /^(organisation|merchant|party)_id$/.test(name)
  ) {
    return tenant.organisationId;
  }
  const target = catalogue.references.get(`${table}.${name}`) ?? name.replace(/_id$/, "");
  const id = tenant.ids.get(target);
  if (id) return id;
  return column.nullable ? undefined : v7();
}

function plainValue(column: Column, tenant: TestTenant): unknown {
  switch (column.type) {
    case "text":
    case "varchar":
      return `${tenant.marker}`;
    case "bpchar":
      return column.length === 3 ? "EUR" : "x".repeat(column.length ?? 1);
    case "int2":
    case "int4":
    case "int8":
    case "numeric":
    case "float8":
      return 1;
    case "bool":
      return false;
    case "timestamptz":
      return "2026-01-01T12:00:00Z";
    case "date":
      return "2026-01-01";
    case "json":
    case "jsonb":
      return "{}";
    case "bytea":
      return randomBytes(32);
    case "inet":
      return "192.0.2.1";
    default:
      if (column.type.startsWith("_")) return "{}";
      throw new Error(`no sample of type ${column.type} for ${column.table}.${column.name}`);
  }
}
