import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binaryArray, binaryRows, type ElementType, type RowType } from "./binary-array";
import { withOwner } from "./db";
import { useTestDatabase } from "./testing";

useTestDatabase();

/** What the server makes of a parameter, each value as the server itself would write it. */
async function asText(type: ElementType, parameter: unknown): Promise<(string | null)[]> {
  return await withOwner(async (client) => {
    const { rows } = await client.query<{ value: string | null }>(
      `select v::text as value from unnest($1::${type}[]) with ordinality u(v, n) order by n`,
      [parameter],
    );
    return rows.map((row) => row.value);
  });
}

const VALUES: { [Type in ElementType]: fc.Arbitrary<unknown> } = {
  boolean: fc.boolean(),
  bytea: fc.uint8Array({ maxLength: 300 }),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  smallint: fc.integer({ min: -32768, max: 32767 }),
  integer: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  float8: fc.double({ noNaN: true }),
  text: fc.string({ unit: "binary", maxLength: 200 }).map((text) => text.replaceAll("\0", "")),
  json: fc.jsonValue(),
  jsonb: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.integer()),
  timestamptz: fc.date({ min: new Date("1950-01-01"), max: new Date("2200-01-01"), noInvalidDate: true }),
  uuid: fc.uuid(),
};

/** How the driver itself would send one value. */
function toText(type: ElementType, value: unknown): unknown {
  if (type === "json" || type === "jsonb") return JSON.stringify(value);
  return type === "bytea" ? `\\x${Buffer.from(value as Uint8Array).toString("hex")}` : value;
}

describe("an array in binary form", () => {
  test.each(Object.keys(VALUES) as ElementType[])("of %s arrives as the driver's own does", async (type) => {
    const arbitrary = fc.array(fc.option(VALUES[type], { nil: null, freq: 6 }), { maxLength: 40 });
    const lists = [[], [null], ...fc.sample(arbitrary, { numRuns: 12, seed: 7 })];
    for (const list of lists) {
      const sent = binaryArray(type, list, (value) => value as never);
      const plain = list.map((value) => (value === null ? null : toText(type, value)));
      expect(await asText(type, sent)).toEqual(await asText(type, plain));
    }
  });

  test("of any length arrives whole", async () => {
    const long = Array.from({ length: 5_000 }, (_, n) => `${n} ${"ä".repeat(n % 50)}`);
    expect(
      await asText(
        "text",
        binaryArray("text", long, (text) => text),
      ),
    ).toEqual(long);
  });

  test("takes no value that its type cannot hold", () => {
    const one = (type: ElementType, value: unknown) => () => binaryArray(type, [value], (v) => v as never);
    expect(one("uuid", "00000000-0000-0000-0000-00000000000g")).toThrow(TypeError);
    expect(one("uuid", "00000000-0000-0000-0000-0000000000")).toThrow(TypeError);
    expect(one("bigint", 2n ** 63n)).toThrow(RangeError);
    expect(one("smallint", 32768)).toThrow(RangeError);
    expect(one("timestamptz", new Date(Number.NaN))).toThrow(RangeError);
  });
});

describe("an array of rows in binary form", () => {
  test("arrives as the driver's own values, whatever they are", async () => {
    const types = Object.keys(VALUES) as ElementType[];
    const columns = types.map((type, at) => ({
      name: `of_${type}`,
      type,
      cell: (row: readonly unknown[]) => row[at],
    }));
    const everything: RowType<readonly unknown[]> = { name: "everything_row", columns };
    const arbitrary = fc.tuple(...types.map((type) => fc.option(VALUES[type], { nil: null, freq: 6 })));
    const lists = [[], ...[1, 2, 300].map((numRuns) => fc.sample(arbitrary, { numRuns, seed: numRuns }))];
    await withOwner(async (client) => {
      await client.query(
        `create type everything_row as (${columns.map(({ name, type }) => `${name} ${type}`).join(", ")})`,
      );
      const { rows } = await client.query<{ oid: number }>("select 'everything_row'::regtype::oid as oid");
      const oid = rows[0]?.oid ?? 0;
      for (const list of lists) {
        const texts = types.map((type) => `x.of_${type}::text`).join(", ");
        const ours = await client.query(
          `select array[${texts}] as value from unnest($1::everything_row[]) with ordinality x(${columns.map(({ name }) => name).join(", ")}, n) order by n`,
          [binaryRows(oid, everything, list)],
        );
        const theirs = [];
        for (const row of list) {
          const values = types.map((type, at) => (row[at] === null ? null : toText(type, row[at])));
          const casts = types.map((type, at) => `$${at + 1}::${type}::text`).join(", ");
          theirs.push((await client.query(`select array[${casts}] as value`, values)).rows[0]);
        }
        expect(ours.rows).toEqual(theirs);
      }
    });
  });
});
