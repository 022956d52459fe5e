/**
 * Usage records through the service against a raw insert of the same rows, and what a window with a great many of them
 * costs to fill, close, read and download.
 */
import pg from "pg";
import { recordUsage } from "@/server/payments/service/record-usage";
import { closePool } from "@/server/platform/db";
import { forgetEnv } from "@/server/platform/env";
import { interleaved, median, type Ratio, type Row, ratioByRound, timed } from "./measure";
import type { BenchOptions, BenchReport } from "./run";
import { openServer } from "./server";
import { fillAndRead } from "./usage/big-window";
import { openRaw } from "./usage/raw-records";
import { nextBatch, openWorld } from "./usage/world";

const BATCH = 1_000;
const WARM_UP = 10;

export const defaults = { rounds: "60", size: "1000000" };

export async function run(options: BenchOptions): Promise<BenchReport> {
  const server = await openServer(options.serverUrl);
  try {
    process.env.DATABASE_URL = server.loginUrl;
    forgetEnv();
    const version = await withClient(server.databaseUrl, async (client) => {
      const { rows } = await client.query<{ v: string; s: string }>(
        "select current_setting('server_version') as v, current_setting('synchronous_commit') as s",
      );
      return rows[0];
    });
    const rows: Row[] = [];
    const say = (row: Row) => {
      rows.push(row);
      options.onProgress(`${row.measure}: ${row.result} ${row.against} ${row.ratio?.toFixed(2) ?? ""}`);
    };
    for (const kind of ["wallet", "spread", "allowance"] as const) {
      say(await ingest(server.databaseUrl, kind, options.rounds));
    }
    for (const row of await fillAndRead(options.size, options.onProgress)) say(row);
    await closePool();
    return {
      name: "usage",
      compared:
        `recordUsage with batches of ${BATCH} records of one device (lock, instrument, funds, allowance, known keys, window,\n` +
        "records) against INSERT … SELECT FROM unnest of the same rows into a table with the same columns, checks and\n" +
        `indexes, both sides with a commit for each batch; synchronous_commit ${version?.s}.`,
      rows,
      versions: { PostgreSQL: version?.v ?? "?", node: process.version },
    };
  } finally {
    await server.close();
  }
}

const WORDS = {
  wallet: { text: "batches of 1 000 on one wallet", bar: 0.6 },
  spread: { text: "batches of 1 000 on 50 wallets", bar: null },
  allowance: { text: "batches of 1 000 that run down an allowance", bar: null },
};

async function ingest(databaseUrl: string, kind: keyof typeof WORDS, rounds: number): Promise<Row> {
  const world = await openWorld(kind);
  const raw = await openRaw(databaseUrl, world);
  const ours = async () => {
    const batch = nextBatch(world, BATCH);
    return await timed(async () => {
      const result = await recordUsage(world.device, batch);
      if (!result.ok || result.recorded !== BATCH) throw new Error("A record of the bench was refused.");
    });
  };
  const theirs = async () => {
    const batch = nextBatch(world, BATCH);
    return await timed(() => raw.insert(batch));
  };
  for (let i = 0; i < WARM_UP; i++) {
    await ours();
    await theirs();
  }
  const times = await interleaved(rounds, { ours, raw: theirs });
  await raw.close();
  const mine = median(times.ours);
  const floor = median(times.raw);
  const { text, bar } = WORDS[kind];
  const byRound: Ratio = ratioByRound(times.raw, times.ours);
  const ratio = floor / mine;
  return {
    measure: text,
    result: perSecond(mine),
    against: perSecond(floor),
    ratio,
    spread: byRound.spread,
    bar: bar === null ? "" : `≥ ${bar}`,
    holds: bar === null ? null : ratio >= bar,
    detail: { oursMs: mine, rawMs: floor },
  };
}

const perSecond = (milliseconds: number) =>
  `${Math.round((BATCH * 1000) / milliseconds).toLocaleString("en")}/s`;

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
