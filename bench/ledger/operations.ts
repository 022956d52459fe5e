/** What the ledger does for its callers, each as a turn that gives the milliseconds of one operation. */
import type pg from "pg";
import { median, timed } from "../measure";
import { lineOf } from "./callers";
import { type Bench, batchOf, nextEvent, nextPending, post, postingOf } from "./setup";

/** A ledger with what its operations need: a connection, a line for single callers, and moments and ids to ask for. */
export interface Subject {
  bench: Bench;
  client: pg.PoolClient;
  line: ReturnType<typeof lineOf>;
  ids: string[];
  from: number;
  span: number;
}

export async function openSubject(bench: Bench): Promise<Subject> {
  const client = await bench.pool.connect();
  // So that both subjects have run the usual batch, grown their first pages, and can be read.
  for (let i = 0; i < 20; i++) await post(client, batchOf(bench, 1000));
  // What autovacuum does every minute, so that no measure depends on how long ago that was.
  await client.query("vacuum ledger.account");
  const bounds = await client.query<{ from: Date; until: Date }>(
    `select (select recorded_at from ledger.transfer order by seq limit 1) as from,
       (select recorded_at from ledger.transfer order by seq desc limit 1) as until`,
  );
  const from = bounds.rows[0]?.from.getTime() ?? 0;
  const until = bounds.rows[0]?.until.getTime() ?? 0;
  const { rows } = await client.query<{ id: string }>(
    `select id from ledger.transfer where seq in (
       select 1 + floor(random() * (select max(seq) from ledger.transfer))::bigint from generate_series(1, 2000))`,
  );
  return { bench, client, line: lineOf(bench), ids: rows.map((row) => row.id), from, span: until - from };
}

const SINGLES = { callers: 16, each: 20 };
const PAIR = 250;
const READS = 60;

export const batches = async ({ bench, client }: Subject): Promise<number> => {
  const events = batchOf(bench, 1000);
  return (await timed(() => post(client, events))) / 1000;
};

const singles = async ({ bench, line }: Subject): Promise<number> => {
  const work = Array.from({ length: SINGLES.callers }, async () => {
    for (let n = 0; n < SINGLES.each; n++) await line(nextEvent(bench));
  });
  return (await timed(() => Promise.all(work))) / (SINGLES.callers * SINGLES.each);
};

const twoPhase = async ({ bench, client }: Subject): Promise<number> => {
  const pending = Array.from({ length: PAIR }, () => nextPending(bench));
  const postings = pending.map(postingOf);
  const taken = await timed(async () => {
    await post(client, pending);
    await post(client, postings);
  });
  return taken / PAIR;
};

/** The middle one of many reads, one after another, each of something else. */
const readEach =
  (read: (subject: Subject) => Promise<unknown>) =>
  async (subject: Subject): Promise<number> => {
    const costs: number[] = [];
    for (let n = 0; n < READS; n++) costs.push(await timed(() => read(subject)));
    return median(costs);
  };

const anyOf = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T;

/** Half of them of the hot account, half of one of the others, at any moment of the ledger's life. */
const pastBalance = (by: "recorded" | "effective") =>
  readEach(({ bench, client, from, span }) =>
    client.query({
      name: by,
      text: `select * from ledger.balance_${by}_at($1, $2)`,
      values: [
        Math.random() < 0.5 ? bench.hot : anyOf(bench.others),
        new Date(from + Math.random() * span).toISOString(),
      ],
    }),
  );

export const keyRead = readEach(({ client, ids }) =>
  client.query({ name: "key", text: "select * from ledger.transfer where id = $1", values: [anyOf(ids)] }),
);
export const pastByLedgerTime = pastBalance("recorded");
export const pastByBusinessTime = pastBalance("effective");

export const OPERATIONS: readonly { name: string; turns: number; run(subject: Subject): Promise<number> }[] =
  [
    { name: "a transfer in batches of 1,000", turns: 10, run: batches },
    { name: "a single transfer, 16 callers through group commit", turns: 20, run: singles },
    { name: "a pending transfer and its posting, 250 a call", turns: 10, run: twoPhase },
    { name: "a past balance by ledger time", turns: 10, run: pastByLedgerTime },
    { name: "a past balance by business time", turns: 10, run: pastByBusinessTime },
    { name: "a transfer read by its key", turns: 10, run: keyRead },
  ];
