import { expect, test } from "vitest";
import { toCsv } from "@/components/charts/to-csv";

test("cells are quoted only where they must be", () => {
  expect(
    toCsv([
      ["Day", "EUR"],
      ['a "b", c', "-1.50"],
    ]),
  ).toBe('Day,EUR\r\n"a ""b"", c",-1.50\r\n');
});

test("a cell that looks like a formula is defused, a negative amount is not", () => {
  expect(toCsv([["=1+1", "-2.00", "-x"]])).toBe("'=1+1,-2.00,'-x\r\n");
});
