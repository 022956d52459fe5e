/**
 * Plants defects into the ledger's SQL and shows that the proofs notice: a comparison with the model, or the
 * verification. A defect that nobody notices fails here.
 */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closePool, type SqlTx, withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { postEvents } from "./repository/post-events";
import { verifyLedgerAtOnce } from "./service";
import { compareWithModel } from "./testing/compare-with-model";
import { SQL_DEFECTS } from "./testing/sql-defects";

const database = useTestDatabase();
const system = mintSystemScope("test");
let client: pg.Client;
let tx: SqlTx;

beforeAll(async () => {
  client = new pg.Client({ connectionString: database.url() });
  await client.connect();
  tx = {
    async query<Row>(text: string, params?: readonly unknown[]) {
      const result = await client.query(text, params as unknown[] | undefined);
      return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
    },
  };
});
afterAll(async () => {
  await client.end();
  await closePool();
});

/** Changes one place in a function of the ledger for the time of `work`. */
async function withDefect(name: string, good: string, bad: string, work: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ source: string }>(
    "select pg_get_functiondef(p.oid) as source from pg_proc p join pg_namespace n on n.oid = p.pronamespace where nspname = 'ledger' and proname like $1",
    [name],
  );
  expect(rows.length).toBeGreaterThan(0);
  let places = 0;
  for (const { source } of rows) {
    if (source.includes(good)) places++;
    await client.query(source.replaceAll(good, bad));
  }
  expect(places, `the place of the defect in ${name}`).toBeGreaterThan(0);
  try {
    await work();
  } finally {
    for (const { source } of rows) await client.query(source);
  }
}

describe("a planted defect is caught by the comparison with the model", () => {
  it.each(SQL_DEFECTS)("$name", { timeout: 120_000 }, async ({ place, good, bad }) => {
    await withDefect(place, good, bad, async () => {
      await expect(compareWithModel(tx, { operations: 12_000, seed: 7 })).rejects.toThrow();
    });
  });

  it("and without a defect the same operations agree", { timeout: 120_000 }, async () => {
    await compareWithModel(tx, { operations: 3_000, seed: 7 });
  });
});

describe("a dropped lock is caught by verification", () => {
  it("after writers on the same accounts", { timeout: 60_000 }, async () => {
    const ids = ["1", "2", "3"].map((n) => `99999999-0000-0000-0000-00000000000${n}`);
    await client.query("reset test.now");
    await client.query(
      "create or replace function ledger.clock() returns timestamptz language sql volatile as $$ select clock_timestamp() $$",
    );
    await client.query("select ledger.create_accounts($1)", [
      JSON.stringify(ids.map((id) => ({ id, currency: "EUR", code: 100 }))),
    ]);
    await withDefect("post_transfers", "ORDER BY a.id FOR NO KEY UPDATE", "ORDER BY a.id", async () => {
      await withDefect("post_plain_%", "AND a.ctid = ANY (p_tids)", "", async () => {
        await Promise.allSettled(
          Array.from({ length: 8 }, (_, writer) =>
            (async () => {
              for (let round = 0; round < 40; round++) {
                await withScope(system, (own) =>
                  postEvents(own, [
                    {
                      id: `99999999-0000-0000-${(writer + 1).toString().padStart(4, "0")}-${round.toString().padStart(12, "0")}`,
                      debit: ids[round % 3] as string,
                      credit: ids[(round + 1) % 3] as string,
                      amount: 1n,
                      code: 1,
                      flags: 0,
                    },
                  ]),
                );
              }
            })(),
          ),
        );
      });
    });
    const { findings } = await withScope(system, (own) => verifyLedgerAtOnce(own));
    expect(findings.some((finding) => finding.part === "counters" && /99999999-/.test(finding.message))).toBe(
      true,
    );
  });
});
