/** Finds things by public id, reference or name. Row-level security decides what can be found at all. */
import type { SqlTx } from "@/server/platform/db";

export interface SearchRow {
  kind: "payment" | "device" | "case" | "payout" | "statement" | "organisation" | "run";
  id: string;
  title: string;
  detail: string;
}

/** `ids` are the UUIDs that the text could stand for, by kind; `text` matches names and references from their start. */
export async function searchEverything(
  tx: SqlTx,
  text: string,
  ids: Partial<Record<SearchRow["kind"], string>>,
): Promise<SearchRow[]> {
  const pattern = `${text.replace(/[\\%_]/g, "\\$&")}%`;
  const inside = `%${pattern}`;
  const folded = text.trim().toLowerCase();
  const { rows } = await tx.query<SearchRow>(
    `(select 'payment' as kind, id, instrument_label || ' · ' || state as title, device_kind || ' · ' || occurred_at::date as detail
        from payment where id in (select $3::uuid union all select payment_id from imported_record
          where source_id = $11 or party_source_id = $11 or party_source_id = $12)
        limit 5)
     union
     (select 'payment', id, instrument_label || ' · ' || state, device_kind || ' · ' || occurred_at::date
        from payment where source = 'device' and external_ref = $1 limit 5)
     union all
     (select 'device', id, name, kind || ' · ' || state from device where id = $4 or name ilike $5 order by name limit 6)
     union all
     (select 'case', id, headline, state from review_case where id = $6 limit 3)
     union all
     (select 'payout', id, reference, state from payout where id = $7 or reference ilike $2 limit 3)
     union all
     (select 'statement', id, 'Statement', state from statement where id = $8 limit 3)
     union all
     (select 'run', id, 'Settlement run to ' || period_end::date, state from settlement_run where id = $9 limit 3)
     union all
     (select 'organisation', id, name, kind from organisation where id = $10 or name ilike $5 order by name limit 5)`,
    [
      text,
      pattern,
      ids.payment ?? null,
      ids.device ?? null,
      inside,
      ids.case ?? null,
      ids.payout ?? null,
      ids.statement ?? null,
      ids.run ?? null,
      ids.organisation ?? null,
      folded,
      folded.replace(/^[a-z0-9-]+:/, ""),
    ],
  );
  return rows;
}
