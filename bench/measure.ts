/** Medians, percentiles, interleaved rounds and closed loops. */
import { cpus, loadavg, totalmem } from "node:os";

/** One line of a bench's table. */
export interface Row {
  measure: string;
  result: string;
  against: string;
  ratio: number | null;
  /** Smallest and largest ratio among the rounds. */
  spread?: readonly [number, number];
  bar: string;
  /** Null where there is no bar. */
  holds: boolean | null;
  detail?: Record<string, unknown>;
}

/** The value below which `share` of them lie, between two neighbours in proportion. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
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
  return await interleaved(rounds, { one: () => timed(one), other: () => timed(other) });
}

/** Measures every side once a round, each round beginning with the next side; gives each side's results by round. */
export async function interleaved<Side extends string, Result>(
  rounds: number,
  sides: Record<Side, () => Promise<Result>>,
): Promise<Record<Side, Result[]>> {
  const names = Object.keys(sides) as Side[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Side, Result[]>;
  for (let round = 0; round < rounds; round++) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)])
      results[name].push(await sides[name]());
  }
  return results;
}

export interface Ratio {
  ratio: number;
  spread: readonly [number, number];
}

/** Each round's own ratio, so that what disturbs a round disturbs both sides; their median and how far they lie. */
export function ratioByRound(above: readonly number[], below: readonly number[]): Ratio {
  if (above.length !== below.length || above.length === 0)
    throw new Error("Both sides need the same number of rounds.");
  const ratios = above.map((value, round) => value / (below[round] ?? Number.NaN));
  return { ratio: median(ratios), spread: [Math.min(...ratios), Math.max(...ratios)] };
}

export interface Loop {
  calls: number;
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
  return loopOf(latencies, elapsed);
}

export function loopOf(latencies: readonly number[], elapsedSeconds: number): Loop {
  return {
    calls: latencies.length,
    perSecond: latencies.length / elapsedSeconds,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
  };
}

/** What one loop was like in the middle one of several rounds, figure by figure. */
export function medianLoop(loops: readonly Loop[]): Loop {
  const middle = (figure: keyof Loop) => median(loops.map((loop) => loop[figure]));
  return {
    calls: loops.reduce((sum, loop) => sum + loop.calls, 0),
    perSecond: middle("perSecond"),
    p50: middle("p50"),
    p95: middle("p95"),
    p99: middle("p99"),
  };
}

export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? "cpu"}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}, Node ${process.version}, load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(" ")}`;
}
