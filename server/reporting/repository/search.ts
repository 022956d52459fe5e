/** Finds things by public id, reference or name. Row-level security decides what can be found at all. */
import type { SqlTx } from "@/server/platform/db";

export interface SearchRow {
  kind: "payment" | "device" | "case" | "payout" | "statement" | "organisation" | "run";
  id: string;
  title: string;
  detail: string;
}

/**
 * Everything but payments. `ids` are the UUIDs that the text could stand for, by kind; `text` matches names and
 * references, `amountMicros` what was paid out.
 */
export async function searchEverything(
  tx: SqlTx,
  text: string,
  ids: Partial<Record<SearchRow["kind"], string>>,
  amountMicros: bigint | null,
): Promise<SearchRow[]> {
  const pattern = `${text.replace(/[\\%_]/g, "\\$&")}%`;
  const inside = `%${pattern}`;
  const { rows } = await tx.query<SearchRow>(
    `(select 'device' as kind, id, name as title, kind || ' · ' || state as detail from device
        where id = $3 or name ilike $4 or external_id ilike $4 order by name limit 6)
     union all
     (select 'case', id, headline, state from review_case where id = $5 limit 3)
     union all
     (select 'payout', p.id, p.reference || ' · ' || o.name, p.state from payout p join organisation o on o.id = p.party_id
        where p.id = $6 or p.reference ilike $1 or p.amount_micros = $2 order by p.id desc limit 4)
     union all
     (select 'statement', s.id, 'Statement · ' || o.name, s.state from statement s join organisation o on o.id = s.party_id
        where s.id = $7 limit 3)
     union all
     (select 'run', id, 'Settlement run to ' || period_end::date, state from settlement_run where id = $8 limit 3)
     union all
     (select 'organisation', id, name, kind from organisation where id = $9 or name ilike $4 order by name limit 5)`,
    [
      pattern,
      amountMicros,
      ids.device ?? null,
      inside,
      ids.case ?? null,
      ids.payout ?? null,
      ids.statement ?? null,
      ids.run ?? null,
      ids.organisation ?? null,
    ],
  );
  return rows;
}
