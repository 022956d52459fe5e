/** Saved mappings of an operator. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { MappingTerms } from "../import/schema";

export interface ImportMapping {
  id: Id<"importMapping">;
  name: string;
  terms: MappingTerms;
  createdByName: string | null;
  changedAt: Date;
}

const MAPPING = `m.id, m.name, m.terms, u.name as "createdByName", m.changed_at as "changedAt"
  from import_mapping m left join app_user u on u.id = m.created_by`;

export async function listMappings(tx: SqlTx, operatorId: Id<"organisation">): Promise<ImportMapping[]> {
  const { rows } = await tx.query<ImportMapping>(
    `select ${MAPPING} where m.operator_id = $1 order by lower(m.name)`,
    [operatorId],
  );
  return rows;
}

export async function findMappingByName(
  tx: SqlTx,
  operatorId: Id<"organisation">,
  name: string,
): Promise<ImportMapping | null> {
  const { rows } = await tx.query<ImportMapping>(
    `select ${MAPPING} where m.operator_id = $1 and m.name = $2`,
    [operatorId, name],
  );
  return rows[0] ?? null;
}

/** Under a name that exists the terms are replaced. */
export async function upsertMapping(
  tx: SqlTx,
  mapping: {
    id: Id<"importMapping">;
    operatorId: Id<"organisation">;
    name: string;
    terms: MappingTerms;
    by: Id<"user"> | null;
    at: Date;
  },
): Promise<Id<"importMapping">> {
  const { rows } = await tx.query<{ id: Id<"importMapping"> }>(
    `insert into import_mapping (id, operator_id, name, terms, created_by, created_at, changed_at)
     values ($1, $2, $3, $4, $5, $6, $6)
     on conflict (operator_id, name) do update set terms = excluded.terms, changed_at = excluded.changed_at
     returning id`,
    [mapping.id, mapping.operatorId, mapping.name, JSON.stringify(mapping.terms), mapping.by, mapping.at],
  );
  return rows[0]?.id ?? mapping.id;
}

export async function deleteMapping(
  tx: SqlTx,
  operatorId: Id<"organisation">,
  id: Id<"importMapping">,
): Promise<boolean> {
  const { rowCount } = await tx.query(`delete from import_mapping where operator_id = $1 and id = $2`, [
    operatorId,
    id,
  ]);
  return rowCount > 0;
}
