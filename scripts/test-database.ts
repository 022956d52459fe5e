/** Vitest's global set-up: one embedded server for the run, with a migrated template that each test file clones. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { migrate } from "@/server/platform/migrate";
import { startPostgres } from "./postgres";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = join(import.meta.dirname, "..");
  const dataDir = join(root, ".purse", `test-postgres-${process.pid}`);
  await rm(dataDir, { recursive: true, force: true });
  const server = await startPostgres({
    dataDir,
    settings: { shared_buffers: "256MB", max_connections: "200" },
  });
  const template = "purse_template";
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`create database ${template}`);
  await admin.end();
  const url = new URL(server.url);
  url.pathname = `/${template}`;
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  await migrate(client, join(root, "prisma", "migrations"));
  await client.end();
  project.provide("databaseServerUrl", server.url);
  project.provide("templateDatabase", template);
  return async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
