/**
 * Signed payments over HTTP to the gateway, against the floor that floor.ts describes: both processes on one database
 * server with default durability, loaded in turn by the same devices.
 */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort } from "@/scripts/postgres";
import { GATEWAY_NODE_FLAGS } from "@/server/gateway/constants";
import { forgetEnv } from "@/server/platform/env";
import type { LoadOrder, LoadResult, LoadSetUp } from "./authorise/load";
import { populate } from "./authorise/populate";
import { interleaved, median, medianLoop, type Row, ratioByRound } from "./measure";
import type { BenchOptions, BenchReport } from "./run";
import { BUFFERS_FOR_SIZE, openServer } from "./server";

const DEVICES = 200;
const WALLETS = 20_000;
const CALLERS = [16, 64] as const;
/** The devices' process collects its garbage when it is told to, between loops. */
const DEVICES_NODE_FLAGS = [
  "--expose-gc",
  "--min-semi-space-size=16",
  "--max-semi-space-size=16",
  "--initial-old-space-size=1024",
];
/** Of the server's log, 16 MB each: more than a run of the bench writes. */
const LOG_SEGMENTS = 60;

export const defaults = { seconds: "2", rounds: "9" };

export async function run(options: BenchOptions): Promise<BenchReport> {
  const server = await openServer(options.serverUrl, BUFFERS_FOR_SIZE);
  const children: ChildProcess[] = [];
  try {
    process.env.DATABASE_URL = server.loginUrl;
    forgetEnv();
    const population = await populate({ devices: DEVICES, wallets: WALLETS });
    const version = await withClient(server.databaseUrl, async (client) => {
      await client.query("create table bench_floor (id uuid primary key, at timestamptz not null)");
      await client.query("grant insert on bench_floor to purse_app");
      const { rows } = await client.query<{ server_version: string }>("show server_version");
      return rows[0]?.server_version ?? "?";
    });
    const start = (
      file: string,
      args: string[],
      variables: Record<string, string>,
      flags: readonly string[] = [],
    ) => {
      const child = fork(join(import.meta.dirname, file), args, {
        execArgv: [...flags, "--import", "tsx"],
        env: { ...process.env, ...variables },
      });
      children.push(child);
      return child;
    };
    const serve = async (file: string, args: string[] = []) => {
      const port = String(await freePort());
      const url = `http://127.0.0.1:${port}`;
      start(file, args, { PURSE_GATEWAY_PORT: port, PURSE_GATEWAY_URL: url }, GATEWAY_NODE_FLAGS);
      await answers(url);
      return url;
    };
    const gateway = await serve("../server/entry/gateway.ts");
    const floor = await serve("authorise/floor.ts");
    const bare = await serve("authorise/floor.ts", ["bare"]);
    const devices = new Devices(start("authorise/load.ts", [], {}, DEVICES_NODE_FLAGS), gateway);
    await devices.setUp(population);
    const settle = async () => {
      await withClient(server.databaseUrl, tidyUp);
      for (const url of [gateway, floor, bare])
        await devices.send({ url, seconds: 2, callers: 64, repeats: url === bare });
    };
    await settle();
    await withClient(server.databaseUrl, ageLog);
    const rows = await measure(devices, { gateway, floor, bare }, settle, options);
    await check(server.databaseUrl, devices.authorised);
    return {
      name: "authorise",
      compared:
        "Signed POST /v1/payments to the gateway (signature, device, limits, funds, risk, hold; half captured at once)\n" +
        "against the same server that checks the signature, reads the message, commits one single row through the same\n" +
        "pool and group commit and answers as many bytes. Open loop: requests come at a fixed rate, and latency counts\n" +
        "from when each was due.",
      rows,
      versions: { PostgreSQL: version, node: process.version },
    };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await server.close();
  }
}

type Side = "gateway" | "floor" | "bare";

