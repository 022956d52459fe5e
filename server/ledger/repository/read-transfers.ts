import type { SqlTx } from "@/server/platform/db";
import { TRANSFER_CODES, TRANSFER_FLAGS, type TransferCode } from "../constants";
import type { AccountTransfer, Page, PendingState, Transfer, TransferKind } from "../types";

interface TransferRow {
  id: string;
  seq: bigint;
  cursor: bigint;
  debit_id: string;
  credit_id: string;
  amount: bigint;
  currency: string;
  code: number;
  flags: number;
  pending_id: string | null;
  timeout_seconds: number;
  journal_id: string | null;
  effective_at: Date;
  recorded_at: Date;
  resolved_by: number | null;
  overdue: boolean;
  debit_pending: bigint;
  debit_posted: bigint;
  credit_pending: bigint;
  credit_posted: bigint;
}

/** `t` is the transfer; the accounts' ids and what became of a pending one are looked up by key. */
const SELECT = `select t.*, (extract(epoch from t.recorded_at) * 1000000)::bigint as cursor, d.id as debit_id,
  c.id as credit_id, d.currency,
  (select r.flags from ledger.transfer r where r.pending_id = t.id) as resolved_by,
  t.timeout_seconds > 0 and t.recorded_at + t.timeout_seconds * interval '1 second' <= clock_timestamp() as overdue`;
const JOINS = `join ledger.account d on d.no = t.debit_no join ledger.account c on c.no = t.credit_no`;

const CODE_NAMES = new Map<number, TransferCode>(
  Object.entries(TRANSFER_CODES).map(([name, code]) => [code, name as TransferCode]),
);

function kindOf(flags: number): TransferKind {
  if (flags & TRANSFER_FLAGS.pending) return "pending";
  if (flags & TRANSFER_FLAGS.post_pending) return "post_pending";
  if (flags & TRANSFER_FLAGS.void_pending) return "void_pending";
  return flags & TRANSFER_FLAGS.expiry ? "expiry" : "posted";
}

function stateOf(row: TransferRow): PendingState | null {
  if ((row.flags & TRANSFER_FLAGS.pending) === 0) return null;
  if (row.resolved_by === null) return row.overdue ? "expired" : "pending";
  if (row.resolved_by & TRANSFER_FLAGS.post_pending) return "posted";
  return row.resolved_by & TRANSFER_FLAGS.void_pending ? "voided" : "expired";
}

function toTransfer(row: TransferRow): Transfer {
  return {
    id: row.id,
    seq: row.seq,
    kind: kindOf(row.flags),
    debitAccountId: row.debit_id,
    creditAccountId: row.credit_id,
    amountMicros: row.amount,
    currency: row.currency,
    code: CODE_NAMES.get(row.code) ?? null,
    linked: (row.flags & TRANSFER_FLAGS.linked) !== 0,
    pendingId: row.pending_id,
    timeoutSeconds: row.timeout_seconds,
    journalId: row.journal_id,
    effectiveAt: row.effective_at,
    recordedAt: row.recorded_at,
    state: stateOf(row),
    debitAccountAfter: { debitsPending: row.debit_pending, debitsPosted: row.debit_posted },
    creditAccountAfter: { creditsPending: row.credit_pending, creditsPosted: row.credit_posted },
  };
}

export async function findTransfersById(tx: SqlTx, ids: readonly string[]): Promise<Transfer[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.query<TransferRow>(
    `${SELECT} from ledger.transfer t ${JOINS} where t.id = any($1::uuid[]) order by t.seq`,
    [ids],
  );
  return rows.map(toTransfer);
}

/** All legs of one business event, in the order in which they were posted. */
export async function findTransfersByJournal(tx: SqlTx, journalId: string): Promise<Transfer[]> {
  const { rows } = await tx.query<TransferRow>(
    `${SELECT} from ledger.transfer t ${JOINS} where t.journal_id = $1 order by t.seq`,
    [journalId],
  );
  return rows.map(toTransfer);
}

