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

export type AgreementListRow = AgreementRow & { program_name: string; program_slug: string };

/** Newest first; whose they are is decided by row-level security. */
export async function listAgreementRows(
  tx: SqlTx,
  filter: { programId: string | null; agreementId: string | null; before: string | null; limit: number },
): Promise<AgreementListRow[]> {
  const { rows } = await tx.query<AgreementListRow>(
    `select a.*, p.name as program_name, p.slug as program_slug
       from agreement a join program p on p.id = a.program_id
      where ($1::uuid is null or a.program_id = $1) and ($2::uuid is null or a.id < $2)
        and ($3::uuid is null or a.id = $3)
      order by a.id desc limit $4`,
    [filter.programId, filter.before, filter.agreementId, filter.limit],
  );
  return rows;
}
