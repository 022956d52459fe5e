/** Reads for proof: blocks, and rows that contradict one another. Each statement looks at one snapshot. */
import type { SqlTx } from "@/server/platform/db";

export interface Block {
  height: bigint;
  firstSeq: bigint;
  lastSeq: bigint;
  transfers: number;
  sealedAt: Date;
  previousHash: string;
  hash: string;
  /** It seals the accounts with greater numbers than the first up to the second; nulls in blocks that seal none. */
  accountsAfter: bigint | null;
  accountsThrough: bigint | null;
}

const BLOCK = `height, accounts_after as "accountsAfter", accounts_through as "accountsThrough", first_seq as "firstSeq", last_seq as "lastSeq", transfers, sealed_at as "sealedAt",
  encode(previous_hash, 'hex') as "previousHash", encode(hash, 'hex') as hash`;

export async function findHead(tx: SqlTx): Promise<Block | null> {
  const { rows } = await tx.query<Block>(`select ${BLOCK} from ledger.block order by height desc limit 1`);
  return rows[0] ?? null;
}

export async function listBlocks(tx: SqlTx, after: bigint, limit: number): Promise<Block[]> {
  const { rows } = await tx.query<Block>(
    `select ${BLOCK} from ledger.block where height > $1 order by height limit $2`,
    [after, limit],
  );
  return rows;
}

export async function sealNextBlock(tx: SqlTx, limit: number): Promise<bigint | null> {
  const { rows } = await tx.query<{ height: bigint | null }>(
    "select ledger.seal_next_block($1::integer) as height",
    [limit],
  );
  return rows[0]?.height ?? null;
}

export async function findNextToSeal(tx: SqlTx): Promise<bigint | null> {
  const { rows } = await tx.query<{ seq: bigint | null }>(
    `select min(t.seq) as seq from ledger.transfer t
      where t.seq > coalesce((select last_seq from ledger.block order by height desc limit 1), 0)`,
  );
  return rows[0]?.seq ?? null;
}

export interface BlockCheck {
  count: number;
  hash: string;
  /** The first row whose mark is not the sealed one, or that stands where none stood. */
  badSeq: bigint | null;
  badId: string | null;
  /** The same of the accounts, and how many are there and how many were sealed. */
  badAccount: string | null;
  accounts: number;
  accountsSealed: number;
}

/** Hashes a block's rows again, from the end of the block before it. */
export async function checkBlock(tx: SqlTx, height: bigint, after: bigint): Promise<BlockCheck> {
  const { rows } = await tx.query<BlockCheck>(
    `with b as (select *, length(coalesce(account_marks, '')) / 8 as accounts from ledger.block where height = $1),
     r as materialized (
       select q.*, row_number() over (order by q.seq)::integer as n
       from b cross join lateral ledger.digest_rows($2, b.last_seq, b.transfers + 1) q
     ),
     bad as (
       select r.seq, r.id from r cross join b
       where r.n > b.transfers or substring(r.digest from 1 for 8) <> substring(b.row_marks from (r.n - 1) * 8 + 1 for 8)
       order by r.seq limit 1
     ),
     a as materialized (
       select q.*, row_number() over (order by q.no)::integer as n
       from b cross join lateral ledger.digest_accounts(b.accounts_after, b.accounts_through, b.accounts + 1) q
     ),
     bad_account as (
       select a.id from a cross join b where a.n > b.accounts
         or substring(a.digest from 1 for 8) <> substring(b.account_marks from (a.n - 1) * 8 + 1 for 8)
       order by a.no limit 1
     )
     select (select count(*)::integer from r) as count, (select seq from bad) as "badSeq", (select id from bad) as "badId",
       (select id from bad_account) as "badAccount", (select count(*)::integer from a) as accounts,
       b.accounts as "accountsSealed",
       encode(ledger.block_hash(b.previous_hash, b.height, b.first_seq, b.last_seq,
         ledger.block_content((select coalesce(string_agg(r.digest, ''::bytea order by r.seq), '') from r),
           b.accounts_after, b.accounts_through, (select string_agg(a.digest, ''::bytea order by a.no) from a))), 'hex') as hash
     from b`,
    [height, after],
  );
  return (
    rows[0] ?? {
      count: 0,
      hash: "",
      badSeq: null,
      badId: null,
      badAccount: null,
      accounts: 0,
      accountsSealed: 0,
    }
  );
}

export interface ChainBreak {
  accountId: string;
  seq: bigint;
  transferId: string;
  what: string;
}

/** A stretch of accounts whose legs of one side are walked by one statement, or by several when it is one account. */
export interface Stretch {
  from: bigint;
  to: bigint;
  legs: number;
}

