/**
 * Vitest's global set-up: one embedded server for the run, with a migrated template that each test file clones. A run
 * inside a run (scripts/defects) is told in `PURSE_TEST_DATABASE` where the outer one has its own.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { type Login, provisionLogin } from "@/server/platform/login";
import { migrate } from "@/server/platform/migrate";
import { clearAbandoned, startPostgres } from "./postgres";

const TEMPLATE = "purse_template";

export interface TestDatabase {
  serverUrl: string;
  login: Login;
  template: string;
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const provide = ({ serverUrl, login, template }: TestDatabase) => {
    project.provide("databaseServerUrl", serverUrl);
    project.provide("databaseLogin", login);
    project.provide("templateDatabase", template);
  };
  const given = process.env.PURSE_TEST_DATABASE;
  if (given) {
    provide(JSON.parse(given) as TestDatabase);
    return undefined;
  }
  const root = join(import.meta.dirname, "..");
  await clearAbandoned(join(root, ".purse"), "test-postgres-");
  const dataDir = join(root, ".purse", `test-postgres-${process.pid}`);
  const server = await startPostgres({
    dataDir,
    settings: { shared_buffers: "256MB", max_connections: "200" },
  });
  const login: Login = { name: "purse_test_login", password: randomBytes(12).toString("hex") };
  try {
    await makeTemplate(server.url, join(root, "prisma", "migrations"), login);
  } catch (error) {
    await server.destroy();
    throw error;
  }
  provide({ serverUrl: server.url, login, template: TEMPLATE });
  return server.destroy;
}

async function makeTemplate(serverUrl: string, migrations: string, login: Login): Promise<void> {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  const url = new URL(serverUrl);
  url.pathname = `/${TEMPLATE}`;
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  try {
    await migrate(client, migrations);
    await provisionLogin(client, login);
  } finally {
    await client.end();
  }
}
