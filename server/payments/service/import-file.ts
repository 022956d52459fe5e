/**
 * Transactions that others recorded become captured payments: read as a stream, judged line by line, stored in
 * chunks, each chunk one transaction with its money. The source's own id makes it idempotent, so an import that was
 * cut off is simply run again.
 */
import { audit } from "@/server/audit/service";
import { ensureAccounts } from "@/server/ledger/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { invariant, notFound } from "@/server/platform/errors";
import { type Id, newIdAt, toPublicId } from "@/server/platform/ids";
import { type Currency, toMoneyJson } from "@/server/platform/money";
import { emit } from "@/server/platform/outbox";
import type { PlatformScope } from "@/server/platform/scope";
import {
  FILE_REFUSALS,
  type FileRefusal,
  IMPORT_CHUNK_ROWS,
  type ImportFormat,
  MOST_WAITING_CREDITS,
} from "../import/constants";
import { type JudgeContext, judgeRow } from "../import/judge-row";
import type { MappingTerms } from "../import/schema";
import {
  type DryRunResult,
  ImportFileError,
  type ImportResult,
  type ImportSummary,
  type JudgedRow,
} from "../import/types";
import { findProgram, isPartyOf, type ProgramFacts } from "../repository/keep-instruments";
import { findMappingByName } from "../repository/keep-mappings";
import { readPlacing } from "../repository/read-placing";
import * as imports from "../repository/store-imports";
import { clearingAccount, receivableAccount } from "../rules/derive-accounts";
import { bookRows } from "./book-import";
import { DryRunTally } from "./dry-run-import";
import { type OpenedFile, openImport } from "./open-import";

export interface ImportRequest {
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  /** `auto`: JSON is OCPI; a table is read by its mapping, or in Seattle's columns. */
  format: ImportFormat | "auto";
  /** Name of a saved mapping. */
  mapping?: string | undefined;
  /** The currency of a file that names none, as somebody said. */
  currency?: Currency | undefined;
  fileName: string;
  stream: AsyncIterable<Uint8Array>;
}

interface Ready {
  program: ProgramFacts;
  mapping: { name: string; terms: MappingTerms } | null;
  context: JudgeContext;
  file: OpenedFile;
}

/**
 * Imports a file of at most 256 MiB. Refused lines are listed with their reasons and do not hold up the others; a line
 * that was imported before is a duplicate and adds nothing. A file of which no line can be read is refused as a whole.
 */
export async function importFile(scope: PlatformScope, request: ImportRequest): Promise<ImportResult> {
  return await withReadyFile(scope, request, async (ready) => {
    const run = new ImportRun(scope, request, ready);
    const failure = await run.take();
    return { ok: true, import: await run.finish(failure) };
  });
}

/** The same without writing anything: what would be taken, given back, refused and flagged, in counts and sums. */
export async function dryRunFile(scope: PlatformScope, request: ImportRequest): Promise<DryRunResult> {
  return await withReadyFile(scope, request, async ({ program, context, file }) => {
    const tally = new DryRunTally(scope, program, request.merchantId);
    const failure = await inChunks(file, context, (rows) => tally.take(rows));
    await tally.end();
    return {
      ok: true,
      dryRun: {
        format: file.format,
        fileSha256: file.sha256(),
        encoding: file.encoding(),
        delimiter: file.delimiter,
        currency: program.currency,
        ...tally.result(),
        failure,
      },
    };
  });
}

async function withReadyFile<Result>(
  scope: PlatformScope,
  request: ImportRequest,
  work: (ready: Ready) => Promise<Result>,
): Promise<Result | { ok: false; reason: FileRefusal; message: string }> {
  const refused = (reason: FileRefusal, message: string = FILE_REFUSALS[reason]) => ({
    ok: false as const,
    reason,
    message,
  });
  const known = await withScope(scope, async (tx) => {
    const program = await findProgram(tx, request.programId);
    if (!program) throw notFound("program");
    if (!(await isPartyOf(tx, program.id, request.merchantId))) return null;
    const mapping = request.mapping ? await findMappingByName(tx, program.operatorId, request.mapping) : null;
    if (request.mapping && !mapping) throw notFound("import mapping");
    const zones = mapping?.terms.kind === "table" ? mapping.terms.place.zones : (mapping?.terms.zones ?? {});
    const placing = await readPlacing(tx, program.id, request.merchantId, zones);
    return { program, mapping, placing };
  });
  if (!known) return refused("merchant_not_in_program");
  const { program, mapping, placing } = known;
  const context = { currency: program.currency, at: now(), placing };
  const question = {
    format: request.format,
    mapping: mapping?.terms ?? null,
    currency: request.currency ?? null,
  };
  try {
    const file = await openImport(request.stream, question, program);
    return await work({
      program,
      mapping: mapping && { name: mapping.name, terms: mapping.terms },
      context,
      file,
    });
  } catch (error) {
    if (error instanceof ImportFileError) return refused(error.code, error.message);
    throw error;
  }
}

