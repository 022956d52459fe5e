/** The queries of a case file, answered from the ledger's own reads; rows are cells as the file writes them. */
import type { SqlTx } from "@/server/platform/db";
import { listTransfersBySeq, listTransfersOfAccount } from "../repository/read-transfers";
import type { AccountTransfer, Transfer } from "../types";
import {
  amountOf,
  cellNumber,
  codeOf,
  currencyOf,
  effectiveOf,
  numberOfUuid,
  uuidOf,
} from "./translate-values";

const MOST = 8190;

export type Query =
  | "get_account_transfers"
  | "get_account_balances"
  | "query_accounts"
  | "query_transfers"
  | "get_change_events";

/** The rows, or the name of the column that the query filters by and this ledger does not have. */
export type QueryAnswer = { rows: string[][] } | { absent: string };

export async function answerQuery(
  tx: SqlTx,
  op: Query,
  raw: readonly string[],
  withHistory: ReadonlySet<string>,
): Promise<QueryAnswer> {
  switch (op) {
    case "query_accounts":
      return await queryAccounts(tx, raw);
    case "query_transfers":
      return await queryTransfers(tx, raw);
    case "get_change_events":
      return { rows: await changeEvents(tx, raw) };
    default:
      return await accountHistory(tx, op, raw, withHistory);
  }
}

/** Puts an expected row and an actual one into the same cells; "_" in the expected one asks for nothing. */
export function comparable(op: Query, expected: readonly string[], actual: readonly string[] | undefined) {
  const wanted = expected.map((cell) => (/^[A-Z]?-?\d+$/.test(cell) ? amountCell(cell) : cell));
  const found = [...(actual ?? [])];
  if (op === "query_accounts" && wanted.length <= 2)
    return { wanted: wanted.slice(0, 1), found: found.slice(0, 1) };
  if (op === "get_change_events") {
    for (const place of [1, 3]) if (wanted[place] === "_") found[place] = "_";
  }
  return { wanted, found };
}

/** Ids keep their number whatever letter stands before it; large amounts are as near to our end. */
function amountCell(cell: string): string {
  const number = cellNumber(cell, 128);
  return /^[A-Z]/.test(cell) ? number : amountOf(number).toString();
}

const isSet = (cell: string | undefined): cell is string => cell !== undefined && cell !== "_";
/** A filter's value; nothing and zero both let everything pass. */
const filterOf = (cell: string | undefined, bits: number) => {
  const value = isSet(cell) ? cellNumber(cell, bits) : "0";
  return value === "0" ? null : value;
};
const limitOf = (cell: string | undefined) => Math.min(MOST, Number(cellNumber(cell ?? "0", 32)));

async function accountHistory(
  tx: SqlTx,
  op: "get_account_transfers" | "get_account_balances",
  raw: readonly string[],
  withHistory: ReadonlySet<string>,
): Promise<QueryAnswer> {
  const [account = "0", data128, data64, data32, code, from, until, limit, dr, cr, order] = raw;
  if (filterOf(data32, 32)) return { absent: "transfer.user_data_32" };
  const debits = dr === "DR";
  const credits = cr === "CR";
  const id = uuidOf(cellNumber(account, 128));
  if ((op === "get_account_balances" && !withHistory.has(id)) || (!debits && !credits)) return { rows: [] };
  const since = await momentOf(tx, from);
  const through = await momentOf(tx, until);
  const page = await listTransfersOfAccount(tx, id, {
    limit: MOST,
    direction: order === "REV" ? "backward" : "forward",
    sides: debits && credits ? "both" : debits ? "debit" : "credit",
    ...(since ? { from: since } : {}),
    ...(through ? { until: through } : {}),
  });
  const matching = await filterTransfers(tx, page.rows, {
    journal: filterOf(data128, 128),
    data64: filterOf(data64, 64),
    code: filterOf(code, 16),
  });
  return {
    rows: matching.slice(0, limitOf(limit)).map((row) => {
      const after = row.balanceAfter;
      return op === "get_account_transfers"
        ? [numberOfUuid(row.id)]
        : [
            numberOfUuid(row.id),
            ...[after.debitsPending, after.debitsPosted, after.creditsPending, after.creditsPosted].map(
              String,
            ),
          ];
    }),
  };
}

async function filterTransfers<Row extends Transfer | AccountTransfer>(
  tx: SqlTx,
  rows: readonly Row[],
  by: { journal: string | null; data64: string | null; code: string | null },
): Promise<Row[]> {
  // Codes of a case file are any numbers; the ledger's own reads know only those of its chart.
  const codes = await tx.query<{ id: string; code: number }>(
    "select id, code from ledger.transfer where id = any($1::uuid[])",
    [rows.map((row) => row.id)],
  );
  const codeById = new Map(codes.rows.map((row) => [row.id, row.code]));
  return rows
    .filter((row) => row.kind !== "expiry")
    .filter((row) => by.journal === null || row.journalId === uuidOf(by.journal))
    .filter((row) => by.data64 === null || row.effectiveAt.getTime() === effectiveOf(by.data64)?.getTime())
    .filter((row) => by.code === null || codeById.get(row.id) === codeOf(by.code));
}

async function queryTransfers(tx: SqlTx, raw: readonly string[]): Promise<QueryAnswer> {
  const [data128, data64, data32, ledger, code, from, until, limit, order] = raw;
  if (filterOf(data32, 32)) return { absent: "transfer.user_data_32" };
  const page = await listTransfersBySeq(tx, {
    limit: MOST,
    direction: order === "REV" ? "backward" : "forward",
  });
  const first = await seqOf(tx, from);
  const last = await seqOf(tx, until);
  const currency = filterOf(ledger, 32);
  const matching = await filterTransfers(tx, page.rows, {
    journal: filterOf(data128, 128),
    data64: filterOf(data64, 64),
    code: filterOf(code, 16),
  });
  return {
    rows: matching
      .filter((row) => (first === null || row.seq >= first) && (last === null || row.seq <= last))
      .filter((row) => currency === null || row.currency === currencyOf(currency))
      .slice(0, limitOf(limit))
      .map((row) => [numberOfUuid(row.id)]),
  };
}

