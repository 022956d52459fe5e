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
 * references, `amountMicros` what was paid out; `kinds` are those whose pages the person may open.
 */
export async function searchEverything(
  tx: SqlTx,
  text: string,
  ids: Partial<Record<SearchRow["kind"], string>>,
  amountMicros: bigint | null,
  kinds: readonly SearchRow["kind"][],
): Promise<SearchRow[]> {
  const pattern = `${text.replace(/[\\%_]/g, "\\$&")}%`;
  const inside = `%${pattern}`;
  const { rows } = await tx.query<SearchRow>(
    `(select 'device' as kind, id, name as title, kind || ' · ' || state as detail from device
        where 'device' = any($10::text[]) and (id = $3 or name ilike $4 or external_id ilike $4) order by name limit 6)
     union all
     (select 'case', id, headline, state from review_case where 'case' = any($10::text[]) and (id = $5) limit 3)
     union all
     (select 'payout', p.id, p.reference || ' · ' || o.name, p.state from payout p join organisation o on o.id = p.party_id
        where 'payout' = any($10::text[]) and (p.id = $6 or p.reference ilike $1 or p.amount_micros = $2) order by p.id desc limit 4)
     union all
     (select 'statement', s.id, 'Statement · ' || o.name, s.state from statement s join organisation o on o.id = s.party_id
        where 'statement' = any($10::text[]) and (s.id = $7) limit 3)
     union all
     (select 'run', id, 'Settlement run to ' || period_end::date, state from settlement_run where 'run' = any($10::text[]) and (id = $8) limit 3)
     union all
     (select 'organisation', id, name, kind from organisation where 'organisation' = any($10::text[]) and (id = $9 or name ilike $4) order by name limit 5)`,
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
      kinds,
    ],
  );
  return rows;
}
