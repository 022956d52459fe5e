/**
 * Runs the import rules over the product, after it has made sure that they can fail: every rule must catch the
 * violation planted for it, and every source file must have been seen.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PLANTED } from "./planted-violations";

interface Cruise {
  modules: { source: string }[];
  summary: { violations: { from: string; to: string; rule: { name: string } }[] };
}

interface Config {
  forbidden: { name: string; comment: string }[];
}

const root = join(import.meta.dirname, "../..");
const { default: config } = (await import(join(root, ".dependency-cruiser.mjs"))) as { default: Config };
const FOLDERS = ["app", "components", "server", "simulator", "scripts", "prisma", "e2e", "bench"];

function cruise(cwd: string): Cruise {
  const folders = FOLDERS.filter((folder) => existsSync(join(cwd, folder)));
  const bin = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const args = [bin, "--config", join(root, ".dependency-cruiser.mjs"), "--output-type", "json", ...folders];
  try {
    return JSON.parse(
      execFileSync(process.execPath, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28 }),
    ) as Cruise;
  } catch (error) {
    // With violations it exits non-zero, the report is still on its standard output.
    if (
      error instanceof Error &&
      "stdout" in error &&
      typeof error.stdout === "string" &&
      error.stdout !== ""
    )
      return JSON.parse(error.stdout) as Cruise;
    throw error;
  }
}

async function checkThatRulesCatch(): Promise<string[]> {
  const planted = join(root, ".purse", `planted-${process.pid}`);
  try {
    for (const { files } of PLANTED)
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(planted, path)), { recursive: true });
        await writeFile(join(planted, path), text);
      }
    await writeFile(
      join(planted, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: { moduleResolution: "bundler", module: "esnext", paths: { "@/*": ["./*"] } },
      }),
    );
    const { violations } = cruise(planted).summary;
    const problems = PLANTED.filter(
      ({ rule, culprit }) => !violations.some((each) => each.rule.name === rule && each.from === culprit),
    ).map(({ rule, culprit }) => `The rule ${rule} did not catch its planted violation ${culprit}.`);
    const covered = new Set(PLANTED.map(({ rule }) => rule));
    for (const { name } of config.forbidden)
      if (!covered.has(name)) problems.push(`The rule ${name} has no planted violation.`);
    return problems;
  } finally {
    await rm(planted, { recursive: true, force: true });
  }
}

async function sourceFiles(folder: string): Promise<string[]> {
  if (!existsSync(join(root, folder))) return [];
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

/** Which folders may call the functions that make a scope of somebody else than the platform itself. */
const MINTERS: Record<string, RegExp> = {
  mintPortalScope:
    /^server\/(identity\/|platform\/|entry\/|trpc\/route-guard\.ts$|reporting\/exports\/serve-report\.ts$)/,
  mintDeviceScope: /^server\/(gateway|entry|platform)\//,
};

async function checkMinting(sources: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const source of sources) {
    if (!source.startsWith("server/") || /(\.test\.ts|\/testing\.ts)$|\/testing\//.test(source)) continue;
    const text = await readFile(join(root, source), "utf8");
    for (const [name, allowed] of Object.entries(MINTERS))
      if (text.includes(name) && !allowed.test(source)) found.push(`${source} may not call ${name}.`);
  }
  return found;
}

const problems = await checkThatRulesCatch();
const { modules, summary } = cruise(root);
const seen = new Set(modules.map((module) => module.source));
const sources = (await Promise.all(FOLDERS.map(sourceFiles))).flat();
problems.push(...(await checkMinting(sources)));
for (const source of sources)
  if (!seen.has(source)) problems.push(`${source} was not seen by the layer check.`);
for (const { from, to, rule } of summary.violations) {
  const why = config.forbidden.find((each) => each.name === rule.name)?.comment ?? "";
  problems.push(`${from} → ${to}  [${rule.name}] ${why}`);
}
for (const problem of problems) console.error(problem);
console.log(
  `${sources.length} modules seen, ${PLANTED.length} planted violations, ${problems.length} problems.`,
);
process.exit(problems.length > 0 ? 1 : 0);
