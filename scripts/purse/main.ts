/**
 * Finds the installation that a command is for and hands over to server/entry/cli.ts: the one of DATABASE_URL, else
 * the one that runs over the data folder, else the data folder's database, started for this command alone.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { generatePrismaClient } from "../start/build-web";
import { claimDataFolder, openDataFolder, readSecrets } from "../start/data-folder";
import { isHarmless, openEmbedded, openExternal, prepareDatabase } from "../start/database";
import { Failure } from "../start/failure";

const root = join(import.meta.dirname, "../..");
const MIGRATIONS = join(root, "prisma/migrations");
/** Exit code of a command that could not even be tried. */
const NOT_TRIED = 70;

function takeDataDir(argv: string[]): { dataDir: string; rest: string[] } {
  const at = argv.indexOf("--data");
  const named = at === -1 ? undefined : argv[at + 1];
  const rest = at === -1 ? argv : argv.toSpliced(at, 2);
  const stood = process.env.INIT_CWD ?? process.cwd();
  return { dataDir: named ? resolve(stood, named) : join(root, ".purse"), rest };
}

async function runCli(args: string[], env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, ["--import", "tsx", "server/entry/cli.ts", ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  process.on("disconnect", () => child.kill("SIGTERM"));
  return await new Promise((done) => {
    child.once("error", () => done(NOT_TRIED));
    child.once("exit", (code) => done(code ?? NOT_TRIED));
  });
}

/** A server of the person's own: as its login where one was given, else as this installation's, which the owner makes. */
async function onExternal(
  args: string[],
  given: string | undefined,
  owner: string | undefined,
  dataDir: string,
  common: Record<string, string>,
): Promise<number> {
  const secret = { NEXTAUTH_SECRET: "not-used-on-the-command-line" };
  if (given && (await isHarmless(given).catch(() => true)))
    return await runCli(args, { ...secret, ...common });
  const secrets = await readSecrets(dataDir);
  const database = await openExternal(given, owner, secrets);
  await prepareDatabase(database, secrets.login, MIGRATIONS);
  const urls = { DATABASE_URL: database.url, PURSE_OWNER_DATABASE_URL: database.ownerUrl };
  return await runCli(args, { ...secret, ...common, ...urls });
}

async function main(): Promise<number> {
  const { dataDir, rest } = takeDataDir(process.argv.slice(2));
  await generatePrismaClient(root);
  // Paths on the command line are relative to where the person stands, not to the project.
  const common = {
    PURSE_CWD: process.env.INIT_CWD ?? process.cwd(),
    LOG_LEVEL: process.env.LOG_LEVEL ?? "warn",
  };
  const { DATABASE_URL: given, PURSE_OWNER_DATABASE_URL: owner } = process.env;
  const external = Boolean(given || owner);
  const wantsNoDatabase =
    rest.length === 0 || rest[0] === "allocate" || rest.some((each) => /^(-h|--help|help)$/.test(each));
  if (wantsNoDatabase)
    return await runCli(rest, {
      DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
      NEXTAUTH_SECRET: "not-used-on-the-command-line",
      ...common,
    });
  if (external) {
    await openDataFolder(dataDir);
    return await onExternal(rest, given || undefined, owner || undefined, dataDir, common);
  }
  const running = join(dataDir, "running.json");
  await openDataFolder(dataDir);
  let claim: Awaited<ReturnType<typeof claimDataFolder>>;
  try {
    claim = await claimDataFolder(dataDir, "a command");
  } catch (error) {
    if (!existsSync(running)) throw error;
    return await runCli(rest, {
      ...(JSON.parse(await readFile(running, "utf8")) as Record<string, string>),
      ...common,
    });
  }
  const secrets = await readSecrets(dataDir);
  const database = await openEmbedded(dataDir, secrets, (sentence) => console.error(sentence));
  try {
    await prepareDatabase(database, secrets.login, MIGRATIONS);
    return await runCli(rest, {
      DATABASE_URL: database.url,
      PURSE_OWNER_DATABASE_URL: database.ownerUrl,
      NEXTAUTH_SECRET: secrets.nextauthSecret,
      PURSE_DATA_DIR: dataDir,
      ...common,
    });
  } finally {
    await database.stop();
    claim.close();
  }
}

try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exit(NOT_TRIED);
}
