/** Medians, percentiles, closed loops, and how results are shown. */
import { cpus, loadavg, totalmem } from "node:os";

export interface Row {
  measure: string;
  result: string;
  against: string;
  ratio: number | null;
  bar: string;
  holds: boolean | null;
  detail?: Record<string, unknown>;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Runs both sides in turn, changing who goes first, and gives both lists of times. */
export async function paired(
  rounds: number,
  one: () => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<{ one: number[]; other: number[] }> {
  const times = { one: [] as number[], other: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const sides = round % 2 === 0 ? (["one", "other"] as const) : (["other", "one"] as const);
    for (const side of sides) times[side].push(await timed(side === "one" ? one : other));
  }
  return times;
}

export interface Loop {
  perSecond: number;
  p50: number;
  p95: number;
  p99: number;
}

/** So many callers, each asking again as soon as it has its answer, for so many seconds. */
export async function closedLoop(
  callers: number,
  seconds: number,
  call: (caller: number) => Promise<unknown>,
): Promise<Loop> {
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      while (performance.now() < end) latencies.push(await timed(() => call(caller)));
    }),
  );
  const elapsed = (performance.now() - start) / 1000;
  return {
    perSecond: latencies.length / elapsed,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
  };
}

export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? "cpu"}, ${Math.round(totalmem() / 2 ** 30)} GB, load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(" ")}, ${process.platform} ${process.arch}, Node ${process.version}`;
}

export function printTable(rows: readonly Row[]): void {
  const cells = rows.map((row) => [
    row.measure,
    row.result,
    row.against,
    row.ratio === null ? "" : row.ratio.toFixed(2),
    row.bar,
    row.holds === null ? "" : row.holds ? "holds" : "FALLS SHORT",
  ]);
  const all = [["measure", "result", "against", "ratio", "bar", ""], ...cells];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of all)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}
