/** Agreements as pages and the allocator read them. */
import type { SqlTx } from "@/server/platform/db";
import type { AgreementRow } from "./write-agreement";

/** Versions that govern or governed payments of the program, by the time from which they do. */
export async function listGoverningVersions(tx: SqlTx, programId: string): Promise<AgreementRow[]> {
  const { rows } = await tx.query<AgreementRow>(
    "select * from agreement where program_id = $1 and governs_from is not null order by governs_from",
    [programId],
  );
  return rows;
}

/** Names of the operator's people are null for scopes that do not know them. */
export type AgreementListRow = AgreementRow & {
  program_name: string;
  program_slug: string;
  created_by_name: string | null;
  proposed_by_name: string | null;
  operator_approved_by_name: string | null;
  expires_at: Date | null;
};

/** Newest first; whose they are is decided by row-level security. */
export async function listAgreementRows(
  tx: SqlTx,
  filter: { programId: string | null; agreementId: string | null; before: string | null; limit: number },
): Promise<AgreementListRow[]> {
  const { rows } = await tx.query<AgreementListRow>(
    `select a.*, p.name as program_name, p.slug as program_slug, d.name as created_by_name,
            b.name as proposed_by_name, o.name as operator_approved_by_name,
            case when a.state = 'proposed'
              then agreement_expires_at(a.effective_from, a.proposed_at, a.program_terms_id) end as expires_at
       from agreement a join program p on p.id = a.program_id left join app_user d on d.id = a.created_by
            left join app_user b on b.id = a.proposed_by left join app_user o on o.id = a.operator_approved_by
      where ($1::uuid is null or a.program_id = $1) and ($2::uuid is null or a.id < $2)
        and ($3::uuid is null or a.id = $3)
      order by a.id desc limit $4`,
    [filter.programId, filter.before, filter.agreementId, filter.limit],
  );
  return rows;
}

export async function findInForce(
  tx: SqlTx,
  programId: string,
): Promise<{ id: string; version: number } | null> {
  const { rows } = await tx.query<{ id: string; version: number }>(
    "select id, version from agreement where program_id = $1 and state = 'in_force' order by governs_from desc limit 1",
    [programId],
  );
  return rows[0] ?? null;
}
