import type { SqlTx } from "@/server/platform/db";
import { TRANSFER_CODES, TRANSFER_FLAGS, type TransferCode } from "../constants";
import type { Balance, Page, PendingState, Transfer, TransferKind } from "../types";

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
  debit_dp: bigint;
  debit_d: bigint;
  debit_cp: bigint;
  debit_c: bigint;
  credit_dp: bigint;
  credit_d: bigint;
  credit_cp: bigint;
  credit_c: bigint;
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

function balance(dp: bigint, d: bigint, cp: bigint, c: bigint): Balance {
  return { debitsPending: dp, debitsPosted: d, creditsPending: cp, creditsPosted: c };
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
    debitBalance: balance(row.debit_dp, row.debit_d, row.debit_cp, row.debit_c),
    creditBalance: balance(row.credit_dp, row.credit_d, row.credit_cp, row.credit_c),
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
  /** Ledger time, both ends included. */
  from?: Date;
  until?: Date;
}

/** The transfers of one account in ledger order; a look-up in the two account indexes, whatever the account's size. */
export async function listTransfersOfAccount(
  tx: SqlTx,
  accountId: string,
  page: HistoryPage,
): Promise<Page<Transfer>> {
  const forward = page.direction === "forward";
  const order = forward ? "asc" : "desc";
  const beyond = forward ? ">" : "<";
  const leg = (column: "debit_no" | "credit_no") => `(
    select * from ledger.transfer
    where ${column} = (select no from ledger.account where id = $1)
      and ($2::bigint is null or recorded_at ${beyond} timestamptz 'epoch' + $2 * interval '1 microsecond')
      and ($3::timestamptz is null or recorded_at >= $3) and ($4::timestamptz is null or recorded_at <= $4)
    order by recorded_at ${order} limit $5)`;
  const legs = [
    ...(page.sides === "credit" ? [] : [leg("debit_no")]),
    ...(page.sides === "debit" ? [] : [leg("credit_no")]),
  ];
  const { rows } = await tx.query<TransferRow>(
    `${SELECT} from (${legs.join(" union all ")}) t ${JOINS} order by t.recorded_at ${order} limit $5`,
    [accountId, page.cursor ?? null, page.from ?? null, page.until ?? null, page.limit + 1],
  );
  return toPage(rows, page.limit, (row) => row.cursor.toString());
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
  return toPage(rows, page.limit, (row) => row.seq.toString());
}

function toPage(rows: TransferRow[], limit: number, cursorOf: (row: TransferRow) => string): Page<Transfer> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown.map(toTransfer), nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}
