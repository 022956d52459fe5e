/** A ledger of its own inside one transaction: the migration's SQL under another schema name, with a clock by hand. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SqlTx } from "@/server/platform/db";

const MIGRATION = join(import.meta.dirname, "../../../prisma/migrations/20260101000100_ledger/migration.sql");
const LAST_MOMENT = BigInt(Date.UTC(9999, 11, 31)) * 1000n;

export interface ScratchLedger {
  tx: SqlTx;
  /** Moves the clock, in microseconds; counted back from the last moment when negative. */
  advance(micros: bigint): Promise<void>;
}

/** Builds it in the caller's transaction, which has to be rolled back; the caller must own the database's schemas. */
export async function createScratchLedger(owner: SqlTx, schema: string): Promise<ScratchLedger> {
  const rename = (text: string) =>
    text.replace(/\bledger\./g, `${schema}.`).replace(/\b(SCHEMA) ledger\b/g, `$1 ${schema}`);
  const tx: SqlTx = { query: (text, params) => owner.query(rename(text), params) };
  await owner.query(rename(await readFile(MIGRATION, "utf8")));
  await owner.query(
    `create or replace function ${schema}.clock() returns timestamptz language sql volatile set search_path = pg_catalog
     as $$ select timestamptz 'epoch' + current_setting('purse.replay_clock')::bigint * interval '1 microsecond' $$`,
  );
  let now = BigInt(Date.UTC(2026, 0, 1)) * 1000n;
  const setClock = () => owner.query("select set_config('purse.replay_clock', $1, true)", [now.toString()]);
  await setClock();
  return {
    tx,
    async advance(micros) {
      now = micros < 0n ? LAST_MOMENT + micros : now + micros;
      await setClock();
    },
  };
}
