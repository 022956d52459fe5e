/**
 * Gives the command line the environment of the installation that it speaks to: DATABASE_URL and its companions as
 * they are, or those of the `npm start` that runs over the data folder. Commands without a database need neither.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = join(import.meta.dirname, "..");

function dataFolder(): string {
  const at = process.argv.indexOf("--data");
  const given = at > 0 ? process.argv[at + 1] : undefined;
  return given ? resolve(process.env.INIT_CWD ?? process.cwd(), given) : join(root, ".purse");
}

if (!process.env.DATABASE_URL) {
  const running = join(dataFolder(), "running.json");
  if (existsSync(running)) {
    const values = JSON.parse(readFileSync(running, "utf8")) as Record<string, string>;
    for (const [name, value] of Object.entries(values)) process.env[name] ??= value;
  }
}
process.env.NEXTAUTH_SECRET ??= "not-used-by-the-command-line";
process.env.LOG_LEVEL = process.env.PURSE_LOG_LEVEL ?? "warn";
// npm runs scripts in the project's folder; files are named from where the person stood.
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);

const { runCommandLine } = await import("@/server/entry/cli");
process.exit(await runCommandLine(process.argv.slice(2)));
