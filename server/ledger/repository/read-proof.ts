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
}

const BLOCK = `height, first_seq as "firstSeq", last_seq as "lastSeq", transfers, sealed_at as "sealedAt",
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

export interface BlockCheck {
  count: number;
  hash: string;
  /** The first row whose mark is not the sealed one, or that stands where none stood. */
  badSeq: bigint | null;
  badId: string | null;
}

/** Hashes a block's rows again, from the end of the block before it. */
export async function checkBlock(tx: SqlTx, height: bigint, after: bigint): Promise<BlockCheck> {
  const { rows } = await tx.query<BlockCheck>(
    `with b as (select * from ledger.block where height = $1),
     r as materialized (
       select q.*, row_number() over (order by q.seq)::integer as n
       from b cross join lateral ledger.digest_rows($2, b.last_seq, b.transfers + 1) q
     ),
     bad as (
       select r.seq, r.id from r cross join b
       where r.n > b.transfers or substring(r.digest from 1 for 8) <> substring(b.row_marks from (r.n - 1) * 8 + 1 for 8)
       order by r.seq limit 1
     )
     select (select count(*)::integer from r) as count, (select seq from bad) as "badSeq", (select id from bad) as "badId",
       encode(ledger.block_hash(b.previous_hash, b.height, b.first_seq, b.last_seq,
         (select coalesce(string_agg(r.digest, ''::bytea order by r.seq), '') from r)), 'hex') as hash
     from b`,
    [height, after],
  );
  return rows[0] ?? { count: 0, hash: "", badSeq: null, badId: null };
}

export interface ChainBreak {
  accountId: string;
  seq: bigint | null;
  transferId: string | null;
  what: string;
}

/**
 * Walks the history of the accounts with numbers from..to: each leg's counters must follow from the leg before it by
 * the transfer's own amount, and the account's counters must be those of its last leg.
 */
export async function findBreaks(
  tx: SqlTx,
  side: "debit" | "credit",
  from: bigint,
  to: bigint,
): Promise<ChainBreak[]> {
  const late = side === "debit" ? 8192 : 16384;
  const { rows } = await tx.query<ChainBreak>(
    `with leg as materialized (
       select t.${side}_no as no, t.seq, t.id, t.${side}_pending as pending, t.${side}_posted as posted, t.flags,
         case when t.flags & 2 <> 0 then t.amount when t.pending_id is not null then -p.amount else 0 end as pd,
         case when t.flags & 4106 = 0 then t.amount else 0 end as qd,
         t.effective_at, lag(t.seq) over w as earlier, lag(t.${side}_pending, 1, 0::bigint) over w as pending_before,
         lag(t.${side}_posted, 1, 0::bigint) over w as posted_before, lead(t.seq) over w is null as newest,
         max(t.effective_at) over (partition by t.${side}_no order by t.recorded_at rows between unbounded preceding and 1 preceding) as latest,
         t.recorded_at
       from ledger.transfer t left join ledger.transfer p on p.id = t.pending_id
       where t.${side}_no between $1 and $2
       window w as (partition by t.${side}_no order by t.recorded_at)
     ), found as (
       select l.no, l.seq, l.id, case
         when l.earlier >= l.seq then 'its ledger time is out of order'
         when l.pending is distinct from l.pending_before + l.pd or l.posted is distinct from l.posted_before + l.qd
           then 'its ${side} counters do not follow from the transfer before it'
         when (l.flags & ${late} <> 0) is distinct from coalesce(l.effective_at < l.latest, false)
           then 'its mark of late business time is wrong'
         when l.newest and (l.pending <> a.${side}s_pending or l.posted <> a.${side}s_posted)
           then 'the ${side} counters of the account are not those after its last transfer'
         end as what
       from leg l join ledger.account a on a.no = l.no
       union all
       select a.no, null, null, 'the account has ${side} counters but no transfer' from ledger.account a
       where a.no between $1 and $2 and (a.${side}s_pending <> 0 or a.${side}s_posted <> 0)
         and not exists (select 1 from leg l where l.no = a.no)
     )
     select a.id as "accountId", f.seq, f.id as "transferId", f.what from found f join ledger.account a on a.no = f.no
     where f.what is not null order by f.seq nulls first limit 100`,
    [from, to],
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
  lastNo: bigint;
  transfers: bigint;
  lastSeq: bigint;
  blocks: bigint;
  drawn: bigint;
}> {
  const { rows } = await tx.query<{
    accounts: bigint;
    lastNo: bigint;
    transfers: bigint;
    lastSeq: bigint;
    blocks: bigint;
    drawn: bigint;
  }>(
    `select (select count(*) from ledger.account) as accounts, (select coalesce(max(no), 0) from ledger.account) as "lastNo",
       (select count(*) from ledger.transfer) as transfers, (select coalesce(max(seq), 0) from ledger.transfer) as "lastSeq",
       (select count(*) from ledger.block) as blocks,
       (select case when is_called then last_value else 0 end from ledger.transfer_seq) as drawn`,
  );
  const row = rows[0];
  if (!row) throw new Error("a count gives a row");
  return row;
}