export interface HistoryPage {
  cursor?: string | null;
  limit: number;
  /** Newest first unless "forward". */
  direction?: "forward" | "backward";
  sides?: "both" | "debit" | "credit";
  /** Ledger time, both ends included; a text keeps the microseconds that a Date cannot. */
  from?: Date | string;
  until?: Date | string;
}

interface AccountTransferRow extends TransferRow {
  is_debit: boolean;
  other_pending: bigint | null;
  other_posted: bigint | null;
}

/**
 * The transfers of one account in ledger order, each with the account's counters after it; look-ups in the two
 * account indexes, whatever the account's size.
 */
export async function listTransfersOfAccount(
  tx: SqlTx,
  accountId: string,
  page: HistoryPage,
): Promise<Page<AccountTransfer>> {
  const forward = page.direction === "forward";
  const order = forward ? "asc" : "desc";
  const beyond = forward ? ">" : "<";
  const leg = (column: "debit_no" | "credit_no") => `(
    select *, ${column === "debit_no"} as is_debit from ledger.transfer
    where ${column} = (select no from ledger.account where id = $1)
      and ($2::bigint is null or recorded_at ${beyond} timestamptz 'epoch' + $2 * interval '1 microsecond')
      and ($3::timestamptz is null or recorded_at >= $3) and ($4::timestamptz is null or recorded_at <= $4)
    order by recorded_at ${order} limit $5)`;
  const legs = [
    ...(page.sides === "credit" ? [] : [leg("debit_no")]),
    ...(page.sides === "debit" ? [] : [leg("credit_no")]),
  ];
  // The counters of the other side are those after the last leg of that side before this one.
  const { rows } = await tx.query<AccountTransferRow>(
    `${SELECT}, o.pending as other_pending, o.posted as other_posted
     from (${legs.join(" union all ")}) t ${JOINS}
     left join lateral (
       (select q.credit_pending as pending, q.credit_posted as posted from ledger.transfer q
         where t.is_debit and q.credit_no = t.debit_no and q.recorded_at < t.recorded_at order by q.recorded_at desc limit 1)
       union all
       (select q.debit_pending, q.debit_posted from ledger.transfer q
         where not t.is_debit and q.debit_no = t.credit_no and q.recorded_at < t.recorded_at order by q.recorded_at desc limit 1)
     ) o on true
     order by t.recorded_at ${order} limit $5`,
    [accountId, page.cursor ?? null, page.from ?? null, page.until ?? null, page.limit + 1],
  );
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    rows: shown.map(toAccountTransfer),
    nextCursor: rows.length > page.limit && last ? last.cursor.toString() : null,
  };
}

function toAccountTransfer(row: AccountTransferRow): AccountTransfer {
  const other = { pending: row.other_pending ?? 0n, posted: row.other_posted ?? 0n };
  return {
    ...toTransfer(row),
    side: row.is_debit ? "debit" : "credit",
    balanceAfter: row.is_debit
      ? {
          debitsPending: row.debit_pending,
          debitsPosted: row.debit_posted,
          creditsPending: other.pending,
          creditsPosted: other.posted,
        }
      : {
          debitsPending: other.pending,
          debitsPosted: other.posted,
          creditsPending: row.credit_pending,
          creditsPosted: row.credit_posted,
        },
  };
}

/** Every transfer in order of sequence, newest first unless `forward`. */
export async function listTransfersBySeq(
  tx: SqlTx,
  page: { cursor?: string | null; limit: number; direction?: "forward" | "backward" },
): Promise<Page<Transfer>> {
  const forward = page.direction === "forward";
  const { rows } = await tx.query<TransferRow>(
    `${SELECT} from (select * from ledger.transfer where ($1::bigint is null or seq ${forward ? ">" : "<"} $1)
       order by seq ${forward ? "asc" : "desc"} limit $2) t ${JOINS} order by t.seq ${forward ? "asc" : "desc"}`,
    [page.cursor ?? null, page.limit + 1],
  );
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    rows: shown.map(toTransfer),
    nextCursor: rows.length > page.limit && last ? last.seq.toString() : null,
  };
}
