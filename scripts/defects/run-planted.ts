/** Runs the one test that must catch a defect, with the defect in its place. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestDatabase } from "../test-database";
import type { Defect } from "./defects";

const root = join(import.meta.dirname, "../..");

interface Outcome {
  title: string;
  status: string;
}

/** How the test ended: `["failed"]` when it caught the defect. A test of the database uses the server of this run. */
export async function runPlanted(defect: Defect, database: TestDatabase | null): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "purse-defect-"));
  const report = join(folder, "report.json");
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|DATABASE_URL|TEST$|NODE_ENV)/.test(name),
  );
  const { file, good, bad, caughtBy } = defect;
  await new Promise<void>((resolve) => {
    execFile(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        "--project",
        defect.project,
        caughtBy.file,
        "-t",
        caughtBy.test.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"),
        "--reporter=json",
        `--outputFile=${report}`,
      ],
      {
        cwd: root,
        env: {
          ...Object.fromEntries(own),
          NODE_ENV: "test",
          PURSE_PLANTED_DEFECT: JSON.stringify({ file, good, bad }),
          ...(database && { PURSE_TEST_DATABASE: JSON.stringify(database) }),
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
    .filter(({ title }) => title === caughtBy.test)
    .map(({ status }) => status);
}
