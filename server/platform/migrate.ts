/**
 * Applies `prisma/migrations/<time>_<name>/migration.sql` in order, each file in one transaction under an advisory
 * lock, and records them in `_prisma_migrations` exactly as `prisma migrate deploy` does, so that either can follow
 * the other. A file that was changed after it was applied is refused by its checksum.
 */
import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { installQueue } from "./queue-schema";

const LOCK_KEY = 72707369; // the key that Prisma's own engine takes

export class MigrationError extends Error {}

export interface MigrationFile {
  name: string;
  sql: string;
  checksum: string;
}

export async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/** Brings the database up to the newest file; gives the names of those it applied now. */
export async function migrate(client: pg.Client, folder: string): Promise<string[]> {
  const files = await readMigrations(folder);
  await client.query("select pg_advisory_lock($1)", [LOCK_KEY]);
  try {
    await client.query(`create table if not exists public._prisma_migrations (
      id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
      migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
      started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`);
    const done = await client.query<{ migration_name: string; checksum: string }>(
      "select migration_name, checksum from public._prisma_migrations where finished_at is not null and rolled_back_at is null",
    );
    const applied = new Map(done.rows.map((row) => [row.migration_name, row.checksum]));
    const fresh: string[] = [];
    for (const file of files) {
      const known = applied.get(file.name);
      if (known === file.checksum) continue;
      if (known)
        throw new MigrationError(
          `Migration ${file.name} was changed after it was applied. Restore the file, or start a new data folder.`,
        );
      await apply(client, file);
      fresh.push(file.name);
    }
    await installQueue(client);
    // What guards the tables is evidence too: the proof compares what stands with what the migrations left.
    if (fresh.length > 0) await client.query("select record_guards()");
    return fresh;
  } finally {
    await client.query("select pg_advisory_unlock($1)", [LOCK_KEY]);
  }
}

async function apply(client: pg.Client, file: MigrationFile): Promise<void> {
  await client.query("begin");
  try {
    await client.query(file.sql);
    await client.query(
      `insert into public._prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), file.checksum, file.name],
    );
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw new MigrationError(
      `Migration ${file.name} failed: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

export interface MigrationState {
  applied: number;
  pending: string[];
}

/** What is applied and what waits, for the health page. Reads only. */
export async function migrationState(
  read: (sql: string) => Promise<{ rows: { migration_name: string }[] }>,
  folder: string,
): Promise<MigrationState> {
  const files = await readMigrations(folder);
  const done = await read(
    "select migration_name from public._prisma_migrations where finished_at is not null and rolled_back_at is null",
  );
  const names = new Set(done.rows.map((row) => row.migration_name));
  return {
    applied: names.size,
    pending: files.filter((file) => !names.has(file.name)).map((file) => file.name),
  };
}
