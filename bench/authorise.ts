/**
 * Signed payments over HTTP to the gateway, against the floor that floor.ts describes: both processes on one database
 * server with default durability, loaded in turn by the same devices.
 */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort } from "@/scripts/postgres";
import type { LoadOrder, LoadResult, LoadSetUp } from "./authorise/load";
import { populate } from "./authorise/populate";
import { median, type Row } from "./measure";
import type { BenchOptions, BenchReport } from "./run";
import { openServer } from "./server";

const DEVICES = 200;
const WALLETS = 20_000;
const CALLERS = [16, 64] as const;

export async function run(options: BenchOptions): Promise<BenchReport> {
  const server = await openServer(options.serverUrl);
  const children: ChildProcess[] = [];
  try {
    process.env.DATABASE_URL = server.databaseUrl;
    process.env.NEXTAUTH_SECRET ??= "a-secret-for-benches-only";
    process.env.LOG_LEVEL ??= "error";
    const population = await populate({ devices: DEVICES, wallets: WALLETS });
    const version = await withClient(server.databaseUrl, async (client) => {
      await client.query("create table bench_floor (id uuid primary key, at timestamptz not null)");
      await client.query("grant insert on bench_floor to purse_app");
      await client.query("vacuum analyze");
      const { rows } = await client.query<{ server_version: string }>("show server_version");
      return rows[0]?.server_version ?? "?";
    });
    const start = (file: string, args: string[], variables: Record<string, string>) => {
      const child = fork(join(import.meta.dirname, file), args, {
        execArgv: ["--import", "tsx"],
        env: { ...process.env, ...variables },
      });
      children.push(child);
      return child;
    };
    const [gatewayPort, floorPort] = [await freePort(), await freePort()];
    const gateway = `http://127.0.0.1:${gatewayPort}`;
    const floor = `http://127.0.0.1:${floorPort}`;
    start("../server/entry/gateway.ts", [], {
      PURSE_GATEWAY_PORT: String(gatewayPort),
      PURSE_GATEWAY_URL: gateway,
    });
    start("authorise/floor.ts", [String(floorPort)], {});
    await Promise.all([answers(gateway), answers(floor)]);
    const devices = new Devices(start("authorise/load.ts", [], {}), gateway);
    await devices.setUp(population);
    const rows = await measure(devices, { gateway, floor }, options);
    await check(server.databaseUrl, devices.authorised);
    return {
      name: "authorise",
      compared:
        "Signed POST /v1/payments to the gateway (signature, device, limits, funds, risk, hold; half captured at once)\n" +
        "against the same HTTP server that answers as many bytes after one single-row commit through the same pool and\n" +
        "group commit. Open loop: requests come at a fixed rate and latency counts from when each was due.",
      rows,
      versions: { PostgreSQL: version, node: process.version },
    };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await server.close();
  }
}

type Sides = Record<"gateway" | "floor", string>;

async function measure(devices: Devices, sides: Sides, options: BenchOptions): Promise<Row[]> {
  const rounds = Math.max(3, Math.round(options.rounds / 3));
  const rows: Row[] = [];
  /** Both sides in turn, the first to go changing; medians of their figures. */
  const both = async (order: Omit<LoadOrder, "url">) => {
    const results: Record<keyof Sides, LoadResult[]> = { gateway: [], floor: [] };
    for (let round = 0; round < rounds; round++) {
      const turns = round % 2 === 0 ? (["gateway", "floor"] as const) : (["floor", "gateway"] as const);
      for (const side of turns) results[side].push(await devices.send({ ...order, url: sides[side] }));
    }
    return results;
  };
  const add = (row: Row) => {
    rows.push(row);
    options.onProgress(`${row.measure}: ${row.result} against ${row.against}, ${row.ratio?.toFixed(2)}`);
  };
  for (const side of [sides.gateway, sides.floor]) await devices.send({ url: side, seconds: 2, callers: 64 });
  let half = 0;
  for (const callers of CALLERS) {
    const { gateway, floor } = await both({ seconds: options.seconds, callers });
    const ratio = median(gateway.map((one) => one.perSecond)) / median(floor.map((one) => one.perSecond));
    half = median(gateway.map((one) => one.perSecond)) / 2;
    add({
      measure: `${callers} callers, closed loop (p50/p95/p99)`,
      result: describe(gateway),
      against: describe(floor),
      ratio,
      bar: callers === 64 ? "≥ 0.5" : "",
      holds: callers === 64 ? ratio >= 0.5 : null,
      detail: { gateway, floor },
    });
  }
  const { gateway, floor } = await both({ seconds: options.seconds, perSecond: half });
  const p99 = (results: LoadResult[]) => median(results.map((one) => one.p99));
  add({
    measure: `open loop at half of that, ${Math.round(half)}/s (p50/p95/p99)`,
    result: describe(gateway),
    against: describe(floor),
    ratio: p99(gateway) / p99(floor),
    bar: "p99 ≤ 3",
    holds: p99(gateway) <= 3 * p99(floor),
    detail: { gateway, floor },
  });
  return rows;
}

function describe(results: LoadResult[]): string {
  const of = (figure: (one: LoadResult) => number) => median(results.map(figure));
  const latency = [of((one) => one.p50), of((one) => one.p95), of((one) => one.p99)];
  return `${Math.round(of((one) => one.perSecond)).toLocaleString("en")}/s ${latency.map((ms) => ms.toFixed(1)).join("/")} ms`;
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
      this.child.once("message", resolve);
      this.child.once("exit", () => reject(new Error("The devices ended.")));
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
