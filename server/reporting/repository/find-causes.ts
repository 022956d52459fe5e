/** What the domains have on record about a journal of the ledger. */
import type { SqlTx } from "@/server/platform/db";

/** Beyond this many payments of an allocation, or payouts of a run, a list says no more than a count. */
export const MOST_CAUSES = 12;

export async function paymentExists(tx: SqlTx, id: string): Promise<boolean> {
  const { rows } = await tx.query("select 1 from payment where id = $1", [id]);
  return rows.length > 0;
}

/** Payments and refunds whose shares this journal moved; `total` counts them all. */
export async function findAllocated(tx: SqlTx, journalId: string): Promise<{ ids: string[]; total: number }> {
  const { rows } = await tx.query<{ id: string; total: bigint }>(
    `select id, count(*) over () as total from (
       select id from payment where allocation_journal_id = $1
       union select payment_id from refund where allocation_journal_id = $1) x
     order by id limit $2`,
    [journalId, MOST_CAUSES],
  );
  return { ids: rows.map(({ id }) => id), total: Number(rows[0]?.total ?? 0) };
}

export async function findPayoutsById(
  tx: SqlTx,
  ids: readonly string[],
): Promise<{ id: string; party: string; run_id: string; created_at: Date }[]> {
  const { rows } = await tx.query<{ id: string; party: string; run_id: string; created_at: Date }>(
    `select p.id, o.name as party, p.run_id, p.created_at from payout p join organisation o on o.id = p.party_id
      where p.id = any($1::uuid[]) order by p.id`,
    [ids],
  );
  return rows;
}

/** The run that was being worked through at this moment. */
export async function findRunAt(tx: SqlTx, programId: string, at: Date): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from settlement_run where program_id = $1 and created_at <= $2
        and (calculated_at is null or calculated_at >= $2) order by created_at desc limit 1`,
    [programId, at],
  );
  return rows[0]?.id ?? null;
}

export async function findAdjustmentAt(
  tx: SqlTx,
  programId: string,
  at: Date,
): Promise<{ id: string; reason: string } | null> {
  const { rows } = await tx.query<{ id: string; reason: string }>(
    "select id, reason from adjustment where program_id = $1 and created_at = $2 order by id limit 1",
    [programId, at],
  );
  return rows[0] ?? null;
}
