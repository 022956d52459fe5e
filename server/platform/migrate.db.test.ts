import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withOwner, withScope } from "./db";
import { migrate, migrationState } from "./migrate";
import { mintSystemScope } from "./scope";
import { useTestDatabase } from "./testing";

useTestDatabase();
const folder = join(import.meta.dirname, "../../prisma/migrations");

describe("migrations", () => {
  test("applying them again changes nothing", async () => {
    const again = await withOwner((client) => migrate(client, folder));
    expect(again).toEqual([]);
    const state = await withOwner((client) => migrationState((sql) => client.query(sql), folder));
    expect(state.pending).toEqual([]);
    expect(state.applied).toBeGreaterThan(0);
  });

  test("a file that was changed after it was applied is refused", async () => {
    await withOwner((client) =>
      client.query("update _prisma_migrations set checksum = 'x' where migration_name like '%_platform'"),
    );
    await expect(withOwner((client) => migrate(client, folder))).rejects.toThrow(
      /was changed after it was applied/,
    );
  });

  test("the application's role owns nothing in the schema public", async () => {
    const owned = await withScope(mintSystemScope("test"), (tx) =>
      tx.query(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relowner = 'purse_app'::regrole",
      ),
    );
    expect(owned.rows).toEqual([]);
  });
});
