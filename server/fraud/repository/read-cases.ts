/** Reads of the review queue. Lists page by key. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { CaseState } from "../constants";
import type { CaseDetail, CaseNote, CaseRow, Signal } from "../types";

const CASE_COLUMNS = `
  c.id, c.payment_id as "paymentId", c.program_id as "programId", p.name as "programName",
  c.merchant_id as "merchantId", m.name as "merchantName", c.device_id as "deviceId", d.name as "deviceName",
  c.score, c.base_points as "basePoints", c.amount_micros as "amountMicros", c.currency,
  c.expected_loss_micros as "expectedLossMicros", c.headline, c.would_have_passed as "wouldHavePassed", c.state,
  c.opened_at as "openedAt", c.due_at as "dueAt", c.claimed_by as "claimedById", cu.name as "claimedByName",
  c.claim_expires_at as "claimExpiresAt", c.decided_by as "decidedById", du.name as "decidedByName", c.decided_at as "decidedAt",
  c.decision_note as "decisionNote", c.decision_reason as "decisionReason", ou.name as "overturnedByName",
  o.overturned_at as "overturnedAt", o.verdict as "overturnVerdict", o.reason as "overturnReason", o.note as "overturnNote"`;
const CASE_TABLES = `review_case c
  join program p on p.id = c.program_id
  join organisation m on m.id = c.merchant_id
  left join device d on d.id = c.device_id
  left join app_user cu on cu.id = c.claimed_by
  left join app_user du on du.id = c.decided_by
  left join case_overturn o on o.case_id = c.id
  left join app_user ou on ou.id = o.overturned_by`;

export interface CaseQuery {
  programId: Id<"program"> | null;
  states: readonly CaseState[];
  sort: "expected_loss" | "time_left" | "decided";
  claimedBy: Id<"user"> | null;
  after: { key: string; id: string } | null;
  limit: number;
}

const ORDERS = {
  expected_loss: {
    order: "c.expected_loss_micros desc, c.id",
    after:
      "(c.expected_loss_micros < $5::bigint or (c.expected_loss_micros = $5::bigint and c.id > $6::uuid))",
  },
  time_left: {
    order: "c.due_at, c.id",
    after: "(c.due_at, c.id) > ($5::timestamptz, $6::uuid)",
  },
  decided: {
    order: "c.decided_at desc, c.id",
    after: "(c.decided_at < $5::timestamptz or (c.decided_at = $5::timestamptz and c.id > $6::uuid))",
  },
} as const;

export async function listCases(tx: SqlTx, query: CaseQuery): Promise<CaseRow[]> {
  const { order, after } = ORDERS[query.sort];
  const params: unknown[] = [query.states, query.programId, query.claimedBy, query.limit];
  if (query.after) params.push(query.after.key, query.after.id);
  const { rows } = await tx.query<CaseRow>(
    `select ${CASE_COLUMNS} from ${CASE_TABLES}
     where c.state = any($1::text[]) and ($2::uuid is null or c.program_id = $2)
       and ($3::uuid is null or c.claimed_by = $3) and ${query.after ? after : "true"}
     order by ${order} limit $4`,
    params,
  );
  return rows;
}

export async function findCase(tx: SqlTx, caseId: Id<"case">): Promise<CaseDetail | null> {
  const { rows } = await tx.query<CaseRow>(`select ${CASE_COLUMNS} from ${CASE_TABLES} where c.id = $1`, [
    caseId,
  ]);
  const found = rows[0];
  if (!found) return null;
  const signals = await tx.query<Signal>(
    `select name, points, sentence, facts from case_signal where case_id = $1 order by ordinal`,
    [caseId],
  );
  const notes = await tx.query<CaseNote>(
    `select n.id, u.name as "authorName", n.at, n.text from case_note n join app_user u on u.id = n.author_id
     where n.case_id = $1 order by n.at, n.id`,
    [caseId],
  );
  return { ...found, signals: signals.rows, notes: notes.rows };
}

export async function findCaseIdOfPayment(tx: SqlTx, paymentId: Id<"payment">): Promise<Id<"case"> | null> {
  const { rows } = await tx.query<{ id: Id<"case"> }>(`select id from review_case where payment_id = $1`, [
    paymentId,
  ]);
  return rows[0]?.id ?? null;
}

export interface DueCase {
  id: Id<"case">;
  paymentId: Id<"payment">;
  programId: string;
}

export async function findDueCaseIds(
  tx: SqlTx,
  at: Date,
  limit: number,
  without: readonly string[],
): Promise<DueCase[]> {
  const { rows } = await tx.query<DueCase>(
    `select id, payment_id as "paymentId", program_id as "programId" from review_case
     where state in ('open', 'escalated') and due_at <= $1 and id <> all($3::uuid[]) order by due_at limit $2`,
    [at, limit, without],
  );
  return rows;
}

export interface QueueFigures {
  open: bigint;
  escalated: bigint;
  dueWithinHour: bigint;
  currency: Currency;
  expectedLossMicros: bigint;
}

export async function sumQueue(
  tx: SqlTx,
  at: Date,
  programId: Id<"program"> | null,
): Promise<QueueFigures[]> {
  const { rows } = await tx.query<QueueFigures>(
    `select currency, count(*) filter (where state = 'open') as open,
       count(*) filter (where state = 'escalated') as escalated,
       count(*) filter (where due_at <= $1::timestamptz + interval '1 hour') as "dueWithinHour",
       coalesce(sum(expected_loss_micros), 0)::bigint as "expectedLossMicros"
     from review_case where state in ('open', 'escalated') and ($2::uuid is null or program_id = $2)
     group by currency order by currency`,
    [at, programId],
  );
  return rows;
}