/** Cuts all accounts into stretches of about `size` legs; an account with more than that stands alone. */
export async function planStretches(tx: SqlTx, side: "debit" | "credit", size: number): Promise<Stretch[]> {
  const { rows } = await tx.query<Stretch>(
    `with legs as (select ${side}_no as no, count(*) as n from ledger.transfer group by 1),
     placed as (
       select no, n, n > $1 as alone, sum(n) over (order by no) / $1 as place,
         sum((n > $1)::integer) over (order by no) as hot from legs)
     select min(no) as "from", max(no) as "to", sum(n)::float8 as legs from placed
     group by alone, hot, case when alone then null else floor(place) end order by 1`,
    [size],
  );
  return rows;
}

/** Where a walk through one account's legs stands: what the next leg follows on. */
export interface Standing {
  at: string;
  seq: bigint;
  pending: bigint;
  posted: bigint;
  latest: string;
}

/**
 * Walks the legs of the accounts with numbers from..to: each leg's counters must follow from the leg before it by
 * the transfer's own amount, and the account's counters must be those of its last leg. With a limit (for one account)
 * it stops after so many legs and gives where it stands, to go on from there.
 */
export async function findBreaks(
  tx: SqlTx,
  side: "debit" | "credit",
  stretch: Stretch,
  limit: number | null,
  since: Standing | null,
): Promise<{ breaks: ChainBreak[]; standing: Standing | null }> {
  const late = side === "debit" ? 8192 : 16384;
  const { rows } = await tx.query<WalkRow>(
    `with part as materialized (
       select * from ledger.transfer where ${side}_no between $1 and $2
         and ($4::timestamptz is null or recorded_at > $4) ${limit === null ? "" : "order by recorded_at limit $3"}
     ), leg as materialized (
       select t.${side}_no as no, t.seq, t.id, t.${side}_pending as pending, t.${side}_posted as posted, t.flags,
         case when t.flags & 2 <> 0 then t.amount when t.pending_id is not null then -p.amount else 0 end as pd,
         case when t.flags & 4106 = 0 then t.amount else 0 end as qd,
         t.effective_at, lag(t.seq, 1, $5::bigint) over w as earlier,
         lag(t.${side}_pending, 1, $6::bigint) over w as pending_before,
         lag(t.${side}_posted, 1, $7::bigint) over w as posted_before, lead(t.seq) over w is null as newest,
         greatest($8::timestamptz, max(t.effective_at) over (partition by t.${side}_no order by t.recorded_at
           rows between unbounded preceding and 1 preceding)) as latest,
         t.recorded_at
       from part t left join ledger.transfer p on p.id = t.pending_id
       window w as (partition by t.${side}_no order by t.recorded_at)
     ), stopped as (
       select recorded_at::text as at, seq, pending, posted, greatest(latest, effective_at)::text as latest
       from leg where $3::integer is not null and (select count(*) from leg) = $3
         and exists (select 1 from ledger.transfer z where z.${side}_no = $1 and z.recorded_at > (select max(recorded_at) from leg))
       order by recorded_at desc limit 1
     ), found as (
       select l.seq, l.id, a.id as account, case
         when a.no is null then 'its account is missing'
         when l.earlier >= l.seq then 'its ledger time is out of order'
         when l.pending is distinct from l.pending_before + l.pd or l.posted is distinct from l.posted_before + l.qd
           then 'its ${side} counters do not follow from the transfer before it'
         when (l.flags & ${late} <> 0) is distinct from coalesce(l.effective_at < l.latest, false)
           then 'its mark of late business time is wrong'
         when l.newest and not exists (select 1 from stopped) and (l.pending <> a.${side}s_pending or l.posted <> a.${side}s_posted)
           then 'the ${side} counters of the account are not those after its last transfer'
         end as what
       from leg l left join ledger.account a on a.no = l.no
     )
     (select coalesce(f.account, '00000000-0000-0000-0000-000000000000') as "accountId", f.seq, f.id as "transferId", f.what,
        null::text as at, null::bigint as standing_seq, null::bigint as pending, null::bigint as posted, null::text as latest
      from found f where f.what is not null order by f.seq limit 100)
     union all
     select null, null, null, null, at, seq, pending, posted, latest from stopped`,
    [
      stretch.from,
      stretch.to,
      limit,
      since?.at ?? null,
      since?.seq ?? null,
      since?.pending ?? 0n,
      since?.posted ?? 0n,
      since?.latest ?? null,
    ],
  );
  return toWalk(rows);
}

type WalkRow = ChainBreak & {
  at: string | null;
  standing_seq: bigint;
  pending: bigint;
  posted: bigint;
  latest: string;
};

function toWalk(rows: readonly WalkRow[]): { breaks: ChainBreak[]; standing: Standing | null } {
  const breaks: ChainBreak[] = [];
  let standing: Standing | null = null;
  for (const { at, standing_seq: seq, pending, posted, latest, ...found } of rows) {
    if (at === null) breaks.push(found);
    else standing = { at, seq, pending, posted, latest };
  }
  return { breaks, standing };
}

