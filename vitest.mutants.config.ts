import { defineConfig } from "vitest/config";
import { unit } from "./vitest.config";

/** The tests that mutants of the pure modules are tried on (stryker.config.json). */
export default defineConfig({ ...unit, test: { ...unit.test, include: ["server/**/*.test.ts"] } });
