/** Reads how many tests passed from the runners' own JSON. No report, or an exit code that no test explains, is a failure. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";

export interface Counts {
  passed: number;
  failed: number;
}

function reconcile(counts: Counts, exitCode: number): Counts {
  if (counts.passed + counts.failed === 0) return { passed: 0, failed: 1 };
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

export async function countVitest(file: string, exitCode: number): Promise<Counts> {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const report = JSON.parse(await readFile(file, "utf8")) as {
    numPassedTests: number;
    numFailedTests: number;
    numFailedTestSuites: number;
  };
  const failed = Math.max(report.numFailedTests, report.numFailedTestSuites > 0 ? 1 : 0);
  return reconcile({ passed: report.numPassedTests, failed }, exitCode);
}

export async function countPlaywright(file: string, exitCode: number): Promise<Counts> {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const { stats } = JSON.parse(await readFile(file, "utf8")) as {
    stats: { expected: number; unexpected: number; flaky: number };
  };
  return reconcile({ passed: stats.expected, failed: stats.unexpected + stats.flaky }, exitCode);
}
