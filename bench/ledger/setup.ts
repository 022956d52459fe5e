/** A fresh database with the product's own migrations, accounts to post between, and the raw table beside it. */
import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { v7 } from "uuid";
import { startPostgres } from "@/scripts/postgres";
import { parseCodes, postStatement, type TransferEvent } from "@/server/ledger/repository/post-events";
import { migrate } from "@/server/platform/migrate";

const MIGRATIONS = join(import.meta.dirname, "../../prisma/migrations");
/** The other side of the hot account. */
export const OTHERS = 1_000;

export interface Bench {
  pool: pg.Pool;
  url: string;
  hot: string;
  others: string[];
  nos: Map<string, string>;
  close(): Promise<void>;
}

export async function prepare(serverUrl: string | null): Promise<Bench> {
  const server = serverUrl
    ? null
    : await startPostgres({ dataDir: join(await mkdtemp(join(tmpdir(), "purse-bench-")), "data") });
  const base = serverUrl ?? server?.url ?? "";
  const name = `bench_${randomBytes(4).toString("hex")}`;
  const admin = new pg.Client({ connectionString: base });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  const owner = new pg.Client({ connectionString: url.toString() });
  await owner.connect();
  await migrate(owner, MIGRATIONS);
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
  const pool = new pg.Pool({ connectionString: url.toString(), max: 72 });
  pool.on("error", () => {});
  return {
    pool,
    url: url.toString(),
    hot: ids[0] as string,
    others: ids.slice(1),
    nos: new Map(rows.map((row) => [row.id, row.no])),
    async close() {
      await pool.end();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
      await server?.destroy();
    },
  };
}

let turn = 0;

/** One transfer from the hot account to one of the others, each in its turn. */
export function nextEvent(bench: Bench): TransferEvent {
  return {
    id: v7(),
    debit: bench.hot,
    credit: bench.others[turn++ % bench.others.length] as string,
    amount: 1_250_000n,
    code: 3,
    flags: 0,
  };
}

export const batchOf = (bench: Bench, size: number): TransferEvent[] =>
  Array.from({ length: size }, () => nextEvent(bench));

type Queryable = Pick<pg.Pool, "query">;

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
  const column = (cell: (event: TransferEvent, index: number) => unknown) =>
    `{${events.map(cell).join(",")}}`;
  const known = [
    column((event) => event.id),
    column((event) => bench.nos.get(event.debit ?? "")),
    column((event) => bench.nos.get(event.credit ?? "")),
    column((event) => event.amount),
    column((event) => event.code),
    column((event) => event.flags),
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
  const at = new Date().toISOString().slice(0, -1);
  const micros = column((_, index) => `${at}${String(index % 1000).padStart(3, "0")}Z`);
  rawSeq += events.length;
  const end = rawSeq;
  await client.query({
    name: "raw",
    text: `${into} select u.s, u.r, u.e, u.d, u.c, u.a, u.dp, u.dq, u.cp, u.cq, u.id, u.t, u.k, u.f
      from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::smallint[], $6::smallint[], $7::bigint[], $8::timestamptz[],
        $9::timestamptz[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::integer[])
        u(id, d, c, a, k, f, s, r, e, dp, dq, cp, cq, t)`,
    values: [
      ...known,
      column((_, index) => end + index),
      micros,
      micros,
      column(() => 0),
      column((_, index) => (end + index) * 1_250_000),
      column(() => 0),
      column((event) => event.amount),
      column(() => 0),
    ],
  });
}

/** Far above what `nextval` draws for the bare rows. */
let rawSeq = 1_000_000_000;

/** Fills the ledger up to `size` transfers through its own function, inside the server. */
export async function fill(bench: Bench, size: number, onProgress: (text: string) => void): Promise<void> {
  const batch = 5_000;
  for (;;) {
    const { rows } = await bench.pool.query<{ n: string }>("select count(*)::text as n from ledger.transfer");
    const missing = size - Number(rows[0]?.n ?? 0);
    if (missing <= 0) break;
    onProgress(`filling: ${size - missing} of ${size}`);
    for (let i = 0; i < 40 && i * batch < missing; i++) {
      const n = Math.min(batch, missing - i * batch);
      await bench.pool.query(
        `select array_length(ledger.post_transfers(array(select uuidv7() from generate_series(1, $1::integer)),
           array_fill($2::uuid, array[$1::integer]), array(select ($3::uuid[])[1 + (g * 7 + $4::integer) % ${OTHERS}] from generate_series(1, $1::integer) g),
           array_fill(1250000::bigint, array[$1::integer]), array_fill(3::smallint, array[$1::integer])), 1)`,
        [n, bench.hot, bench.others, i],
      );
    }
  }
  await bench.pool.query("vacuum analyze ledger.transfer");
  await bench.pool.query("checkpoint");
}
