import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withOwner } from "@/server/platform/db";
import { useTestDatabase } from "@/server/platform/testing";
import { derivePrismaSchema } from "./derive";

useTestDatabase();
const root = join(import.meta.dirname, "../..");
const folder = join(root, "prisma/schema");

describe("the Prisma schema", () => {
  test("is exactly what the migrated database gives", async () => {
    const derived = await withOwner((client) => derivePrismaSchema(client, join(root, "prisma/migrations")));
    const committed = (await readdir(folder)).filter((name) => name !== "schema.prisma").sort();
    expect(committed).toEqual([...derived.keys()].map((domain) => `${domain}.prisma`).sort());
    for (const [domain, text] of derived)
      expect(await readFile(join(folder, `${domain}.prisma`), "utf8"), `run npm run db:schema`).toBe(text);
  });

  test("is accepted by Prisma", () => {
    // Prisma wants to download an engine that validating does not use; any executable in its place will do.
    const said = execFileSync(
      process.execPath,
      [join(root, "node_modules/prisma/build/index.js"), "validate"],
      { cwd: root, env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath }, encoding: "utf8" },
    );
    expect(said).toMatch(/valid/);
  });
});
