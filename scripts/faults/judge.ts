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
    wrong.push(...(await judgeLedger(client)));
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

/** Recomputes every account's counters from the transfers, and the clearing account from the payments. */
async function judgeLedger(client: pg.Client): Promise<string[]> {
  const wrong: string[] = [];
  const counters = await client.query<{ id: string }>(`
    with t as (
      select x.*, p.amount as held from ledger.transfer x left join ledger.transfer p on p.id = x.pending_id),
    sides as (
      select debit_no as no,
        case when flags & 2 > 0 then amount when flags & (4 | 8 | 4096) > 0 then -held else 0 end as dp,
        case when flags & (2 | 8 | 4096) = 0 then amount else 0 end as d, 0 as cp, 0 as c from t
      union all
      select credit_no, 0, 0,
        case when flags & 2 > 0 then amount when flags & (4 | 8 | 4096) > 0 then -held else 0 end,
        case when flags & (2 | 8 | 4096) = 0 then amount else 0 end from t),
    sums as (select no, sum(dp) dp, sum(d) d, sum(cp) cp, sum(c) c from sides group by no)
    select a.id from ledger.account a left join sums s using (no)
    where (a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted)
      is distinct from (coalesce(s.dp, 0), coalesce(s.d, 0), coalesce(s.cp, 0), coalesce(s.c, 0))`);
  for (const row of counters.rows) wrong.push(`account ${row.id} does not add up to its transfers`);
  const clearing = await client.query<{ captured: string; cleared: string; pending: string; held: string }>(`
    select (select coalesce(sum(captured_micros), 0) from payment)::text as captured,
      (select coalesce(sum(credits_posted - debits_posted), 0) from ledger.account
        where code = ${ACCOUNT_CODES.clearing})::text as cleared,
      (select coalesce(sum(credits_pending), 0) from ledger.account
        where code = ${ACCOUNT_CODES.clearing})::text as pending,
      (select coalesce(sum(amount_micros), 0) from payment where state in ('authorised', 'in_review'))::text as held`);
  const sums = clearing.rows[0];
  if (sums?.captured !== sums?.cleared) wrong.push(`captured ${sums?.captured}, cleared ${sums?.cleared}`);
  if (sums?.pending !== sums?.held)
    wrong.push(`held by payments ${sums?.held}, by the ledger ${sums?.pending}`);
  return wrong;
}
