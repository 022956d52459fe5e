/**
 * Each defect is planted into a run of the very test that must catch it. A test that passes all the same fails here.
 * The defects in the ledger's SQL are in `server/ledger/defects.db.test.ts`; the table of all is checked below.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SQL_DEFECTS } from "@/server/ledger/testing/sql-defects";
import { DEFECTS, type Defect } from "./defects";

const root = join(import.meta.dirname, "../..");

interface Outcome {
  title: string;
  status: string;
}

/** Runs the one test with the defect in place, or without any. */
async function run(defect: Defect, planted: boolean): Promise<Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), "purse-defect-"));
  const report = join(folder, "report.json");
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|DATABASE_URL|TEST$|NODE_ENV)/.test(name),
  );
  const { file, good, bad } = defect;
  await new Promise<void>((resolve) => {
    execFile(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        "--project",
        defect.project,
        defect.caughtBy.file,
        "-t",
        defect.caughtBy.test.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"),
        "--reporter=json",
        `--outputFile=${report}`,
      ],
      {
        cwd: root,
        env: {
          ...Object.fromEntries(own),
          NODE_ENV: "test",
          ...(planted ? { PURSE_PLANTED_DEFECT: JSON.stringify({ file, good, bad }) } : {}),
        },
      },
      () => resolve(),
    );
  });
  const { testResults } = JSON.parse(await readFile(report, "utf8")) as {
    testResults: { assertionResults: Outcome[] }[];
  };
  await rm(folder, { recursive: true });
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ title }) => title === defect.caughtBy.test);
}

describe("a planted defect is caught by the test that is named for it", () => {
  test.each(DEFECTS)("$name", { timeout: 120_000 }, async (defect) => {
    expect((await run(defect, true)).map(({ status }) => status)).toEqual(["failed"]);
  });
});

describe("docs/ledger/planted-defects.md", () => {
  test("has a row for each defect with the test that caught it, and names only files that exist", async () => {
    const text = await readFile(join(root, "docs/ledger/planted-defects.md"), "utf8");
    for (const { name, file, caughtBy } of DEFECTS) {
      const row = text.split("\n").find((line) => line.includes(`| ${name} |`));
      expect(row, name).toBeDefined();
      for (const part of [file, caughtBy.file, caughtBy.test]) expect(row).toContain(part);
    }
    for (const { name, place } of SQL_DEFECTS) {
      expect(
        text.split("\n").find((line) => line.startsWith(`| ${name} | \`ledger.${place.replace("%", "")}`)),
        name,
      ).toBeDefined();
    }
    for (const [, path] of text.matchAll(/`((?:server|scripts|docs|prisma)\/[^`\s]+)`/g)) {
      expect(existsSync(join(root, path as string)), path).toBe(true);
    }
  });
});
