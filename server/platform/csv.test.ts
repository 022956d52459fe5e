import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvField, csvLocalTime, csvRow } from "./csv";

describe("CSV", () => {
  test("no text field begins as a formula, and numbers stay numbers", () => {
    for (const evil of ["=1+1", "+1-1", "-cmd", "@SUM(A1)", "\tx", "\rx"]) {
      expect(csvField(evil).replace(/^"/, "").startsWith("'")).toBe(true);
    }
    expect(csvField("-12.50")).toBe("-12.50");
    expect(csvField("12")).toBe("12");
  });

  test("middle dots of screens are plain ASCII, so that no program shows them as other signs", () => {
    expect(csvField("Card \u00b7\u00b7\u00b7\u00b7 8061")).toBe("Card **** 8061");
    expect(csvField("Oslo \u00b7 Quay 4")).toBe("Oslo - Quay 4");
  });

  test("local times are those of the zone, over a change of clocks too", () => {
    expect(csvLocalTime(new Date("2026-10-25T00:30:00Z"), "Europe/Oslo")).toBe("2026-10-25 02:30:00");
    expect(csvLocalTime(new Date("2026-10-25T01:30:00Z"), "Europe/Oslo")).toBe("2026-10-25 02:30:00");
    expect(csvLocalTime(new Date("2026-11-20T18:15:59Z"), "Asia/Tokyo")).toBe("2026-11-21 03:15:59");
    expect(csvLocalTime(null, "Europe/Oslo")).toBe("");
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
