/** Import batches and what became of each of their lines. */
import { insertRows } from "@/server/platform/bulk";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { FileRefusal, ImportFormat } from "../import/constants";
import type { ImportRow, ImportSummary } from "../import/types";

export interface NewBatch {
  id: Id<"import">;
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  format: ImportFormat;
  fileName: string;
  createdBy: Id<"user"> | null;
  createdAt: Date;
}

export async function insertBatch(tx: SqlTx, batch: NewBatch): Promise<void> {
  await tx.query(
    `insert into import_batch (id, program_id, merchant_id, format, file_name, file_sha256, created_by, created_at)
     values ($1, $2, $3, $4, $5, '', $6, $7)`,
    [
      batch.id,
      batch.programId,
      batch.merchantId,
      batch.format,
      batch.fileName,
      batch.createdBy,
      batch.createdAt,
    ],
  );
}

export interface BatchGrowth {
  accepted: number;
  duplicate: number;
  refused: number;
  flagged: number;
  acceptedMicros: bigint;
}

export async function growBatch(tx: SqlTx, id: Id<"import">, growth: BatchGrowth): Promise<void> {
  await tx.query(
    `update import_batch set rows_total = rows_total + $2 + $3 + $4, rows_accepted = rows_accepted + $2,
       rows_duplicate = rows_duplicate + $3, rows_refused = rows_refused + $4, rows_flagged = rows_flagged + $5,
       accepted_micros = accepted_micros + $6 where id = $1`,
    [id, growth.accepted, growth.duplicate, growth.refused, growth.flagged, growth.acceptedMicros],
  );
}

export async function finishBatch(
  tx: SqlTx,
  id: Id<"import">,
  end: { at: Date; sha256: string; failure: { code: FileRefusal; message: string } | null },
): Promise<void> {
  await tx.query(
    `update import_batch set finished_at = $2, file_sha256 = $3, failure_code = $4, failure_message = $5 where id = $1`,
    [id, end.at, end.sha256, end.failure?.code ?? null, end.failure?.message ?? null],
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
      { name: "code", type: "text", value: (row) => row.code },
      { name: "message", type: "text", value: (row) => row.message },
      { name: "flags", type: "jsonb", value: (row) => JSON.stringify(row.flags) },
      { name: "raw", type: "text", value: (row) => row.raw },
    ],
    rows,
  );
}

export interface KnownImport {
  id: Id<"payment">;
  externalRef: string;
  amountMicros: bigint;
  currency: Currency;
  occurredAt: Date;
}

/** Payments of this merchant that were imported under these references. */
export async function findImported(
  tx: SqlTx,
  merchantId: Id<"organisation">,
  refs: readonly string[],
): Promise<Map<string, KnownImport>> {
  if (refs.length === 0) return new Map();
  const { rows } = await tx.query<KnownImport>(
    `select id, external_ref as "externalRef", amount_micros as "amountMicros", currency, occurred_at as "occurredAt"
     from payment where merchant_id = $1 and source = 'import' and external_ref = any($2::text[])`,
    [merchantId, refs],
  );
  return new Map(rows.map((row) => [row.externalRef, row]));
}

const SUMMARY = `
  b.id, b.program_id as "programId", p.name as "programName", b.merchant_id as "merchantId", m.name as "merchantName",
  b.format, b.file_name as "fileName", b.file_sha256 as "fileSha256", u.name as "createdByName",
  b.created_at as "createdAt", b.finished_at as "finishedAt", b.failure_code as "failureCode",
  b.failure_message as "failureMessage", b.rows_total as "rowsTotal", b.rows_accepted as "rowsAccepted",
  b.rows_duplicate as "rowsDuplicate", b.rows_refused as "rowsRefused", b.rows_flagged as "rowsFlagged",
  b.accepted_micros as "acceptedMicros", p.currency`;
const SUMMARY_TABLES = `import_batch b join program p on p.id = b.program_id
  join organisation m on m.id = b.merchant_id left join app_user u on u.id = b.created_by`;

export async function findBatch(tx: SqlTx, id: Id<"import">): Promise<ImportSummary | null> {
  const { rows } = await tx.query<ImportSummary>(`select ${SUMMARY} from ${SUMMARY_TABLES} where b.id = $1`, [
    id,
  ]);
  return rows[0] ?? null;
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
    `select row_number as "rowNumber", outcome, external_ref as "externalRef", payment_id as "paymentId", code, message,
       flags, raw
     from import_row where import_id = $1 and row_number > $2 and ($3::text is null or outcome = $3)
       and (not $4 or flags <> '[]')
     order by row_number limit $5`,
    [importId, page.after, filter.outcome ?? null, filter.flagged ?? false, page.limit],
  );
  return rows;
}
