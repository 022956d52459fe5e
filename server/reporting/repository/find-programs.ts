import type { SqlTx } from "@/server/platform/db";

export interface ProgramRow {
  id: string;
  slug: string;
  name: string;
  currency: string;
  time_zone: string;
  calendars: unknown;
  holidays: string[];
}

/** The programs that the scope may see, the busiest of the last days first. */
export async function findPrograms(tx: SqlTx): Promise<ProgramRow[]> {
  const { rows } = await tx.query<ProgramRow>(
    `select p.id, p.slug, p.name, p.currency, p.time_zone, program_calendars(p.id) as calendars,
            array(select day::text from program_holiday h where h.program_id = p.id) as holidays
       from program p
       left join lateral (
         select max(last_effective_at) as last from tranche where program_id = p.id
       ) recent on true
      order by recent.last desc nulls last, p.created_at`,
  );
  return rows;
}

export interface PartyColourRow {
  slug: string;
  kind: "merchant" | "agency" | "operator";
  colour: number;
}

/** Everybody that the scope may see and who takes part in a program, with the colour that charts give them. */
export async function listPartyColours(tx: SqlTx): Promise<PartyColourRow[]> {
  const { rows } = await tx.query<PartyColourRow>(
    `select slug, kind, chart_colour as colour from organisation where chart_colour is not null order by slug`,
  );
  return rows;
}
