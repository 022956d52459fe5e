/** Import batches and what became of each of their lines. */
import { insertRows } from "@/server/platform/bulk";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { FileRefusal, ImportFormat } from "../import/constants";
import type { MappingTerms } from "../import/schema";
import type { ImportRow, ImportSummary } from "../import/types";

export interface NewBatch {
  id: Id<"import">;
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  format: ImportFormat;
  mapping: { name: string; terms: MappingTerms } | null;
  fileName: string;
  createdBy: Id<"user"> | null;
  createdAt: Date;
}

export async function insertBatch(tx: SqlTx, batch: NewBatch): Promise<void> {
  await tx.query(
    `insert into import_batch (id, program_id, merchant_id, format, file_name, file_sha256, created_by, created_at,
       mapping_name, mapping_terms)
     values ($1, $2, $3, $4, $5, '', $6, $7, $8, $9)`,
    [
      batch.id,
      batch.programId,
      batch.merchantId,
      batch.format,
      batch.fileName,
      batch.createdBy,
      batch.createdAt,
      batch.mapping?.name ?? null,
      batch.mapping ? JSON.stringify(batch.mapping.terms) : null,
    ],
  );
}

export interface BatchGrowth {
  accepted: number;
  refunds: number;
  free: number;
  duplicate: number;
  refused: number;
  flagged: number;
  acceptedMicros: bigint;
  refundedMicros: bigint;
}

export async function growBatch(tx: SqlTx, id: Id<"import">, growth: BatchGrowth): Promise<void> {
  await tx.query(
    `update import_batch set rows_total = rows_total + $2 + $3 + $4 + $7 + $8, rows_accepted = rows_accepted + $2,
       rows_duplicate = rows_duplicate + $3, rows_refused = rows_refused + $4, rows_flagged = rows_flagged + $5,
       accepted_micros = accepted_micros + $6, rows_refunds = rows_refunds + $7, rows_free = rows_free + $8,
       refunded_micros = refunded_micros + $9 where id = $1`,
    [
      id,
      growth.accepted,
      growth.duplicate,
      growth.refused,
      growth.flagged,
      growth.acceptedMicros,
      growth.refunds,
      growth.free,
      growth.refundedMicros,
    ],
  );
}

export async function finishBatch(
  tx: SqlTx,
  id: Id<"import">,
  end: {
    at: Date;
    sha256: string;
    encoding: string;
    delimiter: string | null;
    failure: { code: FileRefusal; message: string } | null;
  },
): Promise<void> {
  await tx.query(
    `update import_batch set finished_at = $2, file_sha256 = $3, failure_code = $4, failure_message = $5,
       encoding = $6, delimiter = $7 where id = $1`,
    [
      id,
      end.at,
      end.sha256,
      end.failure?.code ?? null,
      end.failure?.message ?? null,
      end.encoding,
      end.delimiter,
    ],
  );
}

export async function insertImportRows(
  tx: SqlTx,
  importId: Id<"import">,
  rows: readonly ImportRow[],
): Promise<void> {
  await insertRows(
    tx,
    "import_row",
    [
      { name: "import_id", type: "uuid", value: () => importId },
      { name: "row_number", type: "integer", value: (row) => row.rowNumber },
      { name: "outcome", type: "text", value: (row) => row.outcome },
      { name: "external_ref", type: "text", value: (row) => row.externalRef },
      { name: "payment_id", type: "uuid", value: (row) => row.paymentId },
      { name: "refund_id", type: "uuid", value: (row) => row.refundId },
      { name: "code", type: "text", value: (row) => row.code },
      { name: "message", type: "text", value: (row) => row.message },
      { name: "flags", type: "jsonb", value: (row) => JSON.stringify(row.flags) },
      { name: "raw", type: "text", value: (row) => row.raw },
    ],
    rows,
  );
}

const SUMMARY = `
  b.id, b.program_id as "programId", p.name as "programName", b.merchant_id as "merchantId", m.name as "merchantName",
  b.format, b.file_name as "fileName", b.file_sha256 as "fileSha256", u.name as "createdByName",
  b.created_at as "createdAt", b.finished_at as "finishedAt", b.failure_code as "failureCode",
  b.failure_message as "failureMessage", b.rows_total as "rowsTotal", b.rows_accepted as "rowsAccepted",
  b.rows_duplicate as "rowsDuplicate", b.rows_refused as "rowsRefused", b.rows_flagged as "rowsFlagged",
  b.accepted_micros as "acceptedMicros", p.currency, b.rows_refunds as "rowsRefunds", b.rows_free as "rowsFree",
  b.refunded_micros as "refundedMicros", b.mapping_name as "mappingName", b.mapping_terms as "mappingTerms",
  b.encoding, b.delimiter, b.undo_started_at as "undoStartedAt", v.name as "undoStartedByName",
  b.undo_reason as "undoReason", b.undone_at as "undoneAt", b.undone_micros as "undoneMicros"`;
