import type { SqlTx } from "@/server/platform/db";

export interface ProgramRow {
  id: string;
  slug: string;
  name: string;
  currency: string;
  time_zone: string;
  calendar: {
    every: "day" | "week" | "month";
    day?: number;
    cutOff: string;
    payoutDelayBusinessDays?: number;
  };
}

/** The programs that the scope may see, the busiest of the last days first. */
export async function findPrograms(tx: SqlTx): Promise<ProgramRow[]> {
  const { rows } = await tx.query<ProgramRow>(
    `select p.id, p.slug, p.name, p.currency, p.time_zone, p.calendar
       from program p
       left join lateral (
         select max(last_effective_at) as last from tranche where program_id = p.id
       ) recent on true
      order by recent.last desc nulls last, p.created_at`,
  );
  return rows;
}

/** Agencies of every program that the scope may see. */
export async function listAgencySlugs(tx: SqlTx): Promise<string[]> {
  const { rows } = await tx.query<{ slug: string }>(
    `select distinct o.slug from program_party pp join organisation o on o.id = pp.organisation_id
      where o.kind = 'agency' order by o.slug`,
  );
  return rows.map((row) => row.slug);
}
