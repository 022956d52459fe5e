import { describe, expect, it } from "vitest";
import type { Row } from "./measure";
import { asMarkdown, asTable, summarise } from "./table";

const row = (change: Partial<Row> = {}): Row => ({
  measure: "batches",
  result: "10/s",
  against: "5/s",
  ratio: 2,
  spread: [1.5, 12.34],
  bar: "≥ 1",
  holds: true,
  ...change,
});

describe("the bars", () => {
  it("that fell are named", () => {
    const summary = summarise([row(), row({ measure: "latency", holds: false }), row({ holds: null })]);
    expect(summary).toEqual({
      held: 1,
      fallen: ["latency"],
      line: "1 of 2 bars hold. FALLS SHORT: latency.",
    });
  });

  it("that all held are counted, without rows that have none", () => {
    expect(summarise([row(), row({ holds: null })]).line).toBe("The one bar holds.");
  });
});

describe("a table", () => {
  it("lines up its columns and says aloud what fell", () => {
    const lines = asTable([row(), row({ measure: "a longer measure", holds: false })]).split("\n");
    expect(lines).toHaveLength(3);
    expect(new Set(lines.map((line) => line.search(/result|10\/s/))).size).toBe(1);
    expect(lines[1]).toMatch(/2\.00 +1\.50–12\.3 +≥ 1 +holds$/);
    expect(lines[2]).toMatch(/FALLS SHORT$/);
  });

  it("is one of markdown with as many cells in every line", () => {
    const lines = asMarkdown([
      row({ measure: "a|b" }),
      row({ ratio: null, spread: undefined, holds: null }),
    ]).split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[2]).toContain("a\\|b");
    for (const line of lines) expect(line.replaceAll("\\|", "").split("|")).toHaveLength(9);
  });
});