/**
 * Hands the judged rows on in chunks. What was read before the file broke off is handed on as well, and the failure
 * given; a file that breaks off before its first line throws.
 */
async function inChunks(
  file: OpenedFile,
  context: JudgeContext,
  hand: (rows: JudgedRow[]) => Promise<void>,
): Promise<{ code: FileRefusal; message: string } | null> {
  let chunk: JudgedRow[] = [];
  let hasBegun = false;
  const handOn = async () => {
    hasBegun = true;
    const rows = chunk;
    chunk = [];
    await hand(rows);
  };
  try {
    for await (const row of file.rows) {
      chunk.push(judgeRow(row, context));
      if (chunk.length >= IMPORT_CHUNK_ROWS) await handOn();
    }
  } catch (error) {
    if (!(error instanceof ImportFileError) || (!hasBegun && chunk.length === 0)) throw error;
    if (chunk.length > 0) await handOn();
    return { code: error.code, message: error.message };
  }
  if (chunk.length > 0 || !hasBegun) await handOn();
  return null;
}

class ImportRun {
  private readonly id: Id<"import">;
  private readonly at: Date;
  private begun = false;
  private waiting: JudgedRow[] = [];

  constructor(
    private readonly scope: PlatformScope,
    private readonly request: ImportRequest,
    private readonly ready: Ready,
  ) {
    this.at = ready.context.at;
    this.id = newIdAt("import", this.at);
  }

  /** Stores what can be read; lines before an error of the file stay stored. */
  async take(): Promise<{ code: FileRefusal; message: string } | null> {
    const { file, context } = this.ready;
    const failure = await inChunks(file, context, (rows) => this.store(rows, false));
    for (let at = 0; at < this.waiting.length; at += IMPORT_CHUNK_ROWS) {
      await this.store(this.waiting.slice(at, at + IMPORT_CHUNK_ROWS), true);
    }
    return failure;
  }

  private async store(rows: readonly JudgedRow[], isEnd: boolean): Promise<void> {
    const { scope, request, id } = this;
    const { program, mapping, file } = this.ready;
    const run = { id, scope, program, merchantId: request.merchantId, at: this.at };
    const booked = await withScope(scope, async (tx) => {
      if (!this.begun) {
        await imports.insertBatch(tx, {
          id,
          programId: program.id,
          merchantId: request.merchantId,
          format: file.format,
          mapping,
          fileName: request.fileName.slice(0, 255),
          createdBy: scope.actor.kind === "user" ? scope.actor.id : null,
          createdAt: this.at,
        });
        const accounts = [
          clearingAccount(program.id, program.currency),
          receivableAccount(program.id, program.currency),
        ];
        await ensureAccounts(
          tx,
          accounts.map((account) => ({ ...account, programRef: program.id })),
        );
      }
      const mayWait = !isEnd && this.waiting.length < MOST_WAITING_CREDITS;
      const done = await bookRows(tx, run, rows, !mayWait);
      const count = (outcome: string) => done.rows.filter((row) => row.outcome === outcome).length;
      await imports.insertImportRows(tx, id, done.rows);
      await imports.growBatch(tx, id, {
        accepted: count("accepted"),
        refunds: count("refund"),
        free: count("free"),
        duplicate: count("duplicate"),
        refused: count("refused"),
        flagged: done.rows.filter((row) => row.flags.length > 0).length,
        acceptedMicros: done.acceptedMicros,
        refundedMicros: done.refundedMicros,
      });
      return done;
    });
    this.begun = true;
    this.waiting.push(...booked.waiting);
  }

  async finish(failure: { code: FileRefusal; message: string } | null): Promise<ImportSummary> {
    const { file } = this.ready;
    return await withScope(this.scope, async (tx) => {
      const sha256 = file.sha256();
      await imports.finishBatch(tx, this.id, {
        at: now(),
        sha256,
        encoding: file.encoding(),
        delimiter: file.delimiter,
        failure,
      });
      const summary = await imports.findBatch(tx, this.id);
      invariant(summary, "an import that began has a batch");
      const counts = {
        accepted: summary.rowsAccepted,
        refunds: summary.rowsRefunds,
        free: summary.rowsFree,
        duplicate: summary.rowsDuplicate,
        refused: summary.rowsRefused,
        flagged: summary.rowsFlagged,
      };
      await audit(tx, this.scope, {
        action: "import.finished",
        subjectKind: "import",
        subjectId: this.id,
        organisationId: summary.merchantId,
        after: {
          file_name: summary.fileName,
          file_sha256: sha256,
          mapping: summary.mappingName,
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
}
