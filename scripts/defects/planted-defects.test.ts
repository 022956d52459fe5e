/**
 * Each defect is planted into a run of the very test that must catch it. A test that passes all the same fails here.
 * Those that a test of the database catches are in `planted-defects.db.test.ts`, those in the ledger's SQL in
 * `server/ledger/defects.db.test.ts`; the table of all is checked below.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SQL_DEFECTS } from "@/server/ledger/testing/sql-defects";
import { DEFECTS } from "./defects";
import { runPlanted } from "./run-planted";

const root = join(import.meta.dirname, "../..");

describe("a planted defect is caught by the test that is named for it", () => {
  test.each(DEFECTS.filter(({ project }) => project === "unit"))(
    "$name",
    { timeout: 120_000 },
    async (defect) => {
      expect(await runPlanted(defect, null)).toEqual(["failed"]);
    },
  );
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
