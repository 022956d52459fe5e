import fc from "fast-check";
import { expect, test } from "vitest";
import { inOrder, readAmount } from "./read-amount";

test.each([
  ["12", "12"],
  ["12.5", "12.5"],
  ["12,5", "12.5"],
  ["12,50", "12.50"],
  [" 1 234,50 ", "1234.50"],
  ["1\u2009234.50", "1234.50"],
  ["1.234,50", "1234.50"],
  ["1,234.50", "1234.50"],
  ["1'234.50", "1234.50"],
  ["1,234,567", "1234567"],
  ["1.234.567", "1234567"],
  ["1.234", "1.234"],
  ["0,125", "0.125"],
  [",5", "0.5"],
  [".5", "0.5"],
])("%s is read as %s", (text, read) => {
  expect(readAmount(text)).toBe(read);
});

test.each(["", "-1", "abc", "1,234", "12,,5", "1.2.3", "1,23,45", "12.", "1e3", "٣", "1.234,50,1"])(
  "%s is not guessed at",
  (text) => {
    expect(readAmount(text)).toBeNull();
  },
);

test("what the server writes is read as it stands", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 9n), fc.integer({ min: 0, max: 99 }), (whole, cents) => {
      const text = `${whole}.${String(cents).padStart(2, "0")}`;
      expect(readAmount(text)).toBe(text);
    }),
  );
});

test("a range that is typed the wrong way round is turned, an open end stays open", () => {
  const compare = (a: string, b: string) => Number(a) - Number(b);
  expect(inOrder("20", "5", compare)).toEqual(["5", "20"]);
  expect(inOrder("5", "20", compare)).toEqual(["5", "20"]);
  expect(inOrder("", "20", compare)).toEqual(["", "20"]);
  expect(inOrder("20", "", compare)).toEqual(["20", ""]);
});
