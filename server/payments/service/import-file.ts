/**
 * Transactions that others recorded become captured payments: read as a stream, judged line by line, stored in
 * chunks, each chunk one transaction with its money. The source's own id makes it idempotent, so an import that was
 * cut off is simply run again.
 */
import { audit } from "@/server/audit/service";
import { accountIdFor, ensureAccounts, postTransfers } from "@/server/ledger/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { invariant, notFound } from "@/server/platform/errors";
import { type Id, newIdAt, toPublicId } from "@/server/platform/ids";
import { toMoneyJson } from "@/server/platform/money";
import { emit } from "@/server/platform/outbox";
import type { PlatformScope } from "@/server/platform/scope";
import {
  FILE_REFUSALS,
  type FileRefusal,
  IMPORT_CHUNK_ROWS,
  type ImportFormat,
  ROW_REFUSALS,
} from "../import/constants";
import { decodeText, peek } from "../import/decode-text";
import { judgeRow } from "../import/judge-row";
import { readCdrs } from "../import/read-cdr";
import { readSeattle } from "../import/read-seattle";
import {
  type AcceptedRecord,
  ImportFileError,
  type ImportResult,
  type ImportRow,
  type ImportSummary,
  type JudgedRow,
  type ReadRow,
} from "../import/types";
import { findProgram, isPartyOf, type ProgramFacts } from "../repository/keep-instruments";
import { insertPaymentEvents, insertPayments } from "../repository/payment-columns";
import * as imports from "../repository/store-imports";
import { clearingAccount, receivableAccount } from "../rules/derive-accounts";
import { PAID_IN_MONEY } from "../rules/present-payment";
import type { Payment } from "../types";

export interface ImportRequest {
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  /** `auto`: JSON is OCPI, anything else CSV. */
  format: ImportFormat | "auto";
  fileName: string;
  stream: AsyncIterable<Uint8Array>;
}

/**
 * Imports a file of at most 256 MiB. Refused lines are listed with their reasons and do not hold up the others; a line
 * that was imported before is a duplicate and adds nothing. A file of which no line can be read is refused as a whole.
 */
export async function importFile(scope: PlatformScope, request: ImportRequest): Promise<ImportResult> {
  const program = await withScope(scope, async (tx) => {
    const found = await findProgram(tx, request.programId);
    if (!found) throw notFound("program");
    return (await isPartyOf(tx, found.id, request.merchantId)) ? found : null;
  });
  if (!program) return refused("merchant_not_in_program");
  const decoded = decodeText(request.stream);
  const run = new ImportRun(scope, request, program);
  let failure: { code: FileRefusal; message: string } | null = null;
  try {
    const { first, text } = await peek(decoded.chunks);
    if (first === null) return refused("file_empty");
    const isJson = first === "{" || first === "[";
    const format = request.format === "auto" ? (isJson ? "ocpi_cdr" : "seattle_parking") : request.format;
    if (format === "ocpi_cdr" && !isJson) return refused("not_json");
    const rows = format === "ocpi_cdr" ? readCdrs(text) : readSeattle(text, program.timeZone);
    await run.take(format, rows);
  } catch (error) {
    if (!(error instanceof ImportFileError)) throw error;
    failure = { code: error.code, message: error.message };
    if (!run.hasBegun) return { ok: false, reason: failure.code, message: failure.message };
  }
  return { ok: true, import: await run.finish(decoded.sha256(), failure) };
}

function refused(reason: FileRefusal): ImportResult {
  return { ok: false, reason, message: FILE_REFUSALS[reason] };
}

class ImportRun {
  private readonly id: Id<"import">;
  private readonly at = now();
  private begun = false;

  constructor(
    private readonly scope: PlatformScope,
    private readonly request: ImportRequest,
    private readonly program: ProgramFacts,
  ) {
    this.id = newIdAt("import", this.at);
  }

  get hasBegun(): boolean {
    return this.begun;
  }

  /** Stores what can be read; lines before an error of the file stay stored. */
  async take(format: ImportFormat, rows: AsyncIterable<ReadRow>): Promise<void> {
    const context = { currency: this.program.currency, at: this.at };
    let chunk: JudgedRow[] = [];
    try {
      for await (const row of rows) {
        chunk.push(judgeRow(row, context));
        if (chunk.length < IMPORT_CHUNK_ROWS) continue;
        await this.store(format, chunk);
        chunk = [];
      }
    } catch (error) {
      if (error instanceof ImportFileError && chunk.length > 0) await this.store(format, chunk);
      throw error;
    }
    if (chunk.length > 0 || !this.begun) await this.store(format, chunk);
  }

