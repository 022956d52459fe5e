/** The ledger's measures, each beside what it is compared with, in one run on one server with default durability. */

import pg from "pg";
import { createGroupCommit } from "@/server/ledger/group-commit";
import { parseCodes, postStatement, type TransferEvent } from "@/server/ledger/repository/post-events";
import { type Bench, batchOf, fill, insertRaw, nextEvent, post, prepare } from "./ledger/setup";
import { closedLoop, type Loop, median, paired, type Row, timed } from "./measure";
import type { BenchOptions, BenchReport } from "./run";

export const ownOptions = ["peer-url", "peer-sql"] as const;
export const defaults = { rounds: "15" };

export async function run(options: BenchOptions): Promise<BenchReport> {
  const bench = await prepare(options.serverUrl);
  const rows: Row[] = [];
  const say = (row: Row) => {
    rows.push(row);
    options.onProgress(`${row.measure}: ${row.result} against ${row.against} ${row.ratio?.toFixed(2) ?? ""}`);
  };
  try {
    const version = await bench.pool.query<{ v: string; f: string; s: string }>(
      "select current_setting('server_version') as v, current_setting('fsync') as f, current_setting('synchronous_commit') as s",
    );
    const settings = version.rows[0];
    for (let i = 0; i < 12; i++) {
      await post(bench.pool, batchOf(bench, 1000));
      await insertRaw(bench, bench.pool, batchOf(bench, 1000), i % 2 === 0);
    }
    say(await floor(bench, options.rounds, false));
    say(await floor(bench, options.rounds, true));
    await singles(bench, options, say);
    await grouped(bench, options, say);
    await growth(bench, options, say);
    await sizes(bench, say);
    return {
      name: "ledger",
      compared: `One hot account against ${bench.others.length} others; fsync ${settings?.f}, synchronous_commit ${settings?.s}; both sides in this run on this server.`,
      rows,
      versions: { PostgreSQL: settings?.v ?? "?", node: process.version },
    };
  } finally {
    await bench.close();
  }
}

const perSecond = (n: number) => `${Math.round(n).toLocaleString("en")}/s`;
const atLeast = (ratio: number, bar: number) => ({ ratio, bar: `≥ ${bar}`, holds: ratio >= bar });
const atMost = (ratio: number, bar: number) => ({ ratio, bar: `≤ ${bar}`, holds: ratio <= bar });

async function floor(bench: Bench, rounds: number, bare: boolean): Promise<Row> {
  const client = await bench.pool.connect();
  const times = await paired(
    rounds * 2,
    async () => await post(client, batchOf(bench, 1000)),
    async () => await insertRaw(bench, client, batchOf(bench, 1000), bare),
  );
  client.release();
  const ours = median(times.one);
  const raw = median(times.other);
  return {
    measure: bare
      ? "the same, against raw INSERT of half-empty rows (no times, no counters)"
      : "batches of 1 000, against raw INSERT … unnest of the same rows",
    result: perSecond(1e6 / ours),
    against: perSecond(1e6 / raw),
    ...(bare ? { ratio: raw / ours, bar: "", holds: null } : atLeast(raw / ours, 0.5)),
    detail: { oursMs: ours, rawMs: raw },
  };
}

async function singles(bench: Bench, options: BenchOptions, say: (row: Row) => void): Promise<void> {
  const single = await closedLoop(
    20,
    options.seconds,
    async () => await post(bench.pool, [nextEvent(bench)]),
  );
  let peer: Loop | null = null;
  const peerUrl = options.own["peer-url"];
  const peerSql = options.own["peer-sql"];
  if (peerUrl && peerSql) {
    const pool = new pg.Pool({ connectionString: peerUrl, max: 20 });
    const accounts = await pool.query<{ id: string }>("select id::text from peer_accounts");
    const ids = accounts.rows.map((row) => row.id);
    const text = peerSql;
    let turn = 0;
    peer = await closedLoop(20, options.seconds, async () => {
      await pool.query({
        name: "peer",
        text,
        values: [ids[0], ids[1 + (turn++ % (ids.length - 1))], "1.25"],
      });
    });
    await pool.end();
  }
  for (const [size, bar, peerBar] of [
    [100, 8, 30],
    [1000, 12, 45],
  ] as const) {
    const loop = await closedLoop(
      2,
      options.seconds,
      async () => await post(bench.pool, batchOf(bench, size)),
    );
    const rate = loop.perSecond * size;
    say({
      measure: `batches of ${size}, against 20 callers with one transfer a call`,
      result: perSecond(rate),
      against: perSecond(single.perSecond),
      ...atLeast(rate / single.perSecond, bar),
      detail: { ours: loop, single },
    });
    if (peer) {
      say({
        measure: `batches of ${size}, against the peer, 20 callers`,
        result: perSecond(rate),
        against: perSecond(peer.perSecond),
        ...atLeast(rate / peer.perSecond, peerBar),
        detail: { peer },
      });
    }
  }
}

