/** A fresh database with the product's own migrations, accounts to post between, and the raw table beside it. */
import pg from "pg";
import { v7 } from "uuid";
import { parseCodes, postStatement, type TransferEvent } from "@/server/ledger/repository/post-events";
import { binaryArray, type Cell, type ElementType } from "@/server/platform/binary-array";
import type { BenchHost } from "../server";

/** The other side of the hot account. */
export const OTHERS = 1_000;

export interface Bench {
  pool: pg.Pool;
  /** One connection on which the next call is sent before the last is answered. */
  lane: pg.Client;
  hot: string;
  others: string[];
  nos: Map<string, bigint>;
  close(): Promise<void>;
}

export async function prepare(host: BenchHost): Promise<Bench> {
  const { url, drop } = await host.createDatabase(true);
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  const ids = Array.from({ length: OTHERS + 1 }, () => v7());
  await owner.query("select ledger.create_accounts($1)", [
    JSON.stringify(ids.map((id) => ({ id, currency: "EUR", code: 50 }))),
  ]);
  await owner.query(
    "create table public.raw_transfer (like ledger.transfer including all); create sequence public.raw_seq",
  );
  await owner.query("vacuum analyze ledger.account");
  const { rows } = await owner.query<{ id: string; no: string }>("select id, no::text from ledger.account");
  await owner.end();
  const pool = new pg.Pool({ connectionString: url, max: 72 });
  pool.on("error", () => {});
  const lane = new pg.Client({ connectionString: url, pipeline: true });
  await lane.connect();
  return {
    pool,
    lane,
    hot: ids[0] as string,
    others: ids.slice(1),
    nos: new Map(rows.map((row) => [row.id, BigInt(row.no)])),
    async close() {
      await Promise.all([pool.end(), lane.end()]);
      await drop();
    },
  };
}

let turn = 0;

const ORIGIN = v7();
let drawn = 0;

/**
 * A UUIDv7 of this moment with a counter, so that ids rise. Making them up costs callers time that a batch of a
 * thousand would feel, and is no part of what is measured.
 */
function nextId(): string {
  const n = (++drawn).toString(16).padStart(8, "0");
  const ms = Date.now().toString(16).padStart(12, "0");
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${n.slice(0, 3)}-8${n.slice(3, 6)}-${n.slice(6)}${ORIGIN.slice(-10)}`;
}

/** One transfer from the hot account to one of the others, each in its turn. */
export function nextEvent(bench: Bench): TransferEvent {
  return {
    id: nextId(),
    debit: bench.hot,
    credit: bench.others[turn++ % bench.others.length] as string,
    amount: 1_250_000n,
    code: 3,
    flags: 0,
  };
}

/** A pending transfer like the others; its holder may post it in full. */
export const nextPending = (bench: Bench): TransferEvent => ({ ...nextEvent(bench), flags: 2 });

export const postingOf = (pending: TransferEvent): TransferEvent => ({
  id: nextId(),
  debit: null,
  credit: null,
  amount: null,
  code: 0,
  flags: 4,
  pending: pending.id,
});

export const batchOf = (bench: Bench, size: number): TransferEvent[] =>
  Array.from({ length: size }, () => nextEvent(bench));

type Queryable = pg.Pool | pg.Client;

export async function post(client: Queryable, events: readonly TransferEvent[]): Promise<void> {
  const { text, params } = postStatement(events);
  const { rows } = await client.query<{ codes: string }>({ name: "post", text, values: params });
  const odd = parseCodes(rows[0]?.codes ?? "").find((code) => code !== "created");
  if (odd) throw new Error(`A transfer of the bench was refused: ${odd}.`);
}

/**
 * The same rows into a table with the same columns, checks and indexes, and nothing asked. `bare` sends only what a
 * caller of the ledger knows and leaves sequence, times and counters to constants; otherwise every value is sent, as
 * whoever inserts whole rows has to.
 */
export async function insertRaw(
  bench: Bench,
  client: Queryable,
  events: readonly TransferEvent[],
  bare: boolean,
): Promise<void> {
  const column = <Type extends ElementType>(type: Type, cell: Cell<TransferEvent, Type>) =>
    binaryArray(type, events, cell);
  const known = [
    column("uuid", (event) => event.id),
    column("bigint", (event) => bench.nos.get(event.debit ?? "")),
    column("bigint", (event) => bench.nos.get(event.credit ?? "")),
    column("bigint", (event) => event.amount),
    column("smallint", (event) => event.code),
    column("smallint", (event) => event.flags),
  ];
  const into = `insert into public.raw_transfer (seq, recorded_at, effective_at, debit_no, credit_no, amount, debit_pending,
    debit_posted, credit_pending, credit_posted, id, timeout_seconds, code, flags)`;
  if (bare) {
    await client.query({
      name: "raw bare",
      text: `${into} select nextval('public.raw_seq'), clock_timestamp(), clock_timestamp(), u.d, u.c, u.a, 0, u.a, 0, u.a, u.id, 0, u.k, u.f
        from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::smallint[], $6::smallint[]) u(id, d, c, a, k, f)`,
      values: known,
    });
    return;
  }
  const now = new Date();
  const times = column("timestamptz", () => now);
  const zeros = column("bigint", () => 0);
  let seq = rawSeq;
  let posted = rawSeq;
  rawSeq += events.length;
  await client.query({
    name: "raw",
    text: `${into} select u.s, u.r, u.e, u.d, u.c, u.a, u.dp, u.dq, u.cp, u.cq, u.id, u.t, u.k, u.f
      from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::smallint[], $6::smallint[], $7::bigint[], $8::timestamptz[],
        $9::timestamptz[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::integer[])
        u(id, d, c, a, k, f, s, r, e, dp, dq, cp, cq, t)`,
    values: [
      ...known,
      column("bigint", () => ++seq),
      times,
      times,
      zeros,
      column("bigint", () => ++posted * 1_250_000),
      zeros,
      column("bigint", (event) => event.amount),
      column("integer", () => 0),
    ],
  });
}

/** Far above what `nextval` draws for the bare rows. */
let rawSeq = 1_000_000_000;

/** Fills the ledger up to `size` transfers through its own function, inside the server. */
export async function fill(bench: Bench, size: number, onProgress: (text: string) => void): Promise<void> {
  const batch = 5_000;
  const { rows } = await bench.pool.query<{ n: string }>("select count(*)::text as n from ledger.transfer");
  let held = Number(rows[0]?.n ?? 0);
  for (let turn = 0; held < size; turn++) {
    if (turn % 200 === 0) onProgress(`filling: ${held.toLocaleString("en")} of ${size.toLocaleString("en")}`);
    const n = Math.min(batch, size - held);
    await bench.pool.query(
      `select array_length(ledger.post_transfers(array(select uuidv7() from generate_series(1, $1::integer)),
         array_fill($2::uuid, array[$1::integer]), array(select ($3::uuid[])[1 + (g * 7 + $4::integer) % ${OTHERS}] from generate_series(1, $1::integer) g),
         array_fill(1250000::bigint, array[$1::integer]), array_fill(3::smallint, array[$1::integer])), 1)`,
      [n, bench.hot, bench.others, turn % 1000],
    );
    held += n;
  }
  await bench.pool.query("vacuum analyze ledger.transfer");
  await bench.pool.query("checkpoint");
}
