import { toPublicId } from "@/server/platform/ids";
import { toMoneyJson } from "@/server/platform/money";
import type { ImportRow, ImportSummary } from "./import/types";

export function viewImport(summary: ImportSummary) {
  return {
    id: toPublicId("import", summary.id),
    program: { id: toPublicId("program", summary.programId), name: summary.programName },
    merchant: { id: toPublicId("organisation", summary.merchantId), name: summary.merchantName },
    format: summary.format,
    fileName: summary.fileName,
    fileSha256: summary.fileSha256,
    createdBy: summary.createdByName,
    createdAt: summary.createdAt.toISOString(),
    finishedAt: summary.finishedAt?.toISOString() ?? null,
    failure: summary.failureCode && { code: summary.failureCode, message: summary.failureMessage ?? "" },
    rows: {
      total: summary.rowsTotal,
      accepted: summary.rowsAccepted,
      duplicate: summary.rowsDuplicate,
      refused: summary.rowsRefused,
      flagged: summary.rowsFlagged,
    },
    acceptedAmount: toMoneyJson(summary.acceptedMicros, summary.currency),
  };
}

export function viewImportRow(row: ImportRow) {
  return { ...row, paymentId: row.paymentId && toPublicId("payment", row.paymentId) };
}
