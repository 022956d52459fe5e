/**
 * What each operation costs while the ledger grows: at every level beside a ledger that was made for it and is empty,
 * on the same server and in turn, so that whatever else the machine does falls on both.
 */
import { OPERATIONS, openSubject } from "./ledger/operations";
import { atMost, micros } from "./ledger/rows";
import { type Bench, fill, prepare } from "./ledger/setup";
import { inTurns } from "./ledger/turns";
import type { Row } from "./measure";
import type { BenchOptions, BenchReport } from "./run";
import { type BenchHost, BUFFERS_FOR_SIZE, openHost } from "./server";

export const defaults = { size: "10000000" };

export async function run(options: BenchOptions): Promise<BenchReport> {
  const host = await openHost(options.serverUrl, BUFFERS_FOR_SIZE);
  const rows: Row[] = [];
  try {
    const { version, settings } = await host.describe();
    const bench = await prepare(host);
    const last = options.size;
    for (const level of [0, Math.round(last / 10), last]) {
      if (level > 0) {
        const started = performance.now();
        await fill(bench, level, options.onProgress);
        options.onProgress(`filled in ${Math.round((performance.now() - started) / 1000)} s`);
      }
      rows.push(...(await measureLevel(host, bench, level, level === last, options)));
    }
    await bench.close();
    return {
      name: "growth",
      compared: `One operation in a ledger of so many transfers, against the same in an empty ledger (warmed with 20 batches) in the same moments; ${settings}. The rows at 0 compare two empty ledgers and show what the method itself is worth.`,
      rows: sorted(rows),
      versions: { PostgreSQL: version, node: process.version },
    };
  } finally {
    await host.close();
  }
}

async function measureLevel(
  host: BenchHost,
  bench: Bench,
  level: number,
  last: boolean,
  options: BenchOptions,
): Promise<Row[]> {
  const empty = await prepare(host);
  const full = await openSubject(bench);
  const fresh = await openSubject(empty);
  const rows: Row[] = [];
  for (const { name, turns, run: operation } of OPERATIONS) {
    const cost = await inTurns(
      options.rounds,
      turns,
      () => operation(full),
      () => operation(fresh),
    );
    const row = {
      measure: `${name}, at ${level.toLocaleString("en")} transfers`,
      result: micros(cost.one),
      against: micros(cost.other),
      ...atMost(cost, last ? 1.3 : null),
    };
    rows.push(row);
    options.onProgress(`${row.measure}: ${row.result} against ${row.against}, ${row.ratio?.toFixed(2)}`);
  }
  full.client.release();
  fresh.client.release();
  await empty.close();
  return rows;
}

/** By operation, then by level, as they were measured. */
function sorted(rows: readonly Row[]): Row[] {
  const place = (row: Row) => OPERATIONS.findIndex(({ name }) => row.measure.startsWith(`${name}, at`));
  return [...rows].sort((a, b) => place(a) - place(b));
}
