/** The database of an installation: embedded or given by DATABASE_URL; reachable, new enough and migrated. */
import { totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { withOwner } from "@/server/platform/db";
import { admitLogin, type Login, loginFaults, provisionLogin, urlFor } from "@/server/platform/login";
import { MigrationError, migrate } from "@/server/platform/migrate";
import { freePort, type RunningPostgres, startPostgres } from "../postgres";
import { PostgresError } from "../postgres-place";
import type { Secrets } from "./data-folder";
import { Failure } from "./failure";

const OLDEST_VERSION = 150_000;

export interface Database {
  /** As whom the processes log in. */
  url: string;
  /** Who owns the tables; never given to a serving process. */
  ownerUrl: string;
  /** A server of the person's own, which we do not empty. */
  external: boolean;
  stop: () => Promise<void>;
}

/** Starts the embedded server and keeps it running until `stop`; `say` tells the person what happened to it. */
export async function openEmbedded(
  dataDir: string,
  secrets: Secrets,
  say: (sentence: string) => void,
): Promise<Database> {
  const port = await freePort();
  const bufferMegabytes = Math.min(512, Math.max(64, Math.floor(totalmem() / 16 / 2 ** 20)));
  const start = () =>
    startPostgres({
      dataDir: join(dataDir, "postgres"),
      port,
      password: secrets.databasePassword,
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
  const ownerUrl = url.toString();
  return {
    url: urlFor(secrets.login, ownerUrl),
    ownerUrl,
    external: false,
    stop: async () => {
      stopping = true;
      await server.stop();
    },
  };
}

/**
 * Checks a server of the person's own. `given` is DATABASE_URL, `givenOwner` is PURSE_OWNER_DATABASE_URL; with one of
 * them alone it is the owner's, and the installation's own login is used beside it.
 */
export async function openExternal(
  given: string | undefined,
  givenOwner: string | undefined,
  secrets: Secrets,
): Promise<Database> {
  const ownerUrl = givenOwner ?? given ?? "";
  await demandNewEnough(ownerUrl, givenOwner ? "PURSE_OWNER_DATABASE_URL" : "DATABASE_URL");
  if (given && givenOwner) addressOf(given, "DATABASE_URL");
  else if (await isHarmless(ownerUrl))
    throw new Failure(
      "The user of DATABASE_URL owns nothing, so it cannot bring the database up to date. Set PURSE_OWNER_DATABASE_URL to the owner's address too.",
    );
  const url = given && givenOwner ? given : urlFor(secrets.login, ownerUrl);
  return { url, ownerUrl, external: true, stop: async () => {} };
}

function addressOf(url: string, variable: string): URL {
  if (URL.canParse(url) && /^postgres(ql)?:/.test(url)) return new URL(url);
  throw new Failure(
    `${variable} is not an address of a Postgres. It has the form postgresql://user:password@host:5432/database; unset it to use the embedded one.`,
  );
}

/** Whether it may already run processes: then it is not an owner. */
export async function isHarmless(url: string): Promise<boolean> {
  return await withOwner(
    async (client) => (await loginFaults((text) => client.query(text))).length === 0,
    url,
  );
}

async function demandNewEnough(url: string, variable: string): Promise<void> {
  const parsed = addressOf(url, variable);
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
        `The Postgres of ${variable} is version ${rows[0]?.version}. Version 15 or newer is needed; unset it to use the embedded one.`,
      );
  } finally {
    await client.end();
  }
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

/** Migrations by the owner, and the login that the processes use. */
export async function prepareDatabase(database: Database, login: Login, folder: string): Promise<void> {
  await withOwner(async (client) => {
    try {
      await migrate(client, folder);
      const name = decodeURIComponent(new URL(database.url).username);
      if (name === login.name) await provisionLogin(client, login);
      else await admitLogin(client, name);
    } catch (error) {
      const cause = error instanceof MigrationError ? error.cause : error;
      const denied = cause instanceof Error && "code" in cause && cause.code === "42501";
      if (!denied && !(error instanceof MigrationError)) throw error;
      throw new Failure(
        `${error instanceof Error ? error.message : String(error)}${denied ? " The owner must own the database and be allowed to create roles." : ""}`,
      );
    }
  }, database.ownerUrl);
  const faults = await withOwner(
    async (client) => await loginFaults((text) => client.query(text)),
    database.url,
  );
  if (faults.length > 0)
    throw new Failure(
      `The user of DATABASE_URL must not run the processes: ${faults.join("; ")}. Give it a login that is a member of purse_app and nothing else, or set the owner's address alone and one is made.`,
    );
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
