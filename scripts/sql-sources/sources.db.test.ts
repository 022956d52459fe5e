import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withOwner } from "@/server/platform/db";
import { useTestDatabase } from "@/server/platform/testing";
import { writeColumnLists } from "./column-lists";
import { migrationText } from "./migration-text";
import { compareWithSources, readSources, type Source } from "./sources";

useTestDatabase();
const root = join(import.meta.dirname, "../..");
const HINT =
  "Functions, views and rights are edited under prisma/functions and prisma/policies, and the migration is made from " +
  "them: npm run db:functions -- NAME. See prisma/README.md.";

const compare = (sources: readonly Source[]) => withOwner((client) => compareWithSources(client, sources));

/** The sources with `edit` done to the one at `path`. */
async function edited(path: string, edit: (sql: string) => string): Promise<Source[]> {
  const sources = await readSources(root);
  const source = sources.find((each) => each.path === path);
  if (!source || edit(source.sql) === source.sql) throw new Error(`${path} has no such place`);
  return sources.map((each) => (each === source ? { ...each, sql: edit(each.sql) } : each));
}

describe("the sources of functions, views and rights", () => {
  test("read as the migrated database does, leave out nothing of it, are named as what they make and say what they promise", async () => {
    const sources = await readSources(root);
    expect(sources.length).toBeGreaterThan(150);
    const { changed, gone, makes } = await compare(sources);
    for (const source of sources)
      expect(writeColumnLists(source).sql, `${source.path}: ${HINT}`).toBe(source.sql);
    expect({ changed: changed.map(({ path }) => path), gone }, HINT).toEqual({ changed: [], gone: [] });
    for (const [path, names] of makes) {
      const file = path.replace(/^(functions\/\w+|policies)\//, "").replace(/\.sql$/, "");
      const made = names.map((name) =>
        name.startsWith("table ") ? name.slice(6) : name.replace(/^\w+ (?:ledger\.)?(\w+).*$/s, "$1"),
      );
      expect(new Set(made), path).toEqual(new Set([file]));
    }
    const silent = sources.filter(({ path, sql }) => path.startsWith("functions/") && !sql.startsWith("-- "));
    expect(
      silent.map(({ path }) => path),
      "says on top what it promises",
    ).toEqual([]);
  });

  test("an edited body, a new function and one that lost its source make a migration", async () => {
    const sources = (
      await edited("functions/platform/scope_kind.sql", (sql) => sql.replace("''", "'nobody'"))
    ).filter(({ path }) => path !== "functions/reporting/check_evidence_blocks.sql");
    const fresh = {
      path: "functions/platform/a_new_one.sql",
      sql: "create or replace function a_new_one(p_any payment) returns text language sql as $$ select z_later() $$;",
    };
    const later = {
      path: "functions/platform/z_later.sql",
      sql: "create or replace function z_later() returns text language sql as $$ select 'here' $$;",
    };
    const difference = await compare([fresh, ...sources, later]);
    expect(difference.changed.map(({ path }) => path).sort()).toEqual([
      fresh.path,
      "functions/platform/scope_kind.sql",
      later.path,
    ]);
    expect(difference.gone).toEqual(["function check_evidence_blocks()"]);
    const text = migrationText(difference);
    expect(text).toContain("'nobody'");
    expect(text).toMatch(/drop function check_evidence_blocks\(\);\n$/);
  });

  test("a right that is another is told, and a table whose rights no source says is refused", async () => {
    const wider = (
      await edited("policies/payout.sql", (sql) => sql.replace("grant select,", "grant delete, select,"))
    )
      .map((source) =>
        source.path === "policies/usage_record.sql"
          ? { ...source, sql: source.sql.replace("as restrictive", "") }
          : source,
      )
      .map((source) =>
        source.path === "functions/settlement/use_confirmation.sql"
          ? { ...source, sql: source.sql.replace(/^revoke.*$/m, "") }
          : source,
      );
    const difference = await compare(wider.filter(({ path }) => path !== "policies/payer.sql"));
    const { changed } = difference;
    expect(changed.map(({ path }) => path).sort()).toEqual([
      "functions/settlement/use_confirmation.sql",
      "policies/payout.sql",
      "policies/usage_record.sql",
    ]);
    expect(changed.find(({ path }) => path === "policies/payout.sql")?.first[0]).toBe(
      "revoke all on payout from public, purse_app;",
    );
    expect(difference.gone).toEqual(["table payer"]);
    expect(() => migrationText(difference)).toThrow(/prisma\/policies\/payer\.sql/);
  });

  test("the migration makes the database read as its sources: arguments, answers and rights", async () => {
    const others: Record<string, (sql: string) => string> = {
      "functions/payments/import_left_micros.sql": (sql) =>
        sql.replace("returns numeric", "returns double precision"),
      "policies/payout.sql": (sql) =>
        sql
          .replace("grant select,", "grant select, delete,")
          .replace("create policy ", "create policy other_"),
    };
    const sources = await edited("functions/settlement/adjusted_minor.sql", (sql) =>
      sql.replace("(", "(p_other bytea, "),
    );
    const wanted = sources.map((each) => ({ ...each, sql: others[each.path]?.(each.sql) ?? each.sql }));
    const difference = await compare(wanted);
    expect(difference.changed.map(({ path, first }) => [path, first[0]])).toEqual([
      ["functions/payments/import_left_micros.sql", "drop function import_left_micros(uuid);"],
      ["functions/settlement/adjusted_minor.sql", undefined],
      ["policies/payout.sql", "revoke all on payout from public, purse_app;"],
    ]);
    expect(difference.gone).toEqual([expect.stringMatching(/^function adjusted_minor\(/)]);

    await withOwner((client) => client.query(`begin;\n${migrationText(difference)}commit;`));
    const { changed, gone } = await compare(wanted);
    expect({ changed, gone }).toEqual({ changed: [], gone: [] });
  });
});
