import { defineConfig } from "vitest/config";

const alias = { "@": import.meta.dirname };
const env = {
  NEXTAUTH_SECRET: "a-secret-for-tests-only",
  DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
  LOG_LEVEL: "silent",
};

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          env,
          include: ["{server,components,simulator,scripts,app,prisma}/**/*.test.{ts,tsx}"],
          exclude: ["**/*.db.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "database",
          env,
          include: ["{server,prisma,scripts}/**/*.db.test.ts"],
          globalSetup: ["scripts/test-database.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
