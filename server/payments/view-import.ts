import { toPublicId } from "@/server/platform/ids";
import { toMoneyJson } from "@/server/platform/money";
import type { AcceptedRecord, DryRun, ImportRow, ImportSummary } from "./import/types";
import type { ImportMapping } from "./repository/keep-mappings";
import type { ImportPreview } from "./service/preview-import";

export function viewImport(summary: ImportSummary) {
  return {
    id: toPublicId("import", summary.id),
    program: { id: toPublicId("program", summary.programId), name: summary.programName },
    merchant: { id: toPublicId("organisation", summary.merchantId), name: summary.merchantName },
    format: summary.format,
    mapping: summary.mappingName,
    encoding: summary.encoding,
    delimiter: summary.delimiter,
    fileName: summary.fileName,
    fileSha256: summary.fileSha256,
    createdBy: summary.createdByName,
    createdAt: summary.createdAt.toISOString(),
    finishedAt: summary.finishedAt?.toISOString() ?? null,
    failure: summary.failureCode && { code: summary.failureCode, message: summary.failureMessage ?? "" },
    rows: {
      total: summary.rowsTotal,
      accepted: summary.rowsAccepted,
      refund: summary.rowsRefunds,
      free: summary.rowsFree,
      duplicate: summary.rowsDuplicate,
      refused: summary.rowsRefused,
      flagged: summary.rowsFlagged,
    },
    acceptedAmount: toMoneyJson(summary.acceptedMicros, summary.currency),
    refundedAmount: toMoneyJson(summary.refundedMicros, summary.currency),
    undo: summary.undoStartedAt && {
      startedAt: summary.undoStartedAt.toISOString(),
      startedBy: summary.undoStartedByName,
      reason: summary.undoReason ?? "",
      undoneAt: summary.undoneAt?.toISOString() ?? null,
      amount: toMoneyJson(summary.undoneMicros, summary.currency),
    },
  };
}

export function viewImportRow(row: ImportRow) {
  return {
    ...row,
    paymentId: row.paymentId && toPublicId("payment", row.paymentId),
    refundId: row.refundId && toPublicId("refund", row.refundId),
  };
}

export function viewDryRun({ acceptedMicros, refundedMicros, currency, notable, ...rest }: DryRun) {
  return {
    ...rest,
    currency,
    acceptedAmount: toMoneyJson(acceptedMicros, currency),
    refundedAmount: toMoneyJson(refundedMicros, currency),
    notable: notable.map(viewImportRow),
  };
}

export function viewMapping({ id, name, terms, createdByName, changedAt }: ImportMapping) {
  return {
    id: toPublicId("importMapping", id),
    name,
    terms,
    createdBy: createdByName,
    changedAt: changedAt.toISOString(),
  };
}

export function viewPreview({ rows, ...preview }: ImportPreview) {
  return {
    ...preview,
    rows: rows.map(({ row, cells, column }) => ({
      rowNumber: row.rowNumber,
      cells,
      column,
      externalRef: row.externalRef,
      flags: row.flags,
      ...(row.ok
        ? {
            ok: true as const,
            kind: kindOf(row.record),
            amount: toMoneyJson(row.record.amountMicros, row.record.currency),
            paidAt: row.record.paidAt.toISOString(),
            means: row.record.instrumentLabel,
            zone: row.record.zone,
          }
        : { ok: false as const, code: row.code, message: row.message }),
    })),
  };
}

function kindOf({ gives, amountMicros }: AcceptedRecord): "payment" | "refund" | "free" {
  return gives ? "refund" : amountMicros > 0n ? "payment" : "free";
}