async function grouped(bench: Bench, options: BenchOptions, say: (row: Row) => void): Promise<void> {
  const send = async (events: readonly TransferEvent[]) => {
    const { text, params } = postStatement(events);
    const { rows } = await bench.pool.query<{ codes: string }>({ name: "post", text, values: params });
    return parseCodes(rows[0]?.codes ?? "");
  };
  for (const [callers, bar] of [
    [1, null],
    [16, 4],
    [64, 10],
  ] as const) {
    const line = createGroupCommit({ send });
    const alone = await closedLoop(
      callers,
      options.seconds,
      async () => await post(bench.pool, [nextEvent(bench)]),
    );
    const shared = await closedLoop(callers, options.seconds, async () => {
      const event = nextEvent(bench);
      const answer = await line.post([
        {
          id: event.id,
          debitAccountId: event.debit ?? "",
          creditAccountId: event.credit ?? "",
          amountMicros: event.amount ?? 0n,
          code: "capture",
        },
      ]);
      if (!answer.ok || answer.results[0] !== "created")
        throw new Error("A transfer of the bench was refused.");
    });
    const latency = (loop: Loop) => `${loop.p50.toFixed(1)}/${loop.p95.toFixed(1)}/${loop.p99.toFixed(1)} ms`;
    const ratio = shared.perSecond / alone.perSecond;
    say({
      measure: `${callers} callers through group commit, against each alone (p50/p95/p99)`,
      result: `${perSecond(shared.perSecond)} ${latency(shared)}`,
      against: `${perSecond(alone.perSecond)} ${latency(alone)}`,
      ratio,
      bar: bar ? `≥ ${bar}, p99 not above` : "",
      holds: bar ? ratio >= bar && shared.p99 <= alone.p99 : null,
      detail: { shared, alone },
    });
  }
}

/** Cost per transfer and of a past balance, at the size so far and at the size asked for. */
async function growth(bench: Bench, options: BenchOptions, say: (row: Row) => void): Promise<void> {
  const empty = await prepare(options.serverUrl ?? bench.url);
  for (let i = 0; i < 12; i++) await post(empty.pool, batchOf(empty, 1000));
  await fill(bench, options.size, options.onProgress);
  for (let i = 0; i < 5; i++) await post(bench.pool, batchOf(bench, 1000));
  const times = await paired(
    options.rounds * 2,
    async () => await post(bench.pool, batchOf(bench, 1000)),
    async () => await post(empty.pool, batchOf(empty, 1000)),
  );
  await empty.close();
  const full = median(times.one);
  const fresh = median(times.other);
  const size = options.size.toLocaleString("en");
  say({
    measure: `cost per transfer at ${size} transfers, against an empty ledger`,
    result: `${full.toFixed(2)} µs`,
    against: `${fresh.toFixed(2)} µs`,
    ...atMost(full / fresh, 1.3),
  });

  const client = await bench.pool.connect();
  const { rows } = await client.query<{ from: Date; until: Date }>(
    `select min(recorded_at) as from, max(recorded_at) as until from ledger.transfer`,
  );
  const from = rows[0]?.from.getTime() ?? 0;
  const span = (rows[0]?.until.getTime() ?? 0) - from;
  const sample = await client.query<{ id: string }>(
    "select id from ledger.transfer tablesample system (1) limit 2000",
  );
  const ids = sample.rows.map((row) => row.id);
  const key: number[] = [];
  const past: Record<"recorded" | "effective", number[]> = { recorded: [], effective: [] };
  for (let i = 0; i < 2_000; i++) {
    const id = ids[i % ids.length];
    const account = i % 2 ? bench.hot : bench.others[i % bench.others.length];
    const at = new Date(from + Math.random() * span);
    key.push(
      await timed(() =>
        client.query({ name: "key", text: "select * from ledger.transfer where id = $1", values: [id] }),
      ),
    );
    for (const by of ["recorded", "effective"] as const) {
      past[by].push(
        await timed(() =>
          client.query({
            name: by,
            text: `select * from ledger.balance_${by}_at($1, $2)`,
            values: [account, at],
          }),
        ),
      );
    }
  }
  client.release();
  for (const by of ["recorded", "effective"] as const) {
    say({
      measure: `balance at a past moment by ${by === "recorded" ? "ledger" : "business"} time at ${size}, against a primary-key read`,
      result: `${(median(past[by]) * 1000).toFixed(0)} µs`,
      against: `${(median(key) * 1000).toFixed(0)} µs`,
      ...atMost(median(past[by]) / median(key), 3),
    });
  }
}

async function sizes(bench: Bench, say: (row: Row) => void): Promise<void> {
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
