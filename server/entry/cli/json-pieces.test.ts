import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonPieces } from "./json-pieces";

test("the pieces are what JSON.stringify writes, to the byte", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect([...jsonPieces(value)].join("")).toBe(JSON.stringify(value, null, 2));
    }),
  );
  const odd = { at: new Date(0), none: undefined, list: [undefined, { a: [] }, {}], text: "two\nlines" };
  expect([...jsonPieces(odd)].join("")).toBe(JSON.stringify(odd, null, 2));
});

test("a long list comes in many pieces", () => {
  const list = Array.from({ length: 1_000 }, (_, n) => ({ n }));
  expect([...jsonPieces(list)].length).toBeGreaterThan(1_000);
});
