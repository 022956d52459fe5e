import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const alias = { "@": import.meta.dirname };
const env = {
  NEXTAUTH_SECRET: "Vb3mQ0xk7TzR5nLw9dYc1HsJ8uEfG2aP4iOq6oXt",
  DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
  LOG_LEVEL: "silent",
};

/**
 * Plants one defect into one source file of a run without touching the file, for scripts/defects:
 * `PURSE_PLANTED_DEFECT` holds path, text and other text as JSON. Without that variable it does nothing.
 */
function plantedDefect() {
  const given = process.env.PURSE_PLANTED_DEFECT;
  const defect = given ? (JSON.parse(given) as { file: string; good: string; bad: string }) : null;
  return {
    name: "planted-defect",
    enforce: "pre" as const,
    transform(code: string, id: string): string | null {
      if (!defect || id.split("?")[0] !== join(import.meta.dirname, defect.file)) return null;
      if (!code.includes(defect.good)) throw new Error(`${defect.file} has no such place for the defect`);
      return code.replace(defect.good, () => defect.bad);
    },
  };
}

/** What takes a minute by itself begins first, so that no worker waits for it at the end. */
const LONG = ["ledger/model", "identity/sign-in", "trpc/authorisation"].map((name) => `/${name}.db.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((name) => moduleId.endsWith(name));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export const unit = {
  resolve: { alias },
  plugins: [plantedDefect()],
  test: {
    name: "unit",
    env,
    include: ["{server,components,simulator,scripts,app,prisma,bench}/**/*.test.{ts,tsx}"],
    exclude: ["**/*.db.test.ts"],
    testTimeout: 30_000,
    // Nothing here keeps anything in a module, so that what is tested is read once a worker and not once a file.
    isolate: false,
  },
};

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      unit,
      {
        resolve: { alias },
        plugins: [plantedDefect()],
        test: {
          name: "database",
          env,
          include: ["{server,prisma,scripts}/**/*.db.test.ts"],
          globalSetup: ["scripts/test-database.ts"],
          // Long enough for a slow machine: what a test that was given up still does would meet the next file.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
          isolate: false,
        },
      },
    ],
  },
});
