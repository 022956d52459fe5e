/** The calls that write: they reach the database only through the ledger's own functions. */
import { binaryArray, type Cell, type ElementType } from "@/server/platform/binary-array";
import { type SqlTx, TransientDatabaseError } from "@/server/platform/db";
import type { ResultCode } from "../constants";

/** One event as the database function takes it; see `ledger.post_transfers`. */
export interface TransferEvent {
  id: string;
  debit: string | null;
  credit: string | null;
  amount: bigint | null;
  code: number;
  flags: number;
  pending?: string | null;
  timeout?: number | null;
  currency?: string | null;
  journal?: string | null;
  effective?: Date | null;
  /** The ledger gives its own time; whoever sends one is refused. */
  recorded?: Date | null;
}

/** One event of `ledger.create_accounts`. Counters and times are refused unless zero; they exist to be refused. */
export interface AccountEvent {
  id: string;
  currency: string;
  code: number;
  owner_ref?: string | null;
  program_ref?: string | null;
  flags?: number;
  recorded_at?: string;
  reserved?: string;
  debits_pending?: string;
  debits_posted?: string;
  credits_pending?: string;
  credits_posted?: string;
}

/** Null when every cell is empty, which the function allows. */
function arrayUnlessEmpty<Type extends ElementType>(
  type: Type,
  events: readonly TransferEvent[],
  cell: Cell<TransferEvent, Type>,
): Buffer | null {
  const empty = events.every((event) => {
    const value = cell(event);
    return value === null || value === undefined;
  });
  return empty ? null : binaryArray(type, events, cell);
}

const POST = `select array_to_string(ledger.post_transfers($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[],
  $5::smallint[], $6::smallint[], $7::uuid[], $8::integer[], $9::text[], $10::uuid[], $11::timestamptz[], $12::timestamptz[]), ',') as codes`;

/** The text and the parameters of one posting call, for callers that send it in their own way. */
export function postStatement(events: readonly TransferEvent[]): { text: string; params: (Buffer | null)[] } {
  return {
    text: POST,
    params: [
      binaryArray("uuid", events, (e) => e.id),
      binaryArray("uuid", events, (e) => e.debit),
      binaryArray("uuid", events, (e) => e.credit),
      binaryArray("bigint", events, (e) => e.amount),
      binaryArray("smallint", events, (e) => e.code),
      arrayUnlessEmpty("smallint", events, (e) => e.flags || null),
      arrayUnlessEmpty("uuid", events, (e) => e.pending),
      arrayUnlessEmpty("integer", events, (e) => e.timeout || null),
      arrayUnlessEmpty("text", events, (e) => e.currency),
      arrayUnlessEmpty("uuid", events, (e) => e.journal),
      arrayUnlessEmpty("timestamptz", events, (e) => e.effective),
      arrayUnlessEmpty("timestamptz", events, (e) => e.recorded),
    ],
  };
}

export function parseCodes(text: string): ResultCode[] {
  return text === "" ? [] : (text.split(",") as ResultCode[]);
}

export async function postEvents(tx: SqlTx, events: readonly TransferEvent[]): Promise<ResultCode[]> {
  if (events.length === 0) return [];
  const { text, params } = postStatement(events);
  try {
    const { rows } = await tx.query<{ codes: string }>(text, params);
    return parseCodes(rows[0]?.codes ?? "");
  } catch (error) {
    throw isSameIdAtOnce(error) ? sameIdAtOnce(error) : error;
  }
}

/** Somebody else posts the same new id between other accounts at this moment; a retry will see what came of it. */
function isSameIdAtOnce(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "23505" &&
    "constraint" in error &&
    (error.constraint === "transfer_pkey" || error.constraint === "transfer_pending_key")
  );
}

function sameIdAtOnce(cause: unknown): Error {
  return new TransientDatabaseError("The same transfer was posted at the same moment.", { cause });
}

export async function createAccounts(tx: SqlTx, events: readonly AccountEvent[]): Promise<string[]> {
  const { rows } = await tx.query<{ codes: string[] }>("select ledger.create_accounts($1::jsonb) as codes", [
    JSON.stringify(events),
  ]);
  return rows[0]?.codes ?? [];
}

export async function expirePending(tx: SqlTx, limit: number): Promise<number> {
  const { rows } = await tx.query<{ count: number }>("select ledger.expire_pending($1::integer) as count", [
    limit,
  ]);
  return rows[0]?.count ?? 0;
}

/** Pending transfers whose time is over, the longest first, but those that are to wait. */
export async function listExpired(tx: SqlTx, limit: number, without: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select transfer_id as id from ledger.pending_timeout
      where expires_at <= ledger.clock() and transfer_id <> all($2::uuid[]) order by expires_at limit $1`,
    [limit, without],
  );
  return rows.map(({ id }) => id);
}

export async function expireThese(tx: SqlTx, ids: readonly string[]): Promise<void> {
  await tx.query("select ledger.expire_these($1::uuid[])", [ids]);
}
