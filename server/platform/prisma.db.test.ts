import { describe, expect, test } from "vitest";
import { withScope } from "./db";
import { newId } from "./ids";
import { sqlOf, withPrismaScope } from "./prisma";
import { mintPortalScope, mintSystemScope } from "./scope";
import { useTestDatabase } from "./testing";

useTestDatabase();
const system = mintSystemScope("test");

async function createOrganisation(slug: string) {
  const id = newId("organisation");
  await withScope(system, (tx) =>
    tx.query("insert into organisation (id, kind, slug, name) values ($1, 'merchant', $2, $2)", [id, slug]),
  );
  return id;
}

describe("transactions through Prisma", () => {
  test("one tenant never reads another tenant's rows, however often connections change hands", async () => {
    const first = await createOrganisation("first-merchant");
    const second = await createOrganisation("second-merchant");
    const reads = Array.from({ length: 200 }, (_each, index) => {
      const own = index % 2 === 0 ? first : second;
      const scope = mintPortalScope("merchant", own, { kind: "system", part: "test" });
      return withPrismaScope(scope, (db) => db.organisation.findMany({ select: { id: true } })).then(
        (rows) => rows.length === 1 && rows[0]?.id === own,
      );
    });
    expect((await Promise.all(reads)).every(Boolean)).toBe(true);
  });

  test("the scope does not outlive its transaction on a pooled connection", async () => {
    await withPrismaScope(system, (db) => db.organisation.count());
    const scope = mintPortalScope("merchant", newId("organisation"), { kind: "system", part: "test" });
    const settings = await withPrismaScope(scope, (db) =>
      sqlOf(db).query<{ kind: string }>("select scope_kind() as kind"),
    );
    expect(settings.rows).toEqual([{ kind: "merchant" }]);
    const { appPool } = await import("./db");
    for (let connection = 0; connection < 10; connection++) {
      const { rows } = await appPool().query("select scope_kind() as kind");
      expect(rows).toEqual([{ kind: "" }]);
    }
  });

  test("what one Prisma transaction wrote, by model and by plain SQL, rolls back together", async () => {
    const id = newId("organisation");
    const attempt = withPrismaScope(system, async (db) => {
      await db.organisation.create({
        data: { id, kind: "agency", slug: "rolled-back", name: "Rolled back" },
      });
      const { rowCount } = await sqlOf(db).query("update organisation set name = 'x' where id = $1::uuid", [
        id,
      ]);
      expect(rowCount).toBe(1);
      throw new Error("no");
    });
    await expect(attempt).rejects.toThrow("no");
    expect(await withPrismaScope(system, (db) => db.organisation.count({ where: { id } }))).toBe(0);
  });

  test("plain SQL gives exact numbers", async () => {
    const { rows } = await withPrismaScope(system, (db) =>
      sqlOf(db).query("select 9007199254740993::bigint as whole, 0.10::numeric(20,6) as fraction"),
    );
    expect(rows).toEqual([{ whole: 9007199254740993n, fraction: "0.1" }]);
  });
});
