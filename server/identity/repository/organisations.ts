import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import { notifyAccess } from "@/server/platform/live";
import type { Calendar } from "../schema";
import type {
  Organisation,
  OrganisationListItem,
  PageOf,
  Program,
  ProgramListItem,
  ProgramParty,
} from "../types";

const ORGANISATION = `o.id, o.kind, o.slug, o.name, o.created_at as "createdAt", o.suspended_at as "suspendedAt"`;
const PROGRAM = `p.id, p.slug, p.name, p.operator_id as "operatorId", p.currency, p.time_zone as "timeZone",
  program_calendar_at(p.id, now()) as calendar,
  p.created_at as "createdAt", p.closed_at as "closedAt"`;

export async function insertOrganisation(
  tx: SqlTx,
  row: Omit<Organisation, "suspendedAt">,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into organisation (id, kind, slug, name, created_at) values ($1, $2, $3, $4, $5)
     on conflict (slug) do nothing`,
    [row.id, row.kind, row.slug, row.name, row.createdAt],
  );
  return rowCount === 1;
}

export async function findOrganisation(tx: SqlTx, id: Id<"organisation">): Promise<Organisation | null> {
  const { rows } = await tx.query<Organisation>(
    `select ${ORGANISATION} from organisation o where o.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

export async function findOrganisationBySlug(tx: SqlTx, slug: string): Promise<Organisation | null> {
  const { rows } = await tx.query<Organisation>(
    `select ${ORGANISATION} from organisation o where o.slug = $1`,
    [slug],
  );
  return rows[0] ?? null;
}

export interface OrganisationFilter {
  kind?: Organisation["kind"] | undefined;
  suspended?: boolean | undefined;
  text?: string | undefined;
}

export async function listOrganisations(
  tx: SqlTx,
  filter: OrganisationFilter,
  page: { after: string | null; limit: number },
): Promise<PageOf<OrganisationListItem>> {
  const { rows } = await tx.query<OrganisationListItem>(
    `select ${ORGANISATION},
       (select count(*)::int from membership m where m.organisation_id = o.id and m.revoked_at is null) as "memberCount",
       (select count(*)::int from program_party pp where pp.organisation_id = o.id) as "programCount"
     from organisation o
     where ($1::text is null or o.kind = $1)
       and ($2::boolean is null or (o.suspended_at is not null) = $2)
       and ($3::text is null or o.name ilike '%' || $3 || '%' or o.slug ilike '%' || $3 || '%')
       and ($4::text is null or (lower(o.name), o.id) > (split_part($4, chr(31), 1), split_part($4, chr(31), 2)::uuid))
     order by lower(o.name), o.id
     limit $5`,
    [
      filter.kind ?? null,
      filter.suspended ?? null,
      filter.text ? escapeLike(filter.text) : null,
      page.after,
      page.limit + 1,
    ],
  );
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return {
    items,
    next: rows.length > page.limit && last ? `${last.name.toLowerCase()}\u001f${last.id}` : null,
  };
}

export async function setOrganisationSuspended(
  tx: SqlTx,
  id: Id<"organisation">,
  suspendedAt: Date | null,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update organisation set suspended_at = $2 where id = $1 and (suspended_at is null) = ($2::timestamptz is not null)`,
    [id, suspendedAt],
  );
  if (suspendedAt) await notifyAccess(tx);
  return rowCount === 1;
}

export async function renameOrganisation(
  tx: SqlTx,
  id: Id<"organisation">,
  name: string,
  slug: string,
): Promise<void> {
  await tx.query("update organisation set name = $2, slug = $3 where id = $1", [id, name, slug]);
}

export async function insertProgram(tx: SqlTx, row: Omit<Program, "closedAt">): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into program (id, slug, name, operator_id, currency, time_zone, calendar, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (slug) do nothing`,
    [
      row.id,
      row.slug,
      row.name,
      row.operatorId,
      row.currency,
      row.timeZone,
      JSON.stringify(row.calendar satisfies Calendar),
      row.createdAt,
    ],
  );
  return rowCount === 1;
}

export async function findProgram(tx: SqlTx, id: Id<"program">): Promise<Program | null> {
  const { rows } = await tx.query<Program>(`select ${PROGRAM} from program p where p.id = $1`, [id]);
  return rows[0] ?? null;
}

export async function findProgramBySlug(tx: SqlTx, slug: string): Promise<Program | null> {
  const { rows } = await tx.query<Program>(`select ${PROGRAM} from program p where p.slug = $1`, [slug]);
  return rows[0] ?? null;
}

/** Every program that the scope may see; a platform has tens of them, not thousands. */
export async function listPrograms(tx: SqlTx): Promise<ProgramListItem[]> {
  const { rows } = await tx.query<ProgramListItem>(
    `select ${PROGRAM},
       (select count(*)::int from program_party pp join organisation o on o.id = pp.organisation_id
        where pp.program_id = p.id and o.kind = 'merchant') as "merchantCount",
       (select count(*)::int from program_party pp join organisation o on o.id = pp.organisation_id
        where pp.program_id = p.id and o.kind = 'agency') as "agencyCount"
     from program p order by lower(p.name), p.id limit 500`,
  );
  return rows;
}

export async function insertProgramParty(
  tx: SqlTx,
  programId: Id<"program">,
  organisationId: Id<"organisation">,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into program_party (program_id, organisation_id, joined_at) values ($1, $2, $3) on conflict do nothing`,
    [programId, organisationId, at],
  );
  return rowCount === 1;
}

export async function listProgramParties(tx: SqlTx, programId: Id<"program">): Promise<ProgramParty[]> {
  const { rows } = await tx.query<ProgramParty>(
    `select ${ORGANISATION}, pp.joined_at as "joinedAt"
     from program_party pp join organisation o on o.id = pp.organisation_id
     where pp.program_id = $1 order by o.kind desc, lower(o.name) limit 1000`,
    [programId],
  );
  return rows;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}

export async function findNames(tx: SqlTx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<{ id: string; name: string }>(
    `select id, name from organisation where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.name]));
}