const SUMMARY_TABLES = `import_batch b join program p on p.id = b.program_id
  join organisation m on m.id = b.merchant_id left join app_user u on u.id = b.created_by
  left join app_user v on v.id = b.undo_started_by`;

export async function findBatch(tx: SqlTx, id: Id<"import">): Promise<ImportSummary | null> {
  const { rows } = await tx.query<ImportSummary>(`select ${SUMMARY} from ${SUMMARY_TABLES} where b.id = $1`, [
    id,
  ]);
  return rows[0] ?? null;
}

/** Locks an import, so that it is undone once. */
export async function lockBatch(tx: SqlTx, id: Id<"import">): Promise<ImportSummary | null> {
  await tx.query("select 1 from import_batch where id = $1 for update", [id]);
  return await findBatch(tx, id);
}

/** Why it cannot be undone, as the books stand: whether payments of it are settled, and whether it gave back others'. */
export async function findUndoHindrances(
  tx: SqlTx,
  id: Id<"import">,
): Promise<{ settled: boolean; refundsOfOthers: boolean }> {
  const { rows } = await tx.query<{ settled: boolean; refundsOfOthers: boolean }>(
    `select import_is_settled($1) as settled,
       exists (select 1 from imported_record r join payment p on p.id = r.payment_id
         where r.import_id = $1 and r.kind = 'refund' and p.import_id <> $1) as "refundsOfOthers"`,
    [id],
  );
  return rows[0] ?? { settled: false, refundsOfOthers: false };
}

/** What is left of its payments to be given back. */
export async function readLeftMicros(tx: SqlTx, id: Id<"import">): Promise<bigint> {
  const { rows } = await tx.query<{ left: bigint }>(`select import_left_micros($1)::bigint as left`, [id]);
  return rows[0]?.left ?? 0n;
}

export async function startUndo(
  tx: SqlTx,
  id: Id<"import">,
  start: { at: Date; by: Id<"user"> | null; reason: string; confirmationId: string | null },
): Promise<void> {
  await tx.query(
    `update import_batch set undo_started_at = $2, undo_started_by = $3, undo_reason = $4, undo_confirmation_id = $5
     where id = $1`,
    [id, start.at, start.by, start.reason, start.confirmationId],
  );
}

export async function growUndo(tx: SqlTx, id: Id<"import">, micros: bigint): Promise<void> {
  await tx.query(`update import_batch set undone_micros = undone_micros + $2 where id = $1`, [id, micros]);
}

export async function finishUndo(tx: SqlTx, id: Id<"import">, at: Date): Promise<void> {
  await tx.query(`update import_batch set undone_at = $2 where id = $1`, [id, at]);
}

export async function listUnfinishedUndos(
  tx: SqlTx,
): Promise<{ id: Id<"import">; programId: Id<"program"> }[]> {
  const { rows } = await tx.query<{ id: Id<"import">; programId: Id<"program"> }>(
    `select id, program_id as "programId" from import_batch
      where undo_started_at is not null and undone_at is null order by id`,
  );
  return rows;
}

export async function listBatches(
  tx: SqlTx,
  page: { after: Id<"import"> | null; limit: number },
): Promise<ImportSummary[]> {
  const { rows } = await tx.query<ImportSummary>(
    `select ${SUMMARY} from ${SUMMARY_TABLES} where ($1::uuid is null or b.id < $1) order by b.id desc limit $2`,
    [page.after, page.limit],
  );
  return rows;
}

export async function listImportRows(
  tx: SqlTx,
  importId: Id<"import">,
  filter: { outcome?: ImportRow["outcome"] | undefined; flagged?: boolean | undefined },
  page: { after: number; limit: number },
): Promise<ImportRow[]> {
  const { rows } = await tx.query<ImportRow>(
    `select row_number as "rowNumber", outcome, external_ref as "externalRef", payment_id as "paymentId",
       refund_id as "refundId", code, message,
       flags, raw
     from import_row where import_id = $1 and row_number > $2 and ($3::text is null or outcome = $3)
       and (not $4 or flags <> '[]')
     order by row_number limit $5`,
    [importId, page.after, filter.outcome ?? null, filter.flagged ?? false, page.limit],
  );
  return rows;
}
