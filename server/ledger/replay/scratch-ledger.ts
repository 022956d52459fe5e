/** A ledger of its own inside one transaction: the same SQL under another schema name, with a clock by hand. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SqlTx } from "@/server/platform/db";

const MIGRATIONS = join(import.meta.dirname, "../../../prisma/migrations");
const FUNCTIONS = join(import.meta.dirname, "../../../prisma/functions/ledger");
const LAST_MOMENT = BigInt(Date.UTC(9999, 11, 31)) * 1_000_000n;

export interface ScratchLedger {
  tx: SqlTx;
  /** Moves the clock, in nanoseconds; counted back from the last moment when negative. */
  advance(nanos: bigint): Promise<void>;
}

/** Builds it in the caller's transaction, which has to be rolled back; the caller must own the database's schemas. */
export async function createScratchLedger(owner: SqlTx, schema: string): Promise<ScratchLedger> {
  const rename = (text: string) =>
    text.replace(/\bledger\./g, `${schema}.`).replace(/\b(SCHEMA) ledger\b/g, `$1 ${schema}`);
  const tx: SqlTx = { query: (text, params) => owner.query(rename(text), params) };
  // Tables: migrations of the ledger carry its name, the one that made it and what came after.
  for (const name of (await readdir(MIGRATIONS)).sort()) {
    if (!/^\d+_ledger(_|$)/.test(name)) continue;
    await owner.query(rename(await readFile(join(MIGRATIONS, name, "migration.sql"), "utf8")));
  }
  // A function may call one that a later file makes.
  await owner.query("set local check_function_bodies = off");
  for (const name of (await readdir(FUNCTIONS)).sort())
    if (name.endsWith(".sql")) await owner.query(rename(await readFile(join(FUNCTIONS, name), "utf8")));
  await owner.query(
    `create or replace function ${schema}.clock() returns timestamptz language sql volatile set search_path = pg_catalog
     as $$ select timestamptz 'epoch' + current_setting('purse.replay_clock')::bigint * interval '1 microsecond' $$`,
  );
  let now = BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n;
  const setClock = () =>
    owner.query("select set_config('purse.replay_clock', $1, true)", [(now / 1_000n).toString()]);
  await setClock();
  return {
    tx,
    async advance(nanos) {
      now = nanos < 0n ? LAST_MOMENT + nanos : now + nanos;
      await setClock();
    },
  };
}
