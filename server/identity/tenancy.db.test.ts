/** What keeps tenants apart in the database itself, for every table there is and every table that will be. */
import { beforeAll, describe, expect, test } from "vitest";
import { ensureAccounts, postTransfers } from "@/server/ledger/service";
import { appPool, withOwner, withScope } from "@/server/platform/db";
import { type Id, newId } from "@/server/platform/ids";
import { mintDeviceScope, mintPortalScope, mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { addPartyToProgram, createOrganisation, createProgram } from "./service";
import { fillTenant, readCatalogue, type TestTenant } from "./testing";

useTestDatabase();
const system = mintSystemScope("test");

let tables: string[] = [];
let ours: TestTenant[] = [];
let theirs: TestTenant[] = [];

beforeAll(async () => {
  const operator = await createOrganisation(system, { kind: "operator", slug: "operator", name: "Operator" });
  const sides = await Promise.all(
    ["near", "far"].map(async (side) => {
      const program = await createProgram(system, {
        slug: `${side}-program`,
        name: `${side} program`,
        currency: "EUR",
        timeZone: "Europe/Oslo",
        calendar: { every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 },
        operatorId: operator.id,
      });
      const members = [];
      for (const kind of ["merchant", "agency"] as const) {
        const slug = `${side}-${kind}`;
        const organisation = await createOrganisation(system, { kind, slug, name: slug });
        await addPartyToProgram(system, { programId: program.id, organisationId: organisation.id });
        members.push({
          organisationId: organisation.id,
          kind,
          slug,
          programId: program.id,
          marker: `${side}${kind}`,
        });
      }
      return members;
    }),
  );
  await withOwner(async (client) => {
    const catalogue = await readCatalogue(client);
    tables = catalogue.tables;
    const filled: TestTenant[][] = [];
    for (const side of sides) {
      const tenants: TestTenant[] = [];
      for (const member of side) tenants.push(await fillTenant(client, catalogue, member, tenants[0]));
      filled.push(tenants);
    }
    [ours = [], theirs = []] = filled;
  });
});

function scopeOf(tenant: TestTenant) {
  const actor = { kind: "user", id: tenant.ids.get("app_user") as Id<"user"> } as const;
  return mintPortalScope(tenant.kind, tenant.organisationId as Id<"organisation">, actor);
}

interface TableFacts {
  name: string;
  protected: boolean;
}

/** Every table of every schema of ours; the queue's own schema holds ids of jobs and belongs to its library. */
const EVERY_TABLE = `
  select case nspname when 'public' then relname else nspname || '.' || relname end as name, relrowsecurity as protected
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where relkind in ('r', 'p') and nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pgboss')
    and relname <> '_prisma_migrations' order by 1`;

async function everyTable(): Promise<TableFacts[]> {
  return await withOwner(async (client) => (await client.query<TableFacts>(EVERY_TABLE)).rows);
}

/** Whole rows as text, or null where the application may not even ask. */
async function rowsSeenBy(scope: Parameters<typeof withScope>[0], table: string): Promise<string[] | null> {
  try {
    return await withScope(scope, async (tx) => {
      const { rows } = await tx.query<{ line: string }>(`select t::text as line from ${table} t`);
      return rows.map((row) => row.line);
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "42501") return null;
    throw error;
  }
}

describe("row-level security", () => {
  test("is on for every table", async () => {
    const open = (await everyTable()).filter((table) => !table.protected).map((table) => table.name);
    expect(open).toEqual([]);
    expect(tables.length).toBeGreaterThan(30);
  });

  test("notices a new table that has it off, in whatever schema", async () => {
    const found = await withOwner(async (client) => {
      await client.query("begin; create schema planted; create table planted.open (id uuid primary key)");
      const all = await client.query<TableFacts>(EVERY_TABLE);
      await client.query("rollback");
      return all.rows.filter((table) => !table.protected).map((table) => table.name);
    });
    expect(found).toEqual(["planted.open"]);
  });

  test("the ledger is read by the platform alone", async () => {
    await withScope(system, async (tx) => {
      const spec = { code: "clearing", currency: "EUR" } as const;
      const [from = "", to = ""] = await ensureAccounts(tx, [
        { ...spec, ownerRef: ours[0]?.organisationId ?? "" },
        { ...spec, ownerRef: theirs[0]?.organisationId ?? "" },
      ]);
      const id = newId("transfer");
      await postTransfers(tx, [
        {
          id,
          kind: "pending",
          timeoutSeconds: 60,
          debitAccountId: from,
          creditAccountId: to,
          amountMicros: 1n,
          code: "hold",
        },
      ]);
    });
    const names = (await everyTable())
      .map((table) => table.name)
      .filter((name) => name.startsWith("ledger."));
    expect(names.length).toBeGreaterThan(4);
    const [merchant, agency] = ours;
    if (!merchant || !agency) throw new Error("no tenants");
    const device = mintDeviceScope(
      merchant.organisationId as Id<"organisation">,
      merchant.ids.get("device") as Id<"device">,
    );
    for (const scope of [scopeOf(merchant), scopeOf(agency), device]) {
      for (const name of names)
        expect((await rowsSeenBy(scope, name)) ?? [], `${scope.kind}, ${name}`).toEqual([]);
    }
    for (const name of ["ledger.account", "ledger.transfer"])
      expect(await rowsSeenBy(system, name)).not.toEqual([]);
  });

  test("the application's role owns nothing and cannot step past the policies", async () => {
    const facts = await withOwner(async (client) => {
      const role = await client.query(
        "select rolsuper, rolbypassrls, rolcanlogin from pg_roles where rolname = 'purse_app'",
      );
      const owned = await client.query(
        `select count(*)::int as n from pg_class c join pg_roles r on r.oid = c.relowner
         where r.rolname = 'purse_app' and c.relnamespace = 'public'::regnamespace`,
      );
      return { ...role.rows[0], owned: owned.rows[0]?.n };
    });
    expect(facts).toEqual({ rolsuper: false, rolbypassrls: false, rolcanlogin: false, owned: 0 });
  });

  test("without a scope no row of any table is seen", async () => {
    const seen: string[] = [];
    for (const { name } of await everyTable()) {
      const client = await appPool().connect();
      try {
        const { rowCount } = await client.query(`select 1 from ${name}`);
        if (rowCount !== 0) seen.push(name);
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "42501")) throw error;
      } finally {
        client.release();
      }
    }
    expect(seen).toEqual([]);
  });

  test("a tenant never sees a row of somebody it shares no program with, in any table", async () => {
    const leaks: string[] = [];
    for (const tenant of ours) {
      for (const table of tables) {
        const rows = (await rowsSeenBy(scopeOf(tenant), table)) ?? [];
        for (const other of theirs) {
          const id = other.ids.get(table) ?? "";
          if (
            rows.some(
              (line) =>
                line.includes(id) || line.includes(other.marker) || line.includes(other.organisationId),
            )
          )
            leaks.push(`${tenant.slug} sees ${table} of ${other.slug}`);
        }
      }
    }
    expect(leaks).toEqual([]);
  });

  test("parties of one program see of each other what the program shares, and nothing else", async () => {
    const [merchant, agency] = ours;
    if (!merchant || !agency) throw new Error("no tenants");
    const shared = new Set<string>();
    for (const [viewer, other] of [
      [merchant, agency],
      [agency, merchant],
    ] as const) {
      for (const table of tables) {
        const rows = (await rowsSeenBy(scopeOf(viewer), table)) ?? [];
        if (rows.some((line) => line.includes(other.organisationId) || line.includes(other.marker)))
          shared.add(table);
      }
    }
    expect([...shared].sort()).toEqual(SHARED_IN_A_PROGRAM);
  });

  test("a tenant does see its own rows", async () => {
    const [merchant, agency] = ours;
    if (!merchant || !agency) throw new Error("no tenants");
    const seen = async (tenant: TestTenant, table: string) =>
      ((await rowsSeenBy(scopeOf(tenant), table)) ?? []).some((line) =>
        line.includes(tenant.ids.get(table) ?? "?"),
      );
    for (const table of [
      "organisation",
      "membership",
      "invitation",
      "payment",
      "device",
      "payout",
      "statement",
    ]) {
      expect(await seen(merchant, table), `merchant, ${table}`).toBe(true);
    }
    for (const table of ["organisation", "membership", "payout", "statement"]) {
      expect(await seen(agency, table), `agency, ${table}`).toBe(true);
    }
  });

  test("passwords and sessions are seen by no portal, not even the operator's", async () => {
    const [merchant, agency] = ours;
    if (!merchant || !agency) throw new Error("no tenants");
    const operator = mintPortalScope("operator", merchant.organisationId as Id<"organisation">, {
      kind: "user",
      id: merchant.ids.get("app_user") as Id<"user">,
    });
    for (const scope of [scopeOf(merchant), scopeOf(agency), operator]) {
      for (const table of ["user_secret", "session", "rate_limit"]) {
        expect(await rowsSeenBy(scope, table), `${scope.kind}, ${table}`).toEqual([]);
      }
    }
  });

  test("a device sees no row of another merchant", async () => {
    const [merchant] = ours;
    const [other] = theirs;
    if (!merchant || !other) throw new Error("no tenants");
    const scope = mintDeviceScope(
      merchant.organisationId as Id<"organisation">,
      merchant.ids.get("device") as Id<"device">,
    );
    const leaks: string[] = [];
    for (const table of tables) {
      const rows = (await rowsSeenBy(scope, table)) ?? [];
      // Nonces and idempotency keys have no owner but the device named in them; that policy is looser on purpose.
      if (table === "device_nonce" || table === "idempotency_key") continue;
      if (rows.some((line) => line.includes(other.marker) || line.includes(other.organisationId)))
        leaks.push(table);
    }
    expect(leaks).toEqual([]);
  });

  test("a tenant changes no row of another, whatever it writes", async () => {
    const [merchant] = ours;
    const [other] = theirs;
    if (!merchant || !other) throw new Error("no tenants");
    const changed: string[] = [];
    for (const table of tables) {
      for (const statement of [
        `delete from "${table}" t where t::text like $1`,
        `update "${table}" t set ${await anyColumn(table)} where t::text like $1`,
      ]) {
        await withScope(scopeOf(merchant), (tx) => tx.query(statement, [`%${other.organisationId}%`]))
          .then(({ rowCount }) => {
            if (rowCount > 0) changed.push(`${table}: ${statement}`);
          })
          .catch((error: unknown) => {
            // Not allowed at all is as good as nothing found.
            if (
              !(error instanceof Error && "code" in error && ["42501", "428C9"].includes(String(error.code)))
            )
              throw error;
          });
      }
    }
    expect(changed).toEqual([]);
  });
});

async function anyColumn(table: string): Promise<string> {
  return await withOwner(async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select column_name as name from information_schema.columns
       where table_schema = 'public' and table_name = $1 and is_identity = 'NO' and is_generated = 'NEVER'
       order by ordinal_position limit 1`,
      [table],
    );
    const name = rows[0]?.name ?? "id";
    return `"${name}" = "${name}"`;
  });
}

/**
 * Tables of which parties of one program see rows that name the other; each is meant: who takes part, who has
 * answered an agreement they share, and when the program's periods close.
 */
const SHARED_IN_A_PROGRAM = [
  "agreement_party",
  "organisation",
  "program_holiday",
  "program_party",
  "settlement_run",
];
