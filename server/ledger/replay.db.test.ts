import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type SqlTx, withOwner } from "@/server/platform/db";
import { useTestDatabase } from "@/server/platform/testing";
import { type ReplayReport, replayCases } from "./replay";

const database = useTestDatabase();
const FILE = join(import.meta.dirname, "testdata/transfer-cases.json");

function replay(file: string): Promise<ReplayReport> {
  return withOwner(async (client) => {
    const tx: SqlTx = {
      async query<Row>(text: string, params?: readonly unknown[]) {
        const result = await client.query(text, params as unknown[] | undefined);
        return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
      },
    };
    await client.query("begin");
    const report = await replayCases(file, tx);
    await client.query("rollback");
    const left = await client.query("select nspname from pg_namespace where nspname like 'ledger_replay%'");
    expect(left.rows).toEqual([]);
    return report;
  }, database.url());
}

describe("replayed cases", () => {
  it("meets every expectation of the published cases, apart from columns that it names", async () => {
    const report = await replay(FILE);
    expect(report.unmet).toEqual([]);
    expect(report.tests).toBe(11);
    expect(report.expectations).toBeGreaterThan(250);
    expect(report.absentColumns.map((absent) => absent.column).sort()).toEqual([
      "account.user_data_32",
      "transfer.user_data_32",
    ]);
  }, 60_000);

  it("names an expectation that is not met, by test and step", async () => {
    const cases = JSON.parse(await readFile(FILE, "utf8"));
    cases.tests = cases.tests.slice(0, 1);
    cases.tests[0].steps[0].expect = "exists";
    const file = join(await mkdtemp(join(tmpdir(), "cases-")), "wrong.json");
    await writeFile(file, JSON.stringify(cases));
    const report = await replay(file);
    expect(report.unmet).toEqual([
      { test: "create_accounts", step: 1, op: "create_account", expected: "exists", actual: "created" },
    ]);
  });
});
