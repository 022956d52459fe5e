import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readAdapter } from "./adapter";

const ADAPTER = `-- name other ledger
-- bars 30 45
-- What follows makes accounts.
-- prepare
create view v as
  select 1;
select f('a;b');

-- accounts
select id from v;
-- post
-- from the hot one
select post(:from::text, :to, :amount::numeric, 'x'::text);
`;

describe("an adapter", () => {
  it("has its statements by section, one by one, and its parameters by number", () => {
    expect(readAdapter(ADAPTER)).toEqual({
      name: "other ledger",
      bars: [30, 45],
      prepare: ["create view v as\n  select 1", "select f('a;b')"],
      accounts: "select id from v",
      post: "-- from the hot one\nselect post($1::text, $2, $3::numeric, 'x'::text)",
      batch: null,
      count: null,
    });
  });

  it("may number its parameters itself", () => {
    expect(readAdapter("-- accounts\nselect 1\n-- post\nselect f($1, $2, $3)").post).toBe(
      "select f($1, $2, $3)",
    );
  });

  it("without accounts or a way to post is refused, and so are bars that are no numbers", () => {
    expect(() => readAdapter("-- accounts\nselect 1;")).toThrow(/post/);
    expect(() => readAdapter("-- bars many\n-- accounts\nselect 1\n-- post\nselect 2")).toThrow(/bars/);
  });

  it("of pgledger can be read", async () => {
    const text = await readFile(join(import.meta.dirname, "../peers/pgledger.adapter.sql"), "utf8");
    const adapter = readAdapter(text);
    expect(adapter).toMatchObject({ name: "pgledger", bars: [30, 45] });
    expect(adapter.prepare).toHaveLength(2);
    expect(adapter.post).toContain("($1::text, $2::text, $3::numeric)");
  });
});
