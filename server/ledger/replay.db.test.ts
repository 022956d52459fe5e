import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type SqlTx, withOwner } from "@/server/platform/db";
import { useTestDatabase } from "@/server/platform/testing";
import { CaseFileError, type ReplayReport, replayCases } from "./replay";

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
    const report = await replayCases(file, tx).finally(() => client.query("rollback"));
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

  it("meets every expectation of this project's own cases, which cover what the published ones leave out", async () => {
    const report = await replay(join(import.meta.dirname, "testdata/more-cases.json"));
    expect(report.unmet).toEqual([]);
    expect(report.tests).toBeGreaterThan(20);
    expect(report.expectations).toBeGreaterThan(400);
    expect(report.absentColumns.map((absent) => absent.column).sort()).toEqual([
      "account.flags.imported",
      "account.timestamp",
      "account.user_data_32",
      "lookup_transfer.timestamp",
      "transfer.flags.imported",
      "transfer.timestamp",
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

  const one = (steps: unknown[], more: object = {}) =>
    JSON.stringify({ tests: [{ name: "one", steps, ...more }] });
  const account = (id: string, more: object = {}) => ({
    op: "create_account",
    event: { id, ledger: "1", code: "1", ...more },
    expect: "created",
  });
  const commit = { op: "commit", batch: "create_accounts" };
  async function replayText(text: string): Promise<ReplayReport> {
    const file = join(await mkdtemp(join(tmpdir(), "cases-")), "cases.json");
    await writeFile(file, text);
    return await replay(file);
  }

  it.each([
    ["no JSON", "{", /it is not JSON/],
    ["no object", "[]", /^the file/],
    ["without tests", '{"tests": []}', /it holds no tests/],
    ["a number that is none", one([account("x")]), /step 1 \(create_account\) of the test "one": event\.id/],
    ["more than 128 bits", one([account((2n ** 128n).toString())]), /more than 128 bits/],
    [
      "a step without what it needs",
      one([{ op: "lookup_account", expect: null }]),
      /step 1 \(lookup_account\)/,
    ],
  ])("refuses a file that is %s and says where", async (_what, text, message) => {
    await expect(replayText(text)).rejects.toThrow(CaseFileError);
    await expect(replayText(text)).rejects.toThrow(message);
  });

  it("names keys and flags that it does not know instead of passing over them", async () => {
    const report = await replayText(
      one([{ ...account("1", { colour: "red" }), mood: 1 }, account("2", { flags: ["purple"] }), commit], {
        on: 1,
      }),
    );
    expect(report.unmet).toEqual([]);
    expect(report.expectations).toBe(1);
    expect(report.absentColumns).toEqual([
      { column: "test.on", expectationsNotAsked: 0, valuesDropped: 1 },
      { column: "create_account.mood", expectationsNotAsked: 0, valuesDropped: 1 },
      { column: "create_account.event.colour", expectationsNotAsked: 0, valuesDropped: 1 },
      { column: "account.flags.purple", expectationsNotAsked: 1, valuesDropped: 1 },
    ]);
  });

  it.each<[string, unknown[], string]>([
    ["is no operation of this form", [{ op: "dance" }], "not understood"],
    ["is never committed", [account("1")], "never committed"],
    [
      "is committed as something else",
      [account("1"), { ...commit, batch: "create_transfers" }],
      "committed as create_transfers",
    ],
    ["is a result of no query", [{ op: "query_accounts_result", raw: ["A1", "_"] }], "none was asked"],
    [
      "sets the balance of no account",
      [
        {
          op: "set_balance",
          account: "9",
          debits_pending: "0",
          debits_posted: "0",
          credits_pending: "0",
          credits_posted: "0",
        },
      ],
      "there is none of this id",
    ],
    [
      "is an amount that a BIGINT cannot come near to",
      [
        account("1"),
        commit,
        {
          op: "set_balance",
          account: "1",
          debits_pending: (2n ** 100n).toString(),
          debits_posted: "0",
          credits_pending: "0",
          credits_posted: "0",
        },
      ],
      "near neither end",
    ],
    [
      "is refused by the database",
      [
        account("1", { flags: ["debits_must_not_exceed_credits"] }),
        commit,
        {
          op: "set_balance",
          account: "1",
          debits_pending: "5",
          debits_posted: "0",
          credits_pending: "0",
          credits_posted: "0",
        },
      ],
      "account_limits",
    ],
  ])("counts as unmet what %s", async (_what, steps, actual) => {
    const report = await replayText(one(steps));
    expect(report.unmet).toHaveLength(1);
    expect(String(report.unmet[0]?.actual)).toContain(actual);
  });

  it("counts a query as unmet that gives more rows or fewer than were expected", async () => {
    const query = { op: "query_accounts", raw: ["U0", "U0", "U0", "L0", "C0", "_", "_", "L-0", "_"] };
    const row = (id: string) => ({ op: "query_accounts_result", raw: [id, "_"] });
    const asked = async (rows: unknown[]) =>
      (await replayText(one([account("1"), account("2"), commit, query, ...rows]))).unmet.length;
    expect(await asked([row("A1"), row("A2")])).toBe(0);
    expect(await asked([row("A1")])).toBe(1);
    expect(await asked([row("A1"), row("A2"), row("A3")])).toBe(1);
    expect(await asked([row("A2"), row("A1")])).toBe(1);
  });
});