  private async store(format: ImportFormat, rows: readonly JudgedRow[]): Promise<void> {
    const { scope, request, program, id } = this;
    const isFirst = !this.begun;
    await withScope(scope, async (tx) => {
      const clearing = clearingAccount(program.id, program.currency);
      const receivable = receivableAccount(program.id, program.currency);
      if (isFirst) {
        await imports.insertBatch(tx, {
          id,
          programId: program.id,
          merchantId: request.merchantId,
          format,
          fileName: request.fileName.slice(0, 255),
          createdBy: scope.actor.kind === "user" ? scope.actor.id : null,
          createdAt: this.at,
        });
        await ensureAccounts(
          tx,
          [clearing, receivable].map((account) => ({ ...account, programRef: program.id })),
        );
      }
      const candidates = new Map<JudgedRow, Payment>();
      for (const row of rows) if (row.ok) candidates.set(row, this.toPayment(row.record));
      const inserted = await insertPayments(tx, [...candidates.values()], { skipKnown: true });
      const fresh = [...candidates.values()].filter((payment) => inserted.has(payment.id));
      const codes = await postTransfers(
        tx,
        fresh.map((payment) => ({
          id: payment.captureTransferId ?? "",
          debitAccountId: accountIdFor(receivable),
          creditAccountId: accountIdFor(clearing),
          amountMicros: payment.amountMicros,
          code: "capture" as const,
          journalId: payment.id,
          effectiveAt: payment.capturedAt,
        })),
      );
      for (const code of codes) invariant(code === "created", `an import's transfer is created, not ${code}`);
      await insertPaymentEvents(
        tx,
        fresh.map((payment) => ({
          paymentId: payment.id,
          merchantId: payment.merchantId,
          at: this.at,
          kind: "imported",
          detail: { import: toPublicId("import", id), amount_micros: payment.amountMicros.toString() },
        })),
      );
      const known = await imports.findImported(
        tx,
        request.merchantId,
        [...candidates.values()]
          .filter((payment) => !inserted.has(payment.id))
          .map((each) => each.externalRef),
      );
      const outcomes = rows.map((row) => outcomeOf(row, candidates.get(row) ?? null, inserted, known));
      await imports.insertImportRows(tx, id, outcomes);
      await imports.growBatch(tx, id, {
        accepted: fresh.length,
        duplicate: outcomes.filter((row) => row.outcome === "duplicate").length,
        refused: outcomes.filter((row) => row.outcome === "refused").length,
        flagged: outcomes.filter((row) => row.flags.length > 0).length,
        acceptedMicros: fresh.reduce((sum, payment) => sum + payment.amountMicros, 0n),
      });
    });
    this.begun = true;
  }

  async finish(
    sha256: string,
    failure: { code: FileRefusal; message: string } | null,
  ): Promise<ImportSummary> {
    return await withScope(this.scope, async (tx) => {
      await imports.finishBatch(tx, this.id, { at: now(), sha256, failure });
      const summary = await imports.findBatch(tx, this.id);
      invariant(summary, "an import that began has a batch");
      const counts = {
        accepted: summary.rowsAccepted,
        duplicate: summary.rowsDuplicate,
        refused: summary.rowsRefused,
        flagged: summary.rowsFlagged,
      };
      await audit(tx, this.scope, {
        action: "import.finished",
        subjectKind: "import",
        subjectId: this.id,
        after: {
          file_name: summary.fileName,
          file_sha256: sha256,
          failure: failure?.code ?? null,
          ...counts,
        },
      });
      await emit(tx, [
        {
          aggregateType: "import",
          aggregateId: this.id,
          type: "import.finished",
          payload: {
            id: toPublicId("import", this.id),
            program: toPublicId("program", summary.programId),
            merchant: toPublicId("organisation", summary.merchantId),
            amount: toMoneyJson(summary.acceptedMicros, summary.currency),
            ...counts,
          },
          organisationId: summary.merchantId,
        },
      ]);
      return summary;
    });
  }

  private toPayment(record: AcceptedRecord): Payment {
    return {
      id: newIdAt("payment", record.paidAt),
      programId: this.program.id,
      merchantId: this.request.merchantId,
      deviceId: null,
      deviceKind: record.deviceKind,
      zone: null,
      payerId: null,
      instrumentId: null,
      instrumentKind: "external",
      instrumentLabel: record.instrumentLabel,
      source: "import",
      externalRef: record.externalRef,
      deviceSequence: null,
      importId: this.id,
      currency: record.currency,
      amountMicros: record.amountMicros,
      capturedMicros: record.amountMicros,
      refundedMicros: 0n,
      state: "captured",
      declineReason: null,
      description: record.description,
      quantity: record.quantity,
      latitude: record.latitude,
      longitude: record.longitude,
      flags: record.flags,
      riskScore: null,
      captureOnApproval: false,
      occurredAt: record.paidAt,
      authorisedAt: null,
      expiresAt: null,
      capturedAt: record.paidAt,
      closedAt: null,
      holdTransferId: null,
      captureTransferId: newIdAt("transfer", this.at),
      ...PAID_IN_MONEY,
    };
  }
}

function outcomeOf(
  row: JudgedRow,
  payment: Payment | null,
  inserted: ReadonlySet<Id<"payment">>,
  known: ReadonlyMap<string, imports.KnownImport>,
): ImportRow {
  const { rowNumber, externalRef, flags, raw } = row;
  const base = { rowNumber, externalRef, flags, raw, paymentId: null, code: null, message: null };
  if (!row.ok) return { ...base, outcome: "refused", code: row.code, message: row.message };
  invariant(payment, "an accepted row has a payment");
  if (inserted.has(payment.id)) return { ...base, outcome: "accepted", paymentId: payment.id };
  const first = known.get(payment.externalRef);
  invariant(first, "a row that was not inserted was known");
  const isSame =
    first.amountMicros === payment.amountMicros &&
    first.currency === payment.currency &&
    first.occurredAt.getTime() === payment.occurredAt.getTime();
  if (isSame) return { ...base, outcome: "duplicate", paymentId: first.id };
  const code = "already_imported_otherwise" as const;
  return { ...base, outcome: "refused", paymentId: first.id, code, message: ROW_REFUSALS[code] };
}
