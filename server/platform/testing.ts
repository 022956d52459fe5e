/**
 * A database for each test file: a clone of the migrated template, so that files run side by side and start clean.
 * Call `useTestDatabase()` at the top of a `*.db.test.ts`. The server is started by `scripts/test-database.ts`.
 */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { closePool, withOwner } from "./db";
import { forgetEnv } from "./env";
import { type Login, urlFor } from "./login";

declare module "vitest" {
  export interface ProvidedContext {
    databaseServerUrl: string;
    /** The login of processes, which every clone of the template knows. */
    databaseLogin: Login;
    templateDatabase: string;
  }
}

const LOCAL_HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Points DATABASE_URL of this worker at a fresh clone before the tests and drops it after them. `url` is the owner's,
 * `loginUrl` what a process is given.
 */
export function useTestDatabase(): { url: () => string; loginUrl: () => string } {
  const name = `test_${randomBytes(6).toString("hex")}`;
  const server = inject("databaseServerUrl");
  const template = inject("templateDatabase");
  const host = new URL(server).hostname;
  if (!LOCAL_HOSTS.has(host)) throw new Error(`Tests refuse the database host ${host}: it is not local.`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const loginUrl = urlFor(inject("databaseLogin"), url.toString());
  process.env.DATABASE_URL = loginUrl;
  process.env.PURSE_OWNER_DATABASE_URL = url.toString();
  forgetEnv();

  beforeAll(async () => {
    await onServer(server, `create database ${name} template ${template}`);
  });
  afterAll(async () => {
    await closePool();
    await onServer(server, `drop database if exists ${name} with (force)`);
  });
  return { url: () => url.toString(), loginUrl: () => loginUrl };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/**
 * What only a superuser can do: runs `statement` while no trigger of `tables` fires, and puts each back as it was, so
 * that nothing but the change itself can give it away.
 */
export async function pastGuards(
  tables: readonly string[],
  statement: string,
  params: readonly unknown[] = [],
): Promise<number> {
  return await withOwner(async (owner) => {
    await owner.query("begin");
    const { rows } = await owner.query<{ table: string; name: string; enabled: string }>(
      `select tgrelid::regclass::text as table, quote_ident(tgname) as name, tgenabled::text as enabled
         from pg_trigger where tgrelid = any($1::regclass[]) and tgenabled <> 'D'`,
      [tables],
    );
    for (const table of tables) await owner.query(`alter table ${table} disable trigger all`);
    // Several statements answer one by one; the last is the change.
    const answers = [await owner.query(statement, [...params])].flat();
    for (const { table, name, enabled } of rows)
      await owner.query(`alter table ${table} enable ${enabled === "A" ? "always" : ""} trigger ${name}`);
    await owner.query("commit");
    return answers.at(-1)?.rowCount ?? 0;
  });
}
