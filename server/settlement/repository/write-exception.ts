/** Exceptions: what settlement could not do by itself, with a sentence for whoever looks after it. */
import type { SqlTx } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";

export interface ExceptionFacts {
  programId: string;
  kind: string;
  subjectKind: string;
  subjectId: string;
  sentence: string;
  detail: Record<string, unknown>;
}

/** Opens an exception, or brings the open one of the same kind and subject up to date. */
export async function raiseException(tx: SqlTx, facts: ExceptionFacts, at: Date): Promise<void> {
  await tx.query(
    `insert into settlement_exception (id, program_id, kind, subject_kind, subject_id, sentence, detail, opened_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (program_id, kind, subject_id) where resolved_at is null
     do update set sentence = excluded.sentence, detail = excluded.detail
       where settlement_exception.detail is distinct from excluded.detail`,
    [
      newId("exception"),
      facts.programId,
      facts.kind,
      facts.subjectKind,
      facts.subjectId,
      facts.sentence,
      JSON.stringify(facts.detail),
      at,
    ],
  );
}

/** Closes the open exception of this kind and subject, if there is one. */
export async function resolveException(
  tx: SqlTx,
  key: Pick<ExceptionFacts, "programId" | "kind" | "subjectId">,
  resolution: string,
  at: Date,
): Promise<void> {
  await tx.query(
    `update settlement_exception set resolved_at = $4, resolution = $5
      where program_id = $1 and kind = $2 and subject_id = $3 and resolved_at is null`,
    [key.programId, key.kind, key.subjectId, at, resolution],
  );
}

export interface ExceptionRow {
  id: string;
  kind: string;
  program_id: string;
  program_slug: string;
  program_name: string;
  sentence: string;
  detail: Record<string, unknown>;
  opened_at: Date;
  resolved_at: Date | null;
  resolution: string | null;
  subject_kind: string;
  subject_id: string | null;
  owner_id: string | null;
  owner_name: string | null;
}

export async function listExceptionRows(
  tx: SqlTx,
  filter: { programId: string | null; open: boolean; before: string | null; limit: number },
): Promise<ExceptionRow[]> {
  const { rows } = await tx.query<ExceptionRow>(
    `select e.id, e.kind, e.program_id, p.slug as program_slug, p.name as program_name, e.sentence, e.detail,
            e.opened_at, e.resolved_at, e.resolution, e.subject_kind, e.subject_id, e.owner_id, u.name as owner_name
       from settlement_exception e join program p on p.id = e.program_id left join app_user u on u.id = e.owner_id
      where ($1::uuid is null or e.program_id = $1) and (not $2 or e.resolved_at is null)
        and ($3::uuid is null or e.id < $3)
      order by e.id desc limit $4`,
    [filter.programId, filter.open, filter.before, filter.limit],
  );
  return rows;
}

/** Gives an open exception an owner, or none; false when it is not open any more. */
export async function setExceptionOwner(
  tx: SqlTx,
  exceptionId: string,
  ownerId: string | null,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    "update settlement_exception set owner_id = $2 where id = $1 and resolved_at is null",
    [exceptionId, ownerId],
  );
  return rowCount > 0;
}
