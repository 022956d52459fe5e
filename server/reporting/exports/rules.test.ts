import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvField, csvRow } from "./rules";

describe("CSV", () => {
  test("no text field begins as a formula, and numbers stay numbers", () => {
    for (const evil of ["=1+1", "+1-1", "-cmd", "@SUM(A1)", "\tx", "\rx"]) {
      expect(csvField(evil).replace(/^"/, "").startsWith("'")).toBe(true);
    }
    expect(csvField("-12.50")).toBe("-12.50");
    expect(csvField("12")).toBe("12");
  });

  test("whatever stands in a field is read back by any parser of RFC 4180", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 6 }), (fields) => {
        const [row] = parse(csvRow(fields), { relax_quotes: false, record_delimiter: "\r\n" }) as string[][];
        const expected = fields.map((field) =>
          /^[=+\-@\t\r\n]/.test(field) && !/^-?\d+(\.\d+)?$/.test(field) ? `'${field}` : field,
        );
        expect(row).toEqual(expected);
      }),
    );
  });
});
