/** Rows against their log, the log against its chain, and the guards of the tables against what migrations left. */
import type { SqlTx } from "@/server/platform/db";
import type { Found } from "../types";

const MOST = 20;

/** Blocks that are not as they were sealed. */
export async function checkChain(tx: SqlTx): Promise<Found> {
  const { rows } = await tx.query<{ height: bigint; seq: bigint | null; problem: string }>(
    "select * from check_evidence_blocks()",
  );
  return {
    broken: rows.length,
    findings: rows.slice(0, MOST).map(({ height, seq, problem }) => ({
      subject: `block ${height}${seq === null ? "" : `, entry ${seq}`}`,
      message: problem,
    })),
  };
}

/** The chain must contain a head that was exported earlier. */
export async function checkHead(tx: SqlTx, head: { height: bigint; hash: string }): Promise<Found> {
  const { rows } = await tx.query<{ hash: string }>(
    "select encode(hash, 'hex') as hash from evidence_block where height = $1",
    [head.height],
  );
  if (rows[0]?.hash === head.hash.toLowerCase()) return { broken: 0, findings: [] };
  return {
    broken: 1,
    findings: [
      {
        subject: `block ${head.height}`,
        message: "the chain does not contain the head that was seen before",
      },
    ],
  };
}

export async function findHead(tx: SqlTx): Promise<{ height: bigint; hash: string } | null> {
  const { rows } = await tx.query<{ height: bigint; hash: string }>(
    "select height, encode(hash, 'hex') as hash from evidence_block order by height desc limit 1",
  );
  return rows[0] ?? null;
}

export async function findHeadOfLastProof(
  tx: SqlTx,
  action: string,
): Promise<{ height: bigint; hash: string } | null> {
  const { rows } = await tx.query<{ height: bigint; hash: string }>(
    `select (after #>> '{head,height}')::bigint as height, after #>> '{head,hash}' as hash from audit_entry
      where action = $1 and after #>> '{head,hash}' is not null order by seq desc limit 1`,
    [action],
  );
  return rows[0] ?? null;
}

/** Entries whose content is not that of their hash, and what was written past the application. */
export async function checkLog(tx: SqlTx): Promise<Found> {
  const { rows } = await tx.query<{ subject: string; total: bigint }>(
    `select 'entry ' || seq || ' of ' || table_name || ' ' || row_key as subject, count(*) over () as total
       from evidence_entry where content is not null and evidence_hash(content) <> content_hash order by seq limit ${MOST}`,
  );
  const outside = await tx.query<{ subject: string; db_user: string; total: bigint }>(
    `select table_name || ' ' || row_key as subject, db_user, count(*) over () as total
       from evidence_entry e
      where op in ('insert', 'update') and exists (
        select 1 from pg_roles r where r.rolname = e.db_user and (r.rolsuper or r.rolname = (
          select tableowner from pg_tables where schemaname = 'public' and tablename = 'evidence_entry')))
      order by seq limit ${MOST}`,
  );
  return {
    broken: Number(rows[0]?.total ?? 0n),
    findings: rows.map(({ subject }) => ({ subject, message: "its content is not what its hash is over" })),
    notices: outside.rows.map(({ subject, db_user }) => ({
      subject,
      message: `written by ${db_user}, past the application`,
    })),
  };
}

interface ProtectedTable {
  name: string;
  key: string[];
  keep: "content" | "hash";
  unwatched: string[];
}

/** The tables whose rows are recorded one by one. */
async function listProtectedTables(tx: SqlTx): Promise<ProtectedTable[]> {
  const { rows } = await tx.query<{ name: string; args: string[] }>(
    `select c.relname as name, string_to_array(encode(t.tgargs, 'escape'), '\\000') as args
       from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where t.tgname = 'evidence_insert' and t.tgnargs = 3 and c.relnamespace = 'public'::regnamespace order by 1`,
  );
  return rows.map(({ name, args: [key = "", keep = "", unwatched = ""] }) => ({
    name,
    key: key.split(","),
    keep: keep === "hash" ? "hash" : "content",
    unwatched: unwatched ? unwatched.split(",") : [],
  }));
}

interface RowDifference {
  row_key: string;
  was: Record<string, unknown> | null;
  is: Record<string, unknown> | null;
  recorded: boolean;
  there: boolean;
  total: bigint;
}

