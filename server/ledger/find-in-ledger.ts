/** From an id that somebody has at hand to what it is in the ledger. */
import type { z } from "zod";
import type { SqlTx } from "@/server/platform/db";
import { fromPublicId, type IdKind, toPublicId } from "@/server/platform/ids";
import type { foundView } from "./schema";
import { getAccounts, listTransfers } from "./service";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An account, a transfer or a journal, by public id or UUID; a journal also by the id of the payment that it is of. */
export async function findInLedger(tx: SqlTx, text: string): Promise<z.infer<typeof foundView>> {
  const raw = UUID.test(text) ? text.toLowerCase() : null;
  const of = (kind: IdKind) => fromPublicId(kind, text) ?? raw;
  const account = of("account");
  if (account && (await getAccounts(tx, [account])).length > 0)
    return { kind: "account", id: toPublicId("account", account) };
  const transfer = of("transfer");
  if (transfer && (await listTransfers(tx, { ids: [transfer] })).rows.length > 0)
    return { kind: "transfer", id: toPublicId("transfer", transfer) };
  const journal = of("journal") ?? of("payment");
  if (journal && (await listTransfers(tx, { journalId: journal })).rows.length > 0)
    return { kind: "journal", id: toPublicId("journal", journal) };
  return null;
}
