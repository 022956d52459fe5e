/** Builds the web application once for each state of its sources. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "./failure";

const SOURCES = [
  "app",
  "components",
  "server",
  "public",
  "prisma/schema",
  "next.config.js",
  "postcss.config.mjs",
  "tsconfig.json",
  "package-lock.json",
];

async function hashSources(root: string): Promise<string> {
  const hash = createHash("sha256");
  for (const source of SOURCES.filter((each) => existsSync(join(root, each)))) {
    for (const file of await filesUnder(join(root, source))) {
      if (/\.test\.tsx?$/.test(file)) continue;
      hash.update(file.slice(root.length)).update("\0");
      hash.update(await readFile(file)).update("\0");
    }
  }
  return hash.digest("hex");
}

async function filesUnder(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [path];
  }
}

function runNode(
  root: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-20_000);
      });
    const endWithUs = () => void child.kill();
    process.once("exit", endWithUs);
    child.once("error", (error) => resolve({ code: 1, said: error.message }));
    child.once("exit", (code) => {
      process.off("exit", endWithUs);
      resolve({ code: code ?? 1, said });
    });
  });
}

async function hashFolder(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of await filesUnder(folder)) hash.update(await readFile(file));
  return hash.digest("hex");
}

/** Generates the Prisma client when the schema is another than the one that it was made from. */
export async function generatePrismaClient(root: string): Promise<void> {
  const stamp = join(root, "generated/prisma/.schema-hash");
  const hash = await hashFolder(join(root, "prisma/schema"));
  if (existsSync(stamp) && (await readFile(stamp, "utf8")) === hash) return;
  const { code, said } = await runNode(
    root,
    [join(root, "node_modules/prisma/build/index.js"), "generate"],
    // Prisma would download an engine that generating does not use; any executable in its place will do.
    { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1" },
  );
  if (code !== 0) throw new Failure(`The Prisma client could not be generated:\n${said.trim()}`);
  await writeFile(stamp, hash);
}

/** What a build needs of the environment: nothing of it reaches the built application. */
const BUILD_ENV = {
  NODE_ENV: "production",
  NEXT_TELEMETRY_DISABLED: "1",
  DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
  NEXTAUTH_SECRET: "only-while-building",
  LOG_LEVEL: "silent",
} as const;

/** Gives false when the last build is of the same sources. */
export async function isBuilt(root: string): Promise<boolean> {
  const stamp = join(root, ".next/purse-source-hash");
  if (!existsSync(stamp) || !existsSync(join(root, ".next/BUILD_ID"))) return false;
  return (await readFile(stamp, "utf8")) === (await hashSources(root));
}

export async function buildWeb(root: string): Promise<void> {
  const stamp = join(root, ".next/purse-source-hash");
  await rm(stamp, { force: true });
  const hash = await hashSources(root);
  const { code, said } = await runNode(root, [join(root, "node_modules/next/dist/bin/next"), "build"], {
    ...process.env,
    ...BUILD_ENV,
  });
  if (code !== 0) throw new Failure(`The web application could not be built:\n${said.trim()}`);
  await writeFile(stamp, hash);
}
