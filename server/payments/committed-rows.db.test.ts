import { expect, test } from "vitest";
import { withOwner } from "@/server/platform/db";
import { useTestDatabase } from "@/server/platform/testing";
import { COMMITTED_ROWS } from "./repository/committed-rows";

useTestDatabase();

test.each(COMMITTED_ROWS.map((row) => ({ row, name: row.name })))(
  "$name has the columns that the commit sends, in their order",
  async ({ row }) => {
    const { rows } = await withOwner((client) =>
      client.query<{ column: string; type: string }>(
        `select attname as column, coalesce(t.typname, '') as type
           from pg_attribute a join pg_type t on t.oid = a.atttypid
          where a.attrelid = (select typrelid from pg_type where typname = $1) and a.attnum > 0 and not a.attisdropped
          order by a.attnum`,
        [row.name],
      ),
    );
    const named: Record<string, string> = {
      bigint: "int8",
      integer: "int4",
      smallint: "int2",
      boolean: "bool",
    };
    expect(rows, "alter type … add attribute, in a migration").toEqual(
      row.columns.map(({ name, type }) => ({ column: name, type: named[type] ?? type })),
    );
  },
);