/** Accounts whose counters of one side are not zero although nothing was ever posted there. */
export async function findFreeCounters(
  tx: SqlTx,
  side: "debit" | "credit",
): Promise<{ accountId: string }[]> {
  const { rows } = await tx.query<{ accountId: string }>(
    `select a.id as "accountId" from ledger.account a where (a.${side}s_pending <> 0 or a.${side}s_posted <> 0)
       and not exists (select 1 from ledger.transfer t where t.${side}_no = a.no) order by a.no limit 100`,
  );
  return rows;
}

/** Accounts that are closed without a closing transfer that holds, or open in spite of one. */
export async function findClosedBreaks(tx: SqlTx): Promise<{ accountId: string; closed: boolean }[]> {
  const { rows } = await tx.query<{ accountId: string; closed: boolean }>(
    `with holding as materialized (
       select t.debit_no, t.credit_no, t.flags from ledger.transfer t
       where t.flags & 192 <> 0 and t.flags & 2 <> 0
         and not exists (select 1 from ledger.transfer r where r.pending_id = t.id)
     ), closers as materialized (
       select debit_no as no from holding where flags & 64 <> 0
       union select credit_no from holding where flags & 128 <> 0
     )
     select a.id as "accountId", a.closed from ledger.account a left join closers c on c.no = a.no
     where a.closed <> (a.flags & 32 <> 0 or c.no is not null) order by a.no limit 100`,
  );
  return rows;
}

/** Accounts whose counters contradict their flags. */
export async function findLimitBreaks(tx: SqlTx): Promise<{ accountId: string }[]> {
  const { rows } = await tx.query<{ accountId: string }>(
    `select id as "accountId" from ledger.account
     where flags & 6 <> 0 and (flags & 2 <> 0 and debits_pending::numeric + debits_posted > credits_posted
       or flags & 4 <> 0 and credits_pending::numeric + credits_posted > debits_posted)
     order by no limit 100`,
  );
  return rows;
}

/** Currencies in which debits and credits differ in sum. */
export async function findUnbalanced(
  tx: SqlTx,
): Promise<{ currency: string; posted: string; pending: string }[]> {
  const { rows } = await tx.query<{ currency: string; posted: string; pending: string }>(
    `select currency, (sum(debits_posted) - sum(credits_posted))::text as posted,
       (sum(debits_pending) - sum(credits_pending))::text as pending
     from ledger.account group by currency
     having sum(debits_posted) <> sum(credits_posted) or sum(debits_pending) <> sum(credits_pending)`,
  );
  return rows;
}

export async function findNonZero(
  tx: SqlTx,
  code: number,
  limit: number,
): Promise<{ accountId: string; currency: string; net: bigint }[]> {
  const { rows } = await tx.query<{ accountId: string; currency: string; net: bigint }>(
    `select id as "accountId", currency, credits_posted - debits_posted as net from ledger.account
     where code = $1 and credits_posted <> debits_posted order by currency, no limit $2`,
    [code, limit],
  );
  return rows;
}

/** Bookkeeping beside the transfers: sums of late legs, the expiry list, and the trigger that keeps rows as they are. */
export async function findSideBreaks(tx: SqlTx): Promise<{ what: string }[]> {
  const { rows } = await tx.query<{ what: string }>(
    `select format('The late legs of account number %s and their %s-second sums differ.', account_no, seconds) as what from (
       select l.account_no, l.is_debit, w.seconds, sum(l.pending) as p, sum(l.posted) as q
       from ledger.late_leg l cross join (values (60), (3600), (86400), (2764800)) w(seconds) group by 1, 2, 3) x
     full join (select account_no, is_debit, seconds, sum(pending) as p, sum(posted) as q from ledger.late_sum group by 1, 2, 3) y
       using (account_no, is_debit, seconds) where x.p is distinct from y.p or x.q is distinct from y.q
     union all
     select 'Trigger ' || n.name || ' does not stand guard.' from (values ('transfer_append_only'), ('block_append_only'),
       ('account_permanent'), ('account_identity')) n(name)
     where not exists (select 1 from pg_trigger g join pg_class c on c.oid = g.tgrelid join pg_namespace s on s.oid = c.relnamespace
       where s.nspname = 'ledger' and g.tgname = n.name and g.tgenabled = 'A')
     limit 100`,
  );
  return rows;
}

export async function countForProof(tx: SqlTx): Promise<{
  accounts: bigint;
  transfers: bigint;
  lastSeq: bigint;
  blocks: bigint;
  drawn: bigint;
}> {
  const { rows } = await tx.query<{
    accounts: bigint;
    transfers: bigint;
    lastSeq: bigint;
    blocks: bigint;
    drawn: bigint;
  }>(
    `select (select count(*) from ledger.account) as accounts,
       (select count(*) from ledger.transfer) as transfers, (select coalesce(max(seq), 0) from ledger.transfer) as "lastSeq",
       (select count(*) from ledger.block) as blocks,
       (select case when is_called then last_value else 0 end from ledger.transfer_seq) as drawn`,
  );
  const row = rows[0];
  if (!row) throw new Error("a count gives a row");
  return row;
}