async function queryAccounts(tx: SqlTx, raw: readonly string[]): Promise<QueryAnswer> {
  const [data128, data64, data32, ledger, code, from, until, limit, order] = raw;
  if (filterOf(data32, 32)) return { absent: "account.user_data_32" };
  const owner = filterOf(data128, 128);
  const program = filterOf(data64, 64);
  const currency = filterOf(ledger, 32);
  const kind = filterOf(code, 16);
  const { rows } = await tx.query<{ id: string; counters: bigint[]; closed: boolean }>(
    `select id, array[debits_pending, debits_posted, credits_pending, credits_posted] as counters, closed
     from ledger.account where ($1::text is null or owner_ref = $1) and ($2::uuid is null or program_ref = $2)
       and ($3::text is null or currency = $3) and ($4::smallint is null or code = $4)
       and ($5::uuid is null or no >= (select no from ledger.account where id = $5))
       and ($6::uuid is null or no <= (select no from ledger.account where id = $6))
     order by no ${order === "REV" ? "desc" : "asc"} limit $7`,
    [
      owner,
      program && uuidOf(program),
      currency && currencyOf(currency),
      kind && codeOf(kind),
      isSet(from) ? uuidOf(cellNumber(from, 128)) : null,
      isSet(until) ? uuidOf(cellNumber(until, 128)) : null,
      limitOf(limit),
    ],
  );
  return {
    rows: rows.map((row) => [numberOfUuid(row.id), ...row.counters.map(String), row.closed ? "CLSD" : "_"]),
  };
}

interface EventRow {
  id: string;
  kind: string;
  flags: number;
  pending_id: string | null;
  pending_flags: number | null;
  amount: bigint;
  debit: string;
  credit: string;
  debit_counters: bigint[];
  credit_counters: bigint[];
  debit_closed: boolean;
  credit_closed: boolean;
  asked: boolean;
}

/** Every change in ledger order, each with both accounts as the point-in-time look-up gives them. */
async function changeEvents(tx: SqlTx, raw: readonly string[]): Promise<string[][]> {
  const [from, until, limit] = raw;
  const counters = "array[b.debits_pending, b.debits_posted, b.credits_pending, b.credits_posted]";
  const { rows } = await tx.query<EventRow>(
    `select t.id, t.flags, t.pending_id, p.flags as pending_flags, t.amount, d.id as debit, c.id as credit,
       case when t.flags & 2 <> 0 then 'PEN' when t.flags & 4 <> 0 then 'POS' when t.flags & 8 <> 0 then 'VOI'
         when t.flags & 4096 <> 0 then 'EXP' else '_' end as kind,
       (select ${counters} from ledger.balance_recorded_at(d.id, t.recorded_at) b) as debit_counters,
       (select ${counters} from ledger.balance_recorded_at(c.id, t.recorded_at) b) as credit_counters,
       d.flags & 32 <> 0 as debit_closed, c.flags & 32 <> 0 as credit_closed,
       ($1::bigint is null or t.seq >= $1) and ($2::bigint is null or t.seq <= $2) as asked
     from ledger.transfer t join ledger.account d on d.no = t.debit_no join ledger.account c on c.no = t.credit_no
     left join ledger.transfer p on p.id = t.pending_id order by t.seq`,
    [await seqOf(tx, from), await seqOf(tx, until)],
  );
  const closed = new Map<string, boolean>();
  const events: string[][] = [];
  for (const row of rows) {
    const sides = [
      { id: row.debit, counters: row.debit_counters, bit: 64, atFirst: row.debit_closed },
      { id: row.credit, counters: row.credit_counters, bit: 128, atFirst: row.credit_closed },
    ];
    const cells = sides.flatMap(({ id, counters: after, bit, atFirst }) => {
      if (row.flags & bit) closed.set(id, true);
      if ((row.kind === "VOI" || row.kind === "EXP") && (row.pending_flags ?? 0) & bit) closed.set(id, false);
      return [numberOfUuid(id), ...after.map(String), (closed.get(id) ?? atFirst) ? "CLSD" : "_"];
    });
    if (!row.asked) continue;
    events.push([
      row.kind,
      row.kind === "EXP" ? "_" : numberOfUuid(row.id),
      row.amount.toString(),
      row.pending_id === null ? "_" : numberOfUuid(row.pending_id),
      ...cells,
    ]);
  }
  return events.slice(0, limitOf(limit));
}

/** When a transfer was recorded, to the microsecond. */
async function momentOf(tx: SqlTx, cell: string | undefined): Promise<string | null> {
  return (await placeOf(tx, cell))?.at ?? null;
}

async function seqOf(tx: SqlTx, cell: string | undefined): Promise<bigint | null> {
  return (await placeOf(tx, cell))?.seq ?? null;
}

async function placeOf(tx: SqlTx, cell: string | undefined): Promise<{ at: string; seq: bigint } | null> {
  if (!isSet(cell)) return null;
  const { rows } = await tx.query<{ at: string; seq: bigint }>(
    "select recorded_at::text as at, seq from ledger.transfer where id = $1",
    [uuidOf(cellNumber(cell, 128))],
  );
  const place = rows[0];
  if (!place) throw new RangeError(`There is no transfer ${cell}.`);
  return place;
}
