/** How the rows of a bench are shown, and which bars held. */

import type { Row } from "./measure";

export interface BarSummary {
  held: number;
  fallen: string[];
  line: string;
}

export function summarise(rows: readonly Row[]): BarSummary {
  const judged = rows.filter((row) => row.holds !== null);
  const fallen = judged.filter((row) => !row.holds).map((row) => row.measure);
  const held = judged.length - fallen.length;
  const line =
    judged.length === 0
      ? "No bar is set."
      : fallen.length > 0
        ? `${held} of ${judged.length} bars hold. FALLS SHORT: ${fallen.join("; ")}.`
        : held === 1
          ? "The one bar holds."
          : `All ${held} bars hold.`;
  return { held, fallen, line };
}

const HEADINGS = ["measure", "result", "against", "ratio", "min–max", "bar", ""];

const cellsOf = (row: Row): string[] => [
  row.measure,
  row.result,
  row.against,
  row.ratio === null ? "" : short(row.ratio),
  row.spread ? `${short(row.spread[0])}–${short(row.spread[1])}` : "",
  row.bar,
  row.holds === null ? "" : row.holds ? "holds" : "FALLS SHORT",
];

const short = (ratio: number): string => ratio.toFixed(Math.abs(ratio) >= 10 ? 1 : 2);

export function asTable(rows: readonly Row[]): string {
  const all = [HEADINGS, ...rows.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function asMarkdown(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(HEADINGS), line(HEADINGS.map(() => "---")), ...rows.map((row) => line(cellsOf(row)))].join(
    "\n",
  );
}
