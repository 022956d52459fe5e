/**
 * The production stack for browser tests: a database of its own, a small seeded demo, web, gateway and worker on free
 * ports. Playwright's global set-up starts it; `node --import tsx scripts/test-stack.ts` keeps one up by hand.
 */
import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { type Login, provisionLogin, urlFor } from "@/server/platform/login";
import { migrate } from "@/server/platform/migrate";
import { clearAbandoned, freePort, startPostgres } from "./postgres";
import { buildWeb, generatePrismaClient, isBuilt } from "./start/build-web";
import { type KeptChild, keepRunning } from "./start/keep-running";
import { waitFor } from "./start/readiness";
import { runOnce } from "./start/run-once";

export interface TestStack {
  webUrl: string;
  gatewayUrl: string;
  /** What the processes of the stack are given. */
  databaseUrl: string;
  env: Record<string, string>;
  stop: () => Promise<void>;
}

const root = join(import.meta.dirname, "..");
const SEEDED_DAYS = 3;

export async function startTestStack(): Promise<TestStack> {
  await generatePrismaClient(root);
  if (!(await isBuilt(root))) await buildWeb(root);
  await clearAbandoned(join(root, ".purse"), "test-stack-");
  const folder = join(root, ".purse", `test-stack-${process.pid}`);
  const logDir = join(root, "test-results", "logs");
  await mkdir(logDir, { recursive: true });
  const postgres = await startPostgres({
    dataDir: join(folder, "postgres"),
    settings: { shared_buffers: "128MB", max_connections: "100" },
  });
  const children: KeptChild[] = [];
  const stop = async () => {
    await Promise.all(children.map((child) => child.stop()));
    await postgres.destroy();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const login = { name: "purse_login", password: randomBytes(18).toString("base64url") };
    const databaseUrl = await createDatabase(postgres.url, login);
    const [webPort, gatewayPort] = [await freePort(), await freePort()];
    const webUrl = `http://localhost:${webPort}`;
    const gatewayUrl = `http://localhost:${gatewayPort}`;
    const env = {
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      DATABASE_URL: databaseUrl,
      DATABASE_POOL_SIZE: "10",
      PURSE_WEB_URL: webUrl,
      NEXTAUTH_URL: webUrl,
      NEXTAUTH_SECRET: randomBytes(32).toString("base64url"),
      PURSE_GATEWAY_URL: gatewayUrl,
      PURSE_GATEWAY_PORT: String(gatewayPort),
      PURSE_GATEWAY_HOST: "127.0.0.1",
      PURSE_DATA_DIR: folder,
      PURSE_DEMO: "1",
      LOG_LEVEL: "warn",
    };
    await runOnce(root, "scripts/start/seed.ts", { ...env, PURSE_SEED_DAYS: String(SEEDED_DAYS) });
    const start = async (name: string, args: string[]) => {
      const child = await keepRunning({ name, args, env }, { root, logDir, say: console.log });
      children.push(child);
      return child;
    };
    const web = await start("web", ["server/entry/web.mjs", "--port", `${webPort}`]);
    const gateway = await start("gateway", ["--import", "tsx", "server/entry/gateway.ts"]);
    await start("worker", ["--import", "tsx", "server/entry/worker.ts"]);
    await waitFor("gateway", `http://127.0.0.1:${gatewayPort}/readyz`, gateway);
    await waitFor("web application", `http://127.0.0.1:${webPort}/sign-in`, web);
    return { webUrl, gatewayUrl, databaseUrl, env, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function createDatabase(serverUrl: string, login: Login): Promise<string> {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query("create database purse");
  await admin.end();
  const url = new URL(serverUrl);
  url.pathname = "/purse";
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  try {
    await migrate(client, join(root, "prisma/migrations"));
    await provisionLogin(client, login);
  } finally {
    await client.end();
  }
  return urlFor(login, url.toString());
}

if (process.argv[1] === import.meta.filename) {
  const stack = await startTestStack();
  const { webUrl: web, gatewayUrl: gateway, databaseUrl: database, env } = stack;
  console.log(JSON.stringify({ web, gateway, database, data: env.PURSE_DATA_DIR }));
  const end = () => void stack.stop().then(() => process.exit(0));
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
}
