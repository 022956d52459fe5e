import type { SqlTx } from "@/server/platform/db";

/** Seals one more block behind the log's head; gives its height, or null when nothing can be sealed yet. */
export async function sealEvidence(tx: SqlTx): Promise<bigint | null> {
  const { rows } = await tx.query<{ height: bigint | null }>("select seal_evidence() as height");
  return rows[0]?.height ?? null;
}
