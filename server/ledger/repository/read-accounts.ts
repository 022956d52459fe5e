import type { SqlTx } from "@/server/platform/db";
import { ACCOUNT_CODES, ACCOUNT_FLAGS, type AccountCode } from "../constants";
import type { Account, Balance, Page } from "../types";

interface AccountRow {
  no: bigint;
  id: string;
  code: number;
  currency: string;
  owner_ref: string | null;
  program_ref: string | null;
  flags: number;
  closed: boolean;
  created_at: Date;
  debits_pending: bigint;
  debits_posted: bigint;
  credits_pending: bigint;
  credits_posted: bigint;
}

const COLUMNS = `a.no, a.id, a.code, a.currency, a.owner_ref, a.program_ref, a.flags, a.closed, a.created_at,
  a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted`;

const CODE_NAMES = new Map<number, AccountCode>(
  Object.entries(ACCOUNT_CODES).map(([name, code]) => [code, name as AccountCode]),
);

export function accountCodeName(code: number): AccountCode {
  return CODE_NAMES.get(code) ?? "external";
}

function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    code: accountCodeName(row.code),
    currency: row.currency,
    ownerRef: row.owner_ref,
    programRef: row.program_ref,
    debitsMustNotExceedCredits: (row.flags & ACCOUNT_FLAGS.debits_must_not_exceed_credits) !== 0,
    creditsMustNotExceedDebits: (row.flags & ACCOUNT_FLAGS.credits_must_not_exceed_debits) !== 0,
    closed: row.closed,
    createdAt: row.created_at,
    debitsPending: row.debits_pending,
    debitsPosted: row.debits_posted,
    creditsPending: row.credits_pending,
    creditsPosted: row.credits_posted,
  };
}

/** The accounts that exist among `ids`, in the order of `ids`. */
export async function getAccounts(tx: SqlTx, ids: readonly string[]): Promise<Account[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.query<AccountRow>(
    `select ${COLUMNS} from ledger.account a where a.id = any($1::uuid[])`,
    [ids],
  );
  const byId = new Map(rows.map((row) => [row.id, toAccount(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

export async function findExistingIds(tx: SqlTx, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(
    "select id from ledger.account where id = any($1::uuid[])",
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}

export interface AccountFilter {
  currency?: string;
  code?: AccountCode;
  programRef?: string;
  ownerRef?: string;
  /** Only accounts with any counter that is not zero. */
  active?: boolean;
}

/** Pages by currency, code and order of creation. */
export async function listAccounts(
  tx: SqlTx,
  filter: AccountFilter,
  page: { cursor?: string | null; limit: number },
): Promise<Page<Account>> {
  const [currency, code, no] = page.cursor?.split("/") ?? [];
  const { rows } = await tx.query<AccountRow>(
    `select ${COLUMNS} from ledger.account a
     where ($1::text is null or a.currency = $1) and ($2::smallint is null or a.code = $2)
       and ($3::uuid is null or a.program_ref = $3) and ($4::text is null or a.owner_ref = $4)
       and (not $5::boolean or greatest(a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted) > 0)
       and ($6::text is null or (a.currency, a.code, a.no) > ($6::char(3), $7::smallint, $8::bigint))
     order by a.currency, a.code, a.no limit $9`,
    [
      filter.currency ?? null,
      filter.code ? ACCOUNT_CODES[filter.code] : null,
      filter.programRef ?? null,
      filter.ownerRef ?? null,
      filter.active ?? false,
      currency ?? null,
      code ?? null,
      no ?? null,
      page.limit + 1,
    ],
  );
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    rows: shown.map(toAccount),
    nextCursor: rows.length > page.limit && last ? `${last.currency}/${last.code}/${last.no}` : null,
  };
}

/** Sums of the counters by currency and code. */
export async function sumByCode(
  tx: SqlTx,
): Promise<({ currency: string; code: AccountCode; accounts: number; moved: number } & Balance)[]> {
  const { rows } = await tx.query<
    Record<"dp" | "d" | "cp" | "c", string> & {
      currency: string;
      code: number;
      accounts: number;
      moved: number;
    }
  >(
    `select currency, code, count(*)::integer as accounts,
       count(*) filter (where debits_posted + credits_posted > 0)::integer as moved, sum(debits_pending)::text as dp,
       sum(debits_posted)::text as d, sum(credits_pending)::text as cp, sum(credits_posted)::text as c
     from ledger.account group by currency, code order by currency, code`,
  );
  return rows.map((row) => ({
    currency: row.currency,
    code: accountCodeName(row.code),
    accounts: row.accounts,
    moved: row.moved,
    debitsPending: BigInt(row.dp),
    debitsPosted: BigInt(row.d),
    creditsPending: BigInt(row.cp),
    creditsPosted: BigInt(row.c),
  }));
}
