import type { SqlTx } from "@/server/platform/db";

/** Seals one more block behind the log's head; gives its height, or null when nothing can be sealed yet. */
export async function sealEvidence(tx: SqlTx, limit: number): Promise<bigint | null> {
  const { rows } = await tx.query<{ height: bigint | null }>("select seal_evidence($1::integer) as height", [
    limit,
  ]);
  return rows[0]?.height ?? null;
}

/** The number of the entry that is sealed next; null when all are. */
export async function findNextToSeal(tx: SqlTx): Promise<bigint | null> {
  const { rows } = await tx.query<{ seq: bigint | null }>(
    `select min(e.seq) as seq from evidence_entry e
      where e.seq > coalesce((select last_seq from evidence_block order by height desc limit 1), 0)`,
  );
  return rows[0]?.seq ?? null;
}
