/** Holds what devices were told against what the database holds: each acknowledged effect once, nothing besides. */
import pg from "pg";
import { ACCOUNT_CODES } from "@/server/ledger/constants";
import type { Asked } from "./load";

interface Row {
  external_ref: string;
  id: string;
  state: string;
  captured: string;
}

/** The sentences of everything that is wrong; empty when all is well. */
export async function judge(databaseUrl: string, asked: readonly Asked[]): Promise<string[]> {
  const { toPublicId } = await import("@/server/platform/ids");
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const wrong: string[] = [];
  try {
    const { rows } = await client.query<Row>(
      "select external_ref, id, state, captured_micros::text as captured from payment where source = 'device'",
    );
    const byRef = new Map(rows.map((row) => [row.external_ref, row]));
    const payments = asked.filter((message) => message.path === "/v1/payments");
    if (rows.length !== byRef.size) wrong.push(`${rows.length - byRef.size} payments are there twice`);
    const accepted = payments.filter((message) => [201, 202, 402].includes(message.answers[0]?.status ?? 0));
    if (accepted.length !== payments.length) {
      const other = payments.find((message) => !accepted.includes(message));
      wrong.push(
        `${payments.length - accepted.length} payments were refused: ${JSON.stringify(other?.answers[0])}`,
      );
    }
    if (rows.length !== accepted.length) {
      wrong.push(`${accepted.length} payments were asked for and answered, ${rows.length} are stored`);
    }
    for (const message of asked) {
      // A repeated batch of usage says "duplicate" where the first answer said "recorded"; that is checked below.
      if (message.path === "/v1/usage") continue;
      const bodies = new Set(
        message.answers.map((answer) => JSON.stringify(answer.body.code ?? [answer.status, answer.body])),
      );
      if (bodies.size !== 1) wrong.push(`${message.path} ${message.key} was answered in ${bodies.size} ways`);
    }
    for (const message of payments) {
      const row = byRef.get(`${message.device.uuid}:${message.key}`);
      const told = message.answers[0];
      if (!row || !told) {
        wrong.push(`payment ${message.key} was acknowledged and is not stored`);
        continue;
      }
      if (told.body.id !== toPublicId("payment", row.id)) wrong.push(`payment ${message.key} has another id`);
      const expected = expectedOf(message);
      if (row.state !== expected.state || BigInt(row.captured) !== expected.captured) {
        wrong.push(
          `payment ${message.key} is ${row.state} ${row.captured}, not ${expected.state} ${expected.captured}`,
        );
      }
    }
    wrong.push(...(await judgeUsage(client, asked)));
    wrong.push(...(await judgeMoney(client)));
  } finally {
    await client.end();
  }
  return wrong;
}

function expectedOf(message: Asked): { state: string; captured: bigint } {
  const state = String(message.answers[0]?.body.state);
  const capture = message.capture?.answers[0];
  if (capture?.status === 200)
    return { state: "captured", captured: BigInt(message.capture?.cents ?? 0) * 10_000n };
  return { state, captured: state === "captured" ? BigInt(message.cents) * 10_000n : 0n };
}

interface UsageBody {
  records: { key: string; amount: { amount: string } }[];
}

/** Every acknowledged record is there once with its exact amount, and the windows hold all of them. */
async function judgeUsage(client: pg.Client, asked: readonly Asked[]): Promise<string[]> {
  const wrong: string[] = [];
  const expected = new Map<string, bigint>();
  for (const message of asked) {
    if (message.path !== "/v1/usage") continue;
    const told = message.answers.at(-1);
    if (told?.status !== 200) wrong.push(`usage ${message.key} was answered ${told?.status}`);
    else if (Number(told.body.refused) > 0) wrong.push(`usage ${message.key} has refused records`);
    for (const { key, amount } of (message.body as UsageBody).records) {
      expected.set(key, BigInt(amount.amount.replace(".", "")));
    }
  }
  const { rows } = await client.query<{ key: string; micros: string }>(
    "select record_key as key, (amount_micros + covered_micros)::text as micros from usage_record",
  );
  if (rows.length !== expected.size) {
    wrong.push(`${expected.size} usage records were acknowledged, ${rows.length} are stored`);
  }
  for (const row of rows) {
    if (expected.get(row.key) !== BigInt(row.micros))
      wrong.push(`usage record ${row.key} has another amount`);
  }
  const windows = await client.query<{ id: string }>(
    `select w.id from usage_window w left join lateral
       (select coalesce(sum(amount_micros), 0) as micros, count(*) as records from usage_record where window_id = w.id) r on true
     where w.total_micros <> r.micros or w.record_count <> r.records
       or (w.state = 'closed' and w.carried_in_micros + w.owed_in_micros + w.total_micros <> w.carried_out_micros + w.owed_out_micros
           + coalesce((select amount_micros from payment where id = w.payment_id and state <> 'declined'), 0))`,
  );
  for (const row of windows.rows) wrong.push(`usage window ${row.id} does not add up to its records`);
  return wrong;
}

/** The ledger's own proof, clearing against what is not split yet, and every split against its payment. */
async function judgeMoney(client: pg.Client): Promise<string[]> {
  const { withScope, closePool } = await import("@/server/platform/db");
  const { mintSystemScope } = await import("@/server/platform/scope");
  const { verifyLedgerAtOnce } = await import("@/server/ledger/service");
  const { findings } = await withScope(mintSystemScope("faults"), (tx) => verifyLedgerAtOnce(tx));
  await closePool();
  const wrong = findings.filter(({ severity }) => severity === "broken").map(({ message }) => message);
  // One statement sees one moment, whatever the worker is about.
  const { rows } = await client.query<{ what: string; left: string; right: string }>(`
    select 'captured and not split, in clearing' as what,
      (select coalesce(sum(captured_micros), 0) from payment where allocated_at is null)::text as left,
      (select coalesce(sum(credits_posted - debits_posted), 0) from ledger.account
        where code = ${ACCOUNT_CODES.clearing})::text as right
    union all select 'held by payments, by the ledger',
      (select coalesce(sum(amount_micros), 0) from payment where state in ('authorised', 'in_review'))::text,
      (select coalesce(sum(credits_pending), 0) from ledger.account where code = ${ACCOUNT_CODES.clearing})::text
    union all select 'split payments, their legs',
      (select coalesce(sum(captured_micros), 0) from payment where allocated_at is not null)::text,
      (select coalesce(sum(amount_micros), 0) from allocation_leg)::text
    union all select 'payments split in part', '0',
      (select count(*) from payment p where allocated_at is not null and captured_micros
        <> (select coalesce(sum(amount_micros), 0) from allocation_leg l where l.payment_id = p.id))::text`);
  for (const { what, left, right } of rows) if (left !== right) wrong.push(`${what}: ${left}, ${right}`);
  return wrong;
}

/** Seconds until clearing is empty when nothing comes in any more, or null when it is not within `limitSeconds`. */
export async function secondsUntilCleared(databaseUrl: string, limitSeconds: number): Promise<number | null> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const started = Date.now();
    while (Date.now() - started < limitSeconds * 1000) {
      const { rows } = await client.query<{ left: string }>(
        `select coalesce(sum(abs(credits_posted - debits_posted)), 0)::text as left from ledger.account
         where code = ${ACCOUNT_CODES.clearing}`,
      );
      if (rows[0]?.left === "0") return (Date.now() - started) / 1000;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return null;
  } finally {
    await client.end();
  }
}
