import type { SqlTx } from "@/server/platform/db";
import type { AuditEntry, AuditFilter } from "./types";

/** Newest first; `beforeSeq` is the key of the last entry of the page before. */
export async function listEntries(
  tx: SqlTx,
  filter: AuditFilter,
  page: { beforeSeq: bigint | null; limit: number },
): Promise<AuditEntry[]> {
  const { rows } = await tx.query<AuditEntry>(
    `select id, seq, at, actor_kind as "actorKind", actor_id as "actorId", actor_part as "actorPart",
       organisation_id as "organisationId", action, subject_kind as "subjectKind", subject_id as "subjectId",
       before, after, request_id as "requestId", host(address) as address
     from audit_entry
     where ($1::bigint is null or seq < $1)
       and ($2::text is null or action = $2 or starts_with(action, $2 || '.'))
       and ($3::uuid is null or actor_id = $3)
       and ($4::uuid is null or organisation_id = $4)
       and ($5::uuid is null or subject_id = $5)
       and ($6::text is null or subject_kind = $6)
       and ($7::timestamptz is null or at >= $7)
       and ($8::timestamptz is null or at < $8)
     order by seq desc limit $9`,
    [
      page.beforeSeq,
      filter.action ?? null,
      filter.actorId ?? null,
      filter.organisationId ?? null,
      filter.subjectId ?? null,
      filter.subjectKind ?? null,
      filter.from ?? null,
      filter.to ?? null,
      page.limit,
    ],
  );
  return rows;
}