async function measure(
  devices: Devices,
  addresses: Record<Side, string>,
  settle: () => Promise<void>,
  { rounds, seconds, onProgress }: BenchOptions,
): Promise<Row[]> {
  const rows: Row[] = [];
  const add = (row: Row) => {
    rows.push(row);
    onProgress(`${row.measure}: ${row.result} against ${row.against}, ${row.ratio?.toFixed(2)}`);
  };
  const sides = (order: Omit<LoadOrder, "url">) =>
    interleaved(rounds, {
      gateway: () => devices.send({ ...order, url: addresses.gateway }),
      floor: () => devices.send({ ...order, url: addresses.floor }),
      bare: () => devices.send({ ...order, url: addresses.bare, repeats: true }),
    });
  const throughput = (results: LoadResult[]) => results.map((result) => result.perSecond);
  const p99 = (results: LoadResult[]) => results.map((result) => result.p99);
  let half = 0;
  let floorsHalf = 0;
  for (const callers of CALLERS) {
    await settle();
    const { gateway, floor, bare } = await sides({ seconds, callers });
    const ratio = ratioByRound(throughput(gateway), throughput(floor));
    half = median(throughput(gateway)) / 2;
    floorsHalf = median(throughput(floor)) / 2;
    add({
      measure: `${callers} callers, closed loop (p50/p95/p99)`,
      result: figures(gateway),
      against: figures(floor),
      ...ratio,
      bar: callers === 64 ? "≥ 0.5" : "",
      holds: callers === 64 ? ratio.ratio >= 0.5 : null,
      detail: { gateway, floor },
    });
    add({
      measure: "the same, against a floor that does not check signatures",
      result: figures(gateway),
      against: figures(bare),
      ...ratioByRound(throughput(gateway), throughput(bare)),
      bar: "",
      holds: null,
      detail: { bare },
    });
  }
  await settle();
  const { gateway, floor, bare, floorAtHalf } = await interleaved(rounds, {
    gateway: () => devices.send({ seconds, perSecond: half, url: addresses.gateway }),
    floor: () => devices.send({ seconds, perSecond: half, url: addresses.floor }),
    bare: () => devices.send({ seconds, perSecond: half, url: addresses.bare }),
    floorAtHalf: () => devices.send({ seconds, perSecond: floorsHalf, url: addresses.floor }),
  });
  const ratio = ratioByRound(p99(gateway), p99(floor));
  add({
    measure: `open loop at half of that, ${Math.round(half)}/s: p99 (p50/p95/p99)`,
    result: figures(gateway),
    against: figures(floor),
    ...ratio,
    bar: "≤ 3",
    holds: ratio.ratio <= 3,
    detail: { gateway, floor },
  });
  add({
    measure: "the same, against a floor that does not check signatures",
    result: figures(gateway),
    against: figures(bare),
    ...ratioByRound(p99(gateway), p99(bare)),
    bar: "",
    holds: null,
    detail: { bare },
  });
  add({
    measure: `the same, against the floor at half of its own, ${Math.round(floorsHalf)}/s`,
    result: figures(gateway),
    against: figures(floorAtHalf),
    ...ratioByRound(p99(gateway), p99(floorAtHalf)),
    bar: "",
    holds: null,
    detail: { floorAtHalf },
  });
  return rows;
}

function figures(results: LoadResult[]): string {
  const { perSecond, p50, p95, p99 } = medianLoop(results);
  const latency = [p50, p95, p99].map((ms) => ms.toFixed(1)).join("/");
  return `${Math.round(perSecond).toLocaleString("en")}/s ${latency} ms`;
}

class Devices {
  authorised = 0;
  constructor(
    private readonly child: ChildProcess,
    private readonly gateway: string,
  ) {}

  async setUp(setUp: LoadSetUp): Promise<void> {
    await this.ask({ setUp });
  }

  async send(order: LoadOrder): Promise<LoadResult> {
    const { result, failure } = (await this.ask({ order })) as { result?: LoadResult; failure?: string };
    if (!result) throw new Error(`The load failed: ${failure}`);
    const odd = Object.entries(result.others);
    if (odd.length > 0)
      throw new Error(
        `Answers other than 201: ${odd.map(([what, times]) => `${times} × ${what}`).join(", ")}`,
      );
    if (order.url === this.gateway) this.authorised += result.authorised;
    return result;
  }

  private async ask(message: object): Promise<unknown> {
    return await new Promise((resolve, reject) => {
      const ended = () => reject(new Error("The devices ended."));
      this.child.once("exit", ended);
      this.child.once("message", (answer) => {
        this.child.off("exit", ended);
        resolve(answer);
      });
      this.child.send(message);
    });
  }
}

async function answers(url: string): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 100) {
    if ((await fetch(`${url}/healthz`).catch(() => null))?.ok) return;
    await sleep(100);
  }
  throw new Error(`${url} does not answer.`);
}

/**
 * Does what the server would do beside the work within minutes, so that no loop pays for those before it: in a second a
 * floor leaves as many rows behind as the gateway in a quarter of a minute, and plans made for empty tables are renewed.
 */
async function tidyUp(client: pg.Client): Promise<void> {
  await client.query("vacuum analyze");
  await client.query("checkpoint");
}

/**
 * Leaves the server's log as that of one that has run for hours: its files are there and are used again. A young server
 * makes a new one every other second under this load, and everybody waits while it is filled with zeros.
 */
async function ageLog(client: pg.Client): Promise<void> {
  for (let segment = 0; segment < LOG_SEGMENTS; segment++) {
    await client.query("select pg_current_xact_id()");
    await client.query("select pg_switch_wal()");
  }
  await client.query("checkpoint");
}

/** Every acknowledged payment stands in the ledger, once. */
async function check(url: string, authorised: number): Promise<void> {
  const { payments, transfers } = await withClient(url, async (client) => {
    const { rows } = await client.query<{ payments: number; transfers: number }>(
      `select (select count(*) from payment where state in ('authorised', 'captured'))::int as payments,
         (select count(*) from payment p join ledger.transfer t on t.id = coalesce(p.hold_transfer_id, p.capture_transfer_id))::int as transfers`,
    );
    return rows[0] ?? { payments: 0, transfers: 0 };
  });
  if (payments !== authorised || transfers !== authorised) {
    throw new Error(
      `${authorised} were acknowledged, ${payments} payments and ${transfers} transfers stand.`,
    );
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
