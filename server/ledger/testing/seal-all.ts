/** Seals everything that is posted. The safe point waits for transactions of the whole server, other tests' among them. */
import { setTimeout as sleep } from "node:timers/promises";
import { withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { findHead, sealNextBlock } from "../repository/read-proof";

const system = mintSystemScope("test");

export async function sealAll(limit: number): Promise<void> {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ last: bigint }>("select coalesce(max(seq), 0)::bigint as last from ledger.transfer"),
  );
  const last = rows[0]?.last ?? 0n;
  for (const until = Date.now() + 120_000; Date.now() < until; ) {
    const height = await withScope(system, (tx) => sealNextBlock(tx, limit));
    const head = await withScope(system, (tx) => findHead(tx));
    if (last === 0n || (head !== null && head.lastSeq >= last)) return;
    if (height === null) await sleep(10);
  }
  throw new Error("not everything could be sealed: a transaction somewhere is still open");
}
