/** A migrated database of its own for one bench, on a fresh embedded server or on the one that an option names. */
import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startPostgres } from "@/scripts/postgres";
import { migrate } from "@/server/platform/migrate";

const MIGRATIONS = join(import.meta.dirname, "../prisma/migrations");

export interface BenchServer {
  databaseUrl: string;
  close(): Promise<void>;
}

export async function openServer(serverUrl: string | null): Promise<BenchServer> {
  const server = serverUrl
    ? null
    : await startPostgres({ dataDir: join(await mkdtemp(join(tmpdir(), "purse-bench-")), "data") });
  const base = serverUrl ?? server?.url ?? "";
  const name = `bench_${randomBytes(4).toString("hex")}`;
  const admin = new pg.Client({ connectionString: base });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  const owner = new pg.Client({ connectionString: url.toString() });
  await owner.connect();
  await migrate(owner, MIGRATIONS);
  await owner.end();
  return {
    databaseUrl: url.toString(),
    async close() {
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
      await server?.destroy();
    },
  };
}
