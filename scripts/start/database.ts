/** The database of an installation: embedded or given by DATABASE_URL; reachable, new enough and migrated. */
import { totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { MigrationError, migrate } from "@/server/platform/migrate";
import { freePort, type RunningPostgres, startPostgres } from "../postgres";
import { PostgresError } from "../postgres-place";
import { Failure } from "./failure";

const OLDEST_VERSION = 150_000;

export interface Database {
  url: string;
  stop: () => Promise<void>;
}

/** Starts the embedded server and keeps it running until `stop`; `say` tells the person what happened to it. */
export async function openEmbedded(
  dataDir: string,
  password: string,
  say: (sentence: string) => void,
): Promise<Database> {
  const port = await freePort();
  const bufferMegabytes = Math.min(512, Math.max(64, Math.floor(totalmem() / 16 / 2 ** 20)));
  const start = () =>
    startPostgres({
      dataDir: join(dataDir, "postgres"),
      port,
      password,
      settings: { shared_buffers: `${bufferMegabytes}MB` },
    });
  let server: RunningPostgres;
  try {
    server = await start();
  } catch (error) {
    throw new Failure(
      `${error instanceof PostgresError ? error.message : `The embedded Postgres did not start: ${error instanceof Error ? error.message : String(error)}`}\nThe data folder is ${dataDir}; another can be chosen: npm start -- --data DIR`,
    );
  }
  if (server.place.moved)
    say(
      `Postgres does not run as root, and its user may not enter ${dataDir}; the database is kept in ${server.place.dataDir}.`,
    );
  let stopping = false;
  const keep = async () => {
    while (true) {
      await server.exited;
      if (stopping) return;
      say("The database ended unexpectedly. It is being started again.");
      for (let attempt = 1; !stopping; attempt++) {
        try {
          server = await start();
          say("The database runs again.");
          break;
        } catch (error) {
          if (attempt === 10)
            say(`The database does not come back: ${error instanceof Error ? error.message : String(error)}`);
          await sleep(Math.min(10_000, 300 * attempt), undefined, { ref: false });
        }
      }
    }
  };
  void keep();
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  const { rowCount } = await admin.query("select 1 from pg_database where datname = 'purse'");
  if (rowCount === 0) await admin.query("create database purse");
  await admin.end();
  const url = new URL(server.url);
  url.pathname = "/purse";
  return {
    url: url.toString(),
    stop: async () => {
      stopping = true;
      await server.stop();
    },
  };
}

/** Checks a server of the person's own. */
export async function openExternal(url: string): Promise<Database> {
  let parsed: URL;
  try {
    parsed = new URL(url);
    if (!/^postgres(ql)?:$/.test(parsed.protocol)) throw new Error();
  } catch {
    throw new Failure(
      "DATABASE_URL is not an address of a Postgres. It has the form postgresql://user:password@host:5432/database; unset it to use the embedded one.",
    );
  }
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (error) {
    throw new Failure(connectionSentence(error, parsed));
  }
  try {
    const { rows } = await client.query<{ number: string; version: string }>(
      "select current_setting('server_version_num') as number, current_setting('server_version') as version",
    );
    if (Number(rows[0]?.number) < OLDEST_VERSION)
      throw new Failure(
        `The Postgres of DATABASE_URL is version ${rows[0]?.version}. Version 15 or newer is needed; unset DATABASE_URL to use the embedded one.`,
      );
  } finally {
    await client.end();
  }
  return { url, stop: async () => {} };
}

function connectionSentence(error: unknown, url: URL): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const place = `${url.hostname}:${url.port || 5432}`;
  const hint = "Correct DATABASE_URL, or unset it to use the embedded Postgres.";
  if (code === "28P01" || code === "28000")
    return `The Postgres at ${place} refuses the user "${url.username}" or its password. ${hint}`;
  if (code === "3D000")
    return `The Postgres at ${place} has no database "${url.pathname.slice(1)}". Create it (createdb ${url.pathname.slice(1)}) and start again.`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return `The host "${url.hostname}" of DATABASE_URL is not known. ${hint}`;
  const why = error instanceof Error && error.message ? ` (${error.message})` : "";
  return `No Postgres answers at ${place}${why}. Start it, or correct DATABASE_URL; unset it to use the embedded one.`;
}

export async function migrateDatabase(url: string, folder: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await migrate(client, folder)).length;
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    const denied =
      error.cause instanceof Error && "code" in error.cause && error.cause.code === "42501"
        ? " The user of DATABASE_URL must own the database and be allowed to create roles."
        : "";
    throw new Failure(`${error.message}${denied}`);
  } finally {
    await client.end();
  }
}

/** Tells the person when a database of their own goes away and when it is back. */
export function watchExternal(url: string, say: (sentence: string) => void): () => void {
  let away = false;
  const look = async () => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 4_000 });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.query("select 1");
      if (away) say("The database answers again.");
      away = false;
    } catch {
      if (!away)
        say(
          "The database of DATABASE_URL does not answer. Start it again; everything waits for it and goes on by itself.",
        );
      away = true;
    } finally {
      await client.end().catch(() => {});
    }
  };
  const timer = setInterval(() => void look(), 5_000);
  timer.unref();
  return () => clearInterval(timer);
}
