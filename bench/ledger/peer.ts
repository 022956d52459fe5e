/** Another Postgres ledger on the bench's own server, or in a database that an option names, behind an adapter. */
import { readFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import pg from "pg";
import type { BenchHost } from "../server";
import { type Adapter, readAdapter } from "./adapter";

export interface Peer {
  name: string;
  bars: Adapter["bars"];
  where: string;
  post(): Promise<void>;
  /** Null when its adapter says no way to post several in one call. */
  postBatch: ((size: number) => Promise<void>) | null;
  /** Compares what it holds with what it acknowledged, and closes. */
  close(): Promise<void>;
}

export const PEER_OPTIONS = ["peer", "peer-load", "peer-url"] as const;

const AMOUNT = "1.25";

/** Null when no peer is asked for. `--peer` is a name in bench/peers or a file. */
export async function openPeer(
  host: BenchHost,
  own: Record<string, string | undefined>,
): Promise<Peer | null> {
  const { peer, "peer-load": load, "peer-url": url } = own;
  if (!peer) {
    if (load || url) throw new Error("--peer names the adapter of the ledger that was given.");
    return null;
  }
  if (Boolean(load) === Boolean(url))
    throw new Error("A peer is loaded by --peer-load or stands at --peer-url.");
  const file = /^[\w-]+$/.test(peer)
    ? join(import.meta.dirname, "../peers", `${peer}.adapter.sql`)
    : isAbsolute(peer)
      ? peer
      : resolve(peer);
  const adapter = readAdapter(await readFile(file, "utf8"));
  const database = url ? null : await host.createDatabase(false);
  const connectionString = url ?? database?.url ?? "";
  const owner = new pg.Client({ connectionString });
  await owner.connect();
  for (const path of load?.split(",") ?? []) await owner.query(await readFile(path, "utf8"));
  for (const statement of adapter.prepare) await owner.query(statement);
  const { rows } = await owner.query<Record<string, unknown>>(adapter.accounts);
  const [hot, ...others] = rows.map((row) => String(Object.values(row)[0]));
  if (!hot || others.length === 0) throw new Error("The adapter's accounts are fewer than two.");
  const count = async () => {
    if (!adapter.count) return null;
    const counted = await owner.query<Record<string, unknown>>(adapter.count);
    return Number(Object.values(counted.rows[0] ?? {})[0]);
  };
  const before = await count();
  const pool = new pg.Pool({ connectionString, max: 20 });
  pool.on("error", () => {});
  let turn = 0;
  let acknowledged = 0;
  const next = () => others[turn++ % others.length] as string;
  const { post, batch } = adapter;
  return {
    name: adapter.name,
    bars: adapter.bars,
    where: url ? "in a database of its own server" : "in a fresh database on the same server",
    async post() {
      await pool.query({ name: "peer", text: post, values: [hot, next(), AMOUNT] });
      acknowledged++;
    },
    postBatch: batch
      ? async (size) => {
          const to = Array.from({ length: size }, next);
          await pool.query({ name: "peer batch", text: batch, values: [hot, to, AMOUNT] });
          acknowledged += size;
        }
      : null,
    async close() {
      const after = await count();
      await pool.end();
      await owner.end();
      await database?.drop();
      if (before !== null && after !== null && after - before !== acknowledged)
        throw new Error(
          `${adapter.name} acknowledged ${acknowledged} transfers and holds ${after - before}.`,
        );
    },
  };
}
