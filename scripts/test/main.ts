/**
 * `npm test`: every check and every test, one step after the other; a step that fails does not keep the others from
 * being run. The last line says how many checks and tests passed and failed.
 */
import { spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { buildWeb, generatePrismaClient, isBuilt } from "../start/build-web";
import { type Counts, countPlaywright, countVitest } from "./count-results";

const root = join(import.meta.dirname, "../..");
const results = join(root, "test-results");
const bin = (path: string) => join(root, "node_modules", path);

interface Step {
  name: string;
  what: string;
  /** Names of steps without which this one has no sense. */
  needs?: string[];
  run: () => Promise<Counts>;
}

let current: ReturnType<typeof spawn> | undefined;

function run(args: string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? "1" : "0", ...env },
      stdio: "inherit",
    });
    current = child;
    child.once("error", () => resolve(1));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

async function check(args: string[], env: Record<string, string> = {}): Promise<Counts> {
  return (await run(args, env)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function attempt(work: () => Promise<void>): Promise<Counts> {
  try {
    await work();
    return { passed: 1, failed: 0 };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { passed: 0, failed: 1 };
  }
}

function vitest(project: string): () => Promise<Counts> {
  return async () => {
    const file = join(results, `${project}.json`);
    const code = await run([
      bin("vitest/vitest.mjs"),
      "run",
      "--project",
      project,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ]);
    return await countVitest(file, code);
  };
}

const STEPS: Step[] = [
  { name: "prisma", what: "Prisma client", run: () => attempt(() => generatePrismaClient(root)) },
  {
    name: "format",
    what: "format and lint",
    run: () => check([bin("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "."]),
  },
  {
    name: "types",
    what: "types",
    needs: ["prisma"],
    run: () => check([bin("typescript/bin/tsc"), "--noEmit"]),
  },
  {
    name: "layers",
    what: "import table",
    needs: ["prisma"],
    run: () => check(["--import", "tsx", "scripts/checks/layers.ts"]),
  },
  {
    name: "dead",
    what: "dead code",
    needs: ["prisma"],
    run: () => check([bin("knip/bin/knip.js"), "--no-progress"]),
  },
  { name: "docs", what: "documents", run: () => check(["--import", "tsx", "scripts/checks/documents.ts"]) },
  { name: "unit", what: "unit tests", needs: ["prisma"], run: vitest("unit") },
  { name: "database", what: "database tests", needs: ["prisma"], run: vitest("database") },
  {
    name: "build",
    what: "build of the web",
    needs: ["prisma"],
    run: () =>
      attempt(async () => {
        if (!(await isBuilt(root))) await buildWeb(root);
      }),
  },
  {
    name: "browser",
    what: "browser tests",
    needs: ["build"],
    run: async () => {
      const code = await run([bin("@playwright/test/cli.js"), "test"]);
      return await countPlaywright(join(results, "browser.json"), code);
    },
  },
];

function selectSteps(argv: readonly string[]): Step[] {
  const at = argv.findIndex((each) => each === "--only" || each.startsWith("--only="));
  if (at === -1) return STEPS;
  const names = (argv[at]?.startsWith("--only=") ? argv[at].slice(7) : (argv[at + 1] ?? "")).split(",");
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no step ${unknown.join(", ")}. The steps: ${STEPS.map((step) => step.name).join(", ")}`,
    );
    process.exit(2);
  }
  const wanted = new Set(names);
  for (const step of STEPS.filter((each) => names.includes(each.name)))
    for (const need of step.needs ?? []) {
      wanted.add(need);
      for (const further of STEPS.find((each) => each.name === need)?.needs ?? []) wanted.add(further);
    }
  return STEPS.filter((step) => wanted.has(step.name));
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    current?.kill(signal);
    setTimeout(() => process.exit(1), 10_000).unref();
    current?.once("exit", () => process.exit(1));
    if (!current) process.exit(1);
  });
process.on("disconnect", () => {
  current?.kill("SIGTERM");
  setTimeout(() => process.exit(1), 2_000);
});

await rm(results, { recursive: true, force: true });
await mkdir(results, { recursive: true });
const outcomes: { step: Step; counts: Counts; seconds: number; skipped: boolean }[] = [];
for (const step of selectSteps(process.argv.slice(2))) {
  const broken = outcomes.find((each) => step.needs?.includes(each.step.name) && each.counts.failed > 0);
  console.log(`\n── ${step.what} ${"─".repeat(Math.max(4, 60 - step.what.length))}`);
  const began = Date.now();
  if (broken) console.log(`not run: it needs "${broken.step.what}", which failed.`);
  const counts = broken ? { passed: 0, failed: 1 } : await step.run();
  outcomes.push({ step, counts, seconds: (Date.now() - began) / 1000, skipped: broken !== undefined });
}

console.log("");
for (const { step, counts, seconds, skipped } of outcomes) {
  const verdict = skipped ? "not run" : counts.failed > 0 ? "FAILED" : "passed";
  console.log(
    `${step.what.padEnd(18)} ${verdict.padEnd(8)} ${String(counts.passed).padStart(5)} passed ${String(counts.failed).padStart(4)} failed ${seconds.toFixed(1).padStart(7)} s`,
  );
}
const passed = outcomes.reduce((sum, { counts }) => sum + counts.passed, 0);
const failed = outcomes.reduce((sum, { counts }) => sum + counts.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
