/** `npm start` from Node 24 on: database, first data, build, processes; then waits for the end and leaves nothing running. */
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GATEWAY_NODE_FLAGS } from "@/server/gateway/constants";
import { buildWeb, generatePrismaClient, isBuilt } from "./build-web";
import { claimDataFolder, openDataFolder, readSecrets, type Secrets } from "./data-folder";
import { type Database, openEmbedded, openExternal, prepareDatabase, watchExternal } from "./database";
import { Failure } from "./failure";
import { type InstallationKind, readInstallation, recreateDatabase, writeInstallation } from "./installation";
import { type KeptChild, keepRunning } from "./keep-running";
import { demandFreePort } from "./ports";
import { Progress } from "./progress";
import { readArguments, type StartArguments, USAGE } from "./read-arguments";
import { waitFor } from "./readiness";
import { runOnce } from "./run-once";
import { demoSignIns, showTable } from "./show-table";

const FOUNDERS_HINT = `
  Whatever moves money to a new place takes two people. Give each founding link to a different
  person; they are shown again at each start until they are used.
`;
const root = join(import.meta.dirname, "../..");
const MIGRATIONS = join(root, "prisma/migrations");
const progress = new Progress();
const say = (sentence: string) => progress.say(sentence);
/** What has to be undone, newest first. */
const undo: (() => unknown)[] = [];
let ending = false;

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  progress.close();
  for (const step of undo.reverse()) {
    try {
      await step();
    } catch {
      // The next step still has to be undone.
    }
  }
  process.exit(code);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    if (!ending) process.stdout.write("\nStopping …\n");
    void end(0);
  });
process.on("disconnect", () => void end(1));

async function main(args: StartArguments): Promise<void> {
  const webUrl = `http://localhost:${args.port}`;
  await openDataFolder(args.dataDir);
  const claim = await claimDataFolder(args.dataDir, webUrl);
  undo.push(() => claim.close());
  await demandFreePort(args.port, "the web application");
  await demandFreePort(args.port + 1, "the device gateway");
  const secrets = await readSecrets(args.dataDir);
  say("Common Purse");

  const building = prepareWeb(args.dev);
  // Both run side by side; whichever fails first is told, the other's failure is not lost to nobody.
  building.catch(() => {});
  const database = await progress.step("database", () => openDatabase(args, secrets));
  undo.push(() => database.stop());
  const env = childEnv(args, database, secrets);
  const [kind] = await Promise.all([fillDatabase(args, database, secrets, env), building]);
  const demo = kind === "demo";
  await progress.step("web, gateway, worker", () =>
    startProcesses(args, { ...env, PURSE_DEMO: demo ? "1" : "0" }, demo),
  );
  await announce(args, database, env, demo);
}

async function prepareWeb(dev: boolean): Promise<void> {
  await generatePrismaClient(root);
  if (dev || (await isBuilt(root))) return;
  await progress.step("building the web application", () => buildWeb(root));
}

async function openDatabase(args: StartArguments, secrets: Secrets): Promise<Database> {
  const { DATABASE_URL: given, PURSE_OWNER_DATABASE_URL: owner } = process.env;
  // Children inherit the environment; who owns the tables is nobody's business but ours.
  delete process.env.PURSE_OWNER_DATABASE_URL;
  const external = given || owner;
  const database = external
    ? await openExternal(given || undefined, owner || undefined, secrets)
    : await openEmbedded(args.dataDir, secrets, say);
  try {
    await prepareDatabase(database, secrets.login, MIGRATIONS);
  } catch (error) {
    await database.stop();
    throw error;
  }
  if (external) undo.push(watchExternal(database.url, say));
  return database;
}

function childEnv(args: StartArguments, database: Database, secrets: Secrets): Record<string, string> {
  const webUrl = `http://localhost:${args.port}`;
  return {
    NODE_ENV: args.dev ? "development" : "production",
    NEXT_TELEMETRY_DISABLED: "1",
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE: process.env.DATABASE_POOL_SIZE ?? "10",
    PURSE_WEB_URL: process.env.PURSE_WEB_URL ?? webUrl,
    NEXTAUTH_URL: process.env.PURSE_WEB_URL ?? webUrl,
    NEXTAUTH_SECRET: process.env.NEXTAUTH_SECRET ?? secrets.nextauthSecret,
    PURSE_GATEWAY_URL: process.env.PURSE_GATEWAY_URL ?? `http://localhost:${args.port + 1}`,
    PURSE_GATEWAY_PORT: String(args.port + 1),
    PURSE_GATEWAY_HOST: process.env.PURSE_GATEWAY_HOST ?? "127.0.0.1",
    PURSE_DATA_DIR: args.dataDir,
    LOG_LEVEL: process.env.LOG_LEVEL ?? "info",
  };
}