/** Rows that are not what their newest entry says, that are gone, or that nobody recorded. */
export async function checkRows(tx: SqlTx): Promise<Found> {
  // Times are compared as they were written: in UTC.
  await tx.query("set local timezone = 'UTC'");
  const found: Required<Found> = { broken: 0, findings: [], notices: [] };
  for (const table of await listProtectedTables(tx)) {
    const key = table.key.map((column) => `t."${column}"::text`).join(" || '|' || ");
    const { rows } = await tx.query<RowDifference>(
      `select coalesce(e.row_key, n.row_key) as row_key, e.content as was, n.content as is,
              e.row_key is not null as recorded, n.row_key is not null as there, count(*) over () as total
         from (select distinct on (row_key) row_key, content, content_hash
                 from evidence_entry where table_name = $1 order by row_key, seq desc) e
         full join (select ${key} as row_key, evidence_content(to_jsonb(t), $2::text[]) as content
                      from "${table.name}" t) n on n.row_key = e.row_key
        where e.row_key is null or n.row_key is null or evidence_hash(n.content) <> e.content_hash
        order by 1 limit ${MOST}`,
      [table.name, table.unwatched],
    );
    found.broken += Number(rows[0]?.total ?? 0n);
    for (const row of rows)
      found.findings.push({ subject: `${table.name} ${row.row_key}`, message: difference(row) });
  }
  found.findings = found.findings.slice(0, MOST * 2);
  return found;
}

function difference({ was, is, recorded, there }: RowDifference): string {
  if (!recorded) return "nobody recorded it";
  if (!there) return "it is gone";
  if (!was || !is) return "it is not as it was recorded";
  const changed = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((column) => JSON.stringify(was[column]) !== JSON.stringify(is[column]))
    .map((column) => `${column} is ${brief(is[column])} and was ${brief(was[column])}`);
  return changed.join("; ");
}

function brief(value: unknown): string {
  if (value === undefined) return "empty";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Batches of legs that nobody recorded so, with the first leg that differs where its batch is known. */
export async function checkBatches(tx: SqlTx): Promise<Found> {
  const { rows } = await tx.query<{
    journal_id: string | null;
    seq: bigint | null;
    row_key: string | null;
    total: bigint;
  }>(
    `select b.journal_id, e.seq, e.row_key, count(*) over () as total
       from leg_batch b
       full join (select seq, row_key, content_hash from evidence_entry where table_name = 'allocation_leg') e
         on e.content_hash = b.content_hash
      where b.content_hash is null or e.content_hash is null
      order by e.seq limit ${MOST}`,
  );
  const findings = [];
  for (const row of rows.filter(({ journal_id }) => journal_id !== null)) {
    const leg = row.journal_id ? await findFirstBadLeg(tx, row.journal_id) : null;
    findings.push({
      subject: leg ? `leg ${leg} of journal ${row.journal_id}` : `legs of journal ${row.journal_id}`,
      message: leg
        ? "it is not as it was written, or one before it is missing"
        : "they are not those that were written",
    });
  }
  for (const row of rows.filter(({ seq }) => seq !== null))
    findings.push({
      subject: `entry ${row.seq}`,
      message: `the batch of legs that began with ${row.row_key} is not there as it was written`,
    });
  return { broken: Number(rows[0]?.total ?? 0n), findings };
}

/** By the marks of the batch that began with the same payment. */
async function findFirstBadLeg(tx: SqlTx, journalId: string): Promise<string | null> {
  const { rows } = await tx.query<{ leg: string }>(
    `with legs as (
       select l.payment_id, l.refund_ordinal, l.ordinal, leg_digest(l) as digest,
              row_number() over (order by l.payment_id, l.refund_ordinal, l.ordinal) as at
         from allocation_leg l
         left join payment p on p.id = l.payment_id and l.refund_ordinal = 0
         left join refund r on r.payment_id = l.payment_id and r.ordinal = l.refund_ordinal
        where coalesce(r.allocation_journal_id, p.allocation_journal_id) = $1),
     entry as (
       select batch_marks from evidence_entry e
        where table_name = 'allocation_leg' and row_key in (
          $1::text, (select payment_id || '|' || refund_ordinal from legs where at = 1))
        order by seq desc limit 1)
     select payment_id || ' ' || refund_ordinal || ' ' || ordinal as leg from legs, entry
      where substring(digest from 1 for 4) is distinct from substring(batch_marks from (at::int - 1) * 4 + 1 for 4)
      order by at limit 1`,
    [journalId],
  );
  return rows[0]?.leg ?? null;
}

/** Triggers, policies, rights, constraints and functions that are not as the migrations left them. */
export async function checkGuards(tx: SqlTx): Promise<Found> {
  const { rows } = await tx.query<{ name: string; was: string | null; is: string | null }>(
    `select coalesce(e.key, n.key) as name, e.value as was, n.value as is
       from jsonb_each_text((select content from evidence_entry where op = 'catalogue' order by seq desc limit 1)) e
       full join jsonb_each_text(guard_catalogue()) n on n.key = e.key
      where e.value is distinct from n.value order by 1`,
  );
  return {
    broken: rows.length,
    findings: rows.slice(0, MOST * 2).map(({ name, was, is }) => ({
      subject: name,
      message:
        is === null
          ? "it is gone"
          : was === null
            ? "no migration made it"
            : isSwitchedOff(was, is)
              ? "it is switched off"
              : "it is not as the migrations left it",
    })),
  };
}

/** A trigger's text begins with when it fires: A always, O for ordinary sessions, D never. */
function isSwitchedOff(was: string, is: string): boolean {
  return is.startsWith("D ") && !was.startsWith("D ");
}
