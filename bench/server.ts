/** Databases of their own for one bench, on a fresh embedded server or on the one that an option names. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startPostgres } from "@/scripts/postgres";
import { provisionLogin, urlFor } from "@/server/platform/login";
import { migrate } from "@/server/platform/migrate";

const MIGRATIONS = join(import.meta.dirname, "../prisma/migrations");

export interface BenchHost {
  /** An empty database; `migrated` brings it up to the product's newest migration. */
  createDatabase(migrated: boolean): Promise<BenchDatabase>;
  /** What the server says of itself. */
  describe(): Promise<{ version: string; settings: string }>;
  /** Drops what is left and ends the server, if it was ours. */
  close(): Promise<void>;
}

export interface BenchDatabase {
  /** The owner's. */
  url: string;
  /** What processes are given; only a migrated database knows it. */
  loginUrl: string;
  drop(): Promise<void>;
}

/**
 * What Postgres' manual recommends for a server of its own: a quarter of the memory for its buffers. For benches that
 * ask what size costs; nothing that makes a commit less durable belongs here.
 */
export const BUFFERS_FOR_SIZE = {
  shared_buffers: `${Math.min(8192, Math.round(totalmem() / 2 ** 20 / 4))}MB`,
};

export async function openHost(
  serverUrl: string | null,
  settings: Record<string, string> = {},
): Promise<BenchHost> {
  const folder = serverUrl ? null : await mkdtemp(join(tmpdir(), "purse-bench-"));
  const server = folder ? await startPostgres({ dataDir: join(folder, "data"), settings }) : null;
  const base = serverUrl ?? server?.url ?? "";
  const admin = new pg.Client({ connectionString: base });
  await admin.connect();
  const standing = new Set<string>();
  const login = {
    name: `bench_login_${randomBytes(4).toString("hex")}`,
    password: randomBytes(18).toString("base64url"),
  };
  const drop = async (name: string) => {
    if (standing.delete(name)) await admin.query(`drop database ${name} with (force)`);
  };
  return {
    async createDatabase(migrated) {
      const name = `bench_${randomBytes(4).toString("hex")}`;
      await admin.query(`create database ${name}`);
      standing.add(name);
      const url = new URL(base);
      url.pathname = `/${name}`;
      if (migrated) {
        const owner = new pg.Client({ connectionString: url.toString() });
        await owner.connect();
        await migrate(owner, MIGRATIONS);
        await provisionLogin(owner, login);
        await owner.end();
      }
      return { url: url.toString(), loginUrl: urlFor(login, url.toString()), drop: () => drop(name) };
    },
    async describe() {
      const { rows } = await admin.query<{ v: string; s: string }>(
        `select current_setting('server_version') as v, (select string_agg(name || ' ' || current_setting(name), ', ')
           from unnest(array['fsync', 'synchronous_commit', 'shared_buffers']) as name) as s`,
      );
      return { version: rows[0]?.v ?? "?", settings: rows[0]?.s ?? "?" };
    },
    async close() {
      for (const name of [...standing]) await drop(name);
      await admin.query(`drop role if exists ${login.name}`);
      await admin.end();
      await server?.destroy();
      if (folder) await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface BenchServer {
  databaseUrl: string;
  loginUrl: string;
  close(): Promise<void>;
}

/** One migrated database and nothing else. */
export async function openServer(
  serverUrl: string | null,
  settings: Record<string, string> = {},
): Promise<BenchServer> {
  const host = await openHost(serverUrl, settings);
  const { url, loginUrl } = await host.createDatabase(true);
  return { databaseUrl: url, loginUrl, close: () => host.close() };
}
