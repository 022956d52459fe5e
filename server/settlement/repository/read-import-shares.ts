/** What the parties have of one import's payments, by the legs of their splits. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";

export interface ImportShareRow {
  id: string;
  slug: string;
  name: string;
  kind: string;
  micros: bigint;
  currency: Currency;
}

export async function sumLegsOfImport(tx: SqlTx, importId: Id<"import">): Promise<ImportShareRow[]> {
  const { rows } = await tx.query<ImportShareRow>(
    `select o.id, o.slug, o.name, o.kind, sum(l.amount_micros)::bigint as micros, min(p.currency) as currency
       from payment p join allocation_leg l on l.payment_id = p.id join organisation o on o.id = l.party_id
      where p.import_id = $1 group by o.id, o.slug, o.name, o.kind having sum(l.amount_micros) <> 0
      order by sum(l.amount_micros) desc, o.name`,
    [importId],
  );
  return rows;
}