/** First data. Gives what the database holds from now on. */
async function fillDatabase(
  args: StartArguments,
  database: Database,
  secrets: Secrets,
  env: Record<string, string>,
): Promise<InstallationKind> {
  let kind = await readInstallation(database.ownerUrl);
  if (kind === "demo" && !args.demo)
    throw new Failure(
      "This data folder holds the demo city. For an empty start choose another: npm start -- --no-demo --data DIR",
    );
  if (kind === "demo_unfinished") {
    if (database.external)
      throw new Failure(
        "The demo city in the database of DATABASE_URL was interrupted half-way. Empty that database, or choose another, and start again.",
      );
    await recreateDatabase(database.ownerUrl);
    await prepareDatabase(database, secrets.login, MIGRATIONS);
    kind = "new";
  }
  if (kind !== "new") return kind;
  if (!args.demo) {
    await writeInstallation(database.ownerUrl, "empty");
    return "empty";
  }
  await writeInstallation(database.ownerUrl, "demo_unfinished");
  await generatePrismaClient(root);
  await progress.step("demo city", (step) =>
    runOnce(root, "scripts/start/seed.ts", { ...env, LOG_LEVEL: "warn", PURSE_DEMO: "1" }, step.update),
  );
  await writeInstallation(database.ownerUrl, "demo");
  return "demo";
}

async function startProcesses(
  args: StartArguments,
  env: Record<string, string>,
  demo: boolean,
): Promise<void> {
  const options = { root, logDir: join(args.dataDir, "logs"), say };
  const children: KeptChild[] = [];
  undo.push(() => Promise.all(children.map((child) => child.stop())));
  const start = async (name: string, childArgs: string[], more: Record<string, string> = {}) => {
    const child = await keepRunning({ name, args: childArgs, env: { ...env, ...more } }, options);
    children.push(child);
    return child;
  };
  const web = await start("web", [
    "server/entry/web.mjs",
    "--port",
    `${args.port}`,
    ...(args.dev ? ["--dev"] : []),
  ]);
  const gateway = await start("gateway", [
    ...GATEWAY_NODE_FLAGS,
    "--import",
    "tsx",
    "server/entry/gateway.ts",
  ]);
  const worker = await start("worker", ["--import", "tsx", "server/entry/worker.ts"]);
  await waitFor("gateway", `http://127.0.0.1:${args.port + 1}/readyz`, gateway);
  await waitFor("web application", `http://127.0.0.1:${args.port}/sign-in`, web);
  await waitFor("worker", `http://127.0.0.1:${args.port}/api/health`, worker, async (response) => {
    const health = (await response.json()) as { parts?: { name: string; state: string }[] };
    return health.parts?.some((part) => part.name === "worker" && part.state === "ok") ?? false;
  });
  if (demo && existsSync(join(root, "simulator/main.ts")))
    await start("simulator", ["--import", "tsx", "simulator/main.ts"], {
      PURSE_SIMULATOR_SPEED: String(args.speed),
    });
}

async function announce(
  args: StartArguments,
  database: Database,
  env: Record<string, string>,
  demo: boolean,
): Promise<void> {
  // What `npm run purse` needs to reach this installation; it holds passwords and goes with us.
  const running = join(args.dataDir, "running.json");
  const commands = { ...env, PURSE_OWNER_DATABASE_URL: database.ownerUrl };
  await writeFile(running, JSON.stringify(commands), { mode: 0o600 });
  undo.push(() => rm(running, { force: true }));
  const rows: [string, string][] = [
    ["Web", env.PURSE_WEB_URL ?? ""],
    ["Device API", env.PURSE_GATEWAY_URL ?? ""],
    ["Data and logs", args.dataDir],
  ];
  if (demo) rows.push(...demoSignIns());
  let founders = "";
  if (!demo) {
    const written = await runOnce(root, "scripts/start/founding-links.ts", { ...env, LOG_LEVEL: "warn" });
    const links = written.split("\n").flatMap((line): [string, string][] => {
      const [seat, url] = line.split(" ");
      return seat && url ? [[`Founder ${seat}, once`, url]] : [];
    });
    rows.push(...links);
    if (links.length > 0) founders = FOUNDERS_HINT;
  }
  say(`\n${showTable(rows)}\n${founders}\n  Ctrl-C stops everything.\n`);
}

try {
  const args = readArguments(process.argv.slice(2), root);
  if (args.help) console.log(USAGE);
  else await main(args);
  if (args.help) process.exit(0);
} catch (error) {
  if (!ending) {
    process.stderr.write(
      `\n${error instanceof Failure ? error.message : `Something unexpected stopped the start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`}\n`,
    );
    await end(1);
  }
}
