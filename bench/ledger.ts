/** The ledger's measures, each beside what it is compared with, in one run on one server with default durability. */
import { measureBatches, measureCallers } from "./ledger/callers";
import { batches, keyRead, openSubject, pastByBusinessTime, pastByLedgerTime } from "./ledger/operations";
import { openPeer, PEER_OPTIONS } from "./ledger/peer";
import { atLeast, atMost, micros, perSecond } from "./ledger/rows";
import { type Bench, batchOf, fill, insertRaw, post, prepare } from "./ledger/setup";
import { inTurns } from "./ledger/turns";
import { type Row, timed } from "./measure";
import type { BenchOptions, BenchReport } from "./run";
import { type BenchHost, BUFFERS_FOR_SIZE, openHost } from "./server";

export const ownOptions = PEER_OPTIONS;
export const defaults = { size: "10000000" };

export async function run(options: BenchOptions): Promise<BenchReport> {
  const host = await openHost(options.serverUrl, BUFFERS_FOR_SIZE);
  const rows: Row[] = [];
  const say = (row: Row) => {
    rows.push(row);
    options.onProgress(
      `${row.measure}: ${row.result} against ${row.against}, ${row.ratio?.toFixed(2) ?? ""}`,
    );
  };
  try {
    const { version, settings } = await host.describe();
    const bench = await prepare(host);
    for (let i = 0; i < 12; i++) {
      await post(bench.pool, batchOf(bench, 1000));
      await insertRaw(bench, bench.pool, batchOf(bench, 1000), i % 2 === 0);
    }
    await measureFloor(bench, options.rounds, say);
    const peer = await openPeer(host, options.own);
    await measureBatches(bench, peer, options, say);
    await peer?.close();
    await measureCallers(bench, options, say);
    await fill(bench, options.size, options.onProgress);
    await measureAtSize(host, bench, options, say);
    await measureBytes(bench, say);
    await bench.close();
    return {
      name: "ledger",
      compared: `One hot account against ${bench.others.length} others; ${settings}; all sides in this run on this server, in interleaved rounds: medians.${peer ? ` ${peer.name}: ${peer.where}, accounts and amounts alike.` : ""}`,
      rows,
      versions: { PostgreSQL: version, node: process.version },
    };
  } finally {
    await host.close();
  }
}

async function measureFloor(bench: Bench, rounds: number, say: (row: Row) => void): Promise<void> {
  const client = await bench.pool.connect();
  for (const bare of [false, true]) {
    const { one, other, ...ratio } = await inTurns(
      rounds,
      20,
      async () => {
        const events = batchOf(bench, 1000);
        return await timed(() => insertRaw(bench, client, events, bare));
      },
      async () => {
        const events = batchOf(bench, 1000);
        return await timed(() => post(client, events));
      },
    );
    say({
      measure: bare
        ? "the same, against half-empty rows (no times, no counters)"
        : "batches of 1,000, one caller, against raw INSERT … unnest of the same rows",
      result: perSecond(1e6 / other),
      against: perSecond(1e6 / one),
      ...atLeast(ratio, bare ? null : 0.5),
    });
  }
  client.release();
}

async function measureAtSize(
  host: BenchHost,
  bench: Bench,
  options: BenchOptions,
  say: (row: Row) => void,
): Promise<void> {
  const size = options.size.toLocaleString("en");
  const empty = await prepare(host);
  const full = await openSubject(bench);
  const fresh = await openSubject(empty);
  const cost = await inTurns(
    options.rounds,
    20,
    () => batches(full),
    () => batches(fresh),
  );
  say({
    measure: `a transfer in batches of 1,000 at ${size} transfers, against an empty ledger`,
    result: micros(cost.one),
    against: micros(cost.other),
    ...atMost(cost, 1.3),
  });
  fresh.client.release();
  await empty.close();
  for (const [name, read] of [
    ["ledger", pastByLedgerTime],
    ["business", pastByBusinessTime],
  ] as const) {
    const past = await inTurns(
      options.rounds,
      20,
      () => read(full),
      () => keyRead(full),
    );
    say({
      measure: `a past balance by ${name} time at ${size} transfers, against a primary-key read`,
      result: micros(past.one),
      against: micros(past.other),
      ...atMost(past, 3),
    });
  }
  full.client.release();
}

async function measureBytes(bench: Bench, say: (row: Row) => void): Promise<void> {
  const { rows } = await bench.pool.query<{ bytes: string; n: string }>(
    `select (pg_total_relation_size('ledger.transfer') + pg_total_relation_size('ledger.late_leg')
       + pg_total_relation_size('ledger.late_sum') + pg_total_relation_size('ledger.block'))::text as bytes,
       count(*)::text as n from ledger.transfer`,
  );
  const bytes = Number(rows[0]?.bytes) / Number(rows[0]?.n);
  say({
    measure: "bytes per transfer on disk with indexes",
    result: `${bytes.toFixed(0)} bytes`,
    against: "",
    ratio: null,
    bar: "≤ 300",
    holds: bytes <= 300,
  });
}
