/** `purse import`: transactions that others recorded, from a file. */
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { findOrganisationBySlug, findProgramBySlug } from "@/server/identity/service";
import { IMPORT_FORMATS } from "@/server/payments/import/constants";
import type { DryRun, ImportRow } from "@/server/payments/import/types";
import { dryRunFile, type ImportRequest, importFile } from "@/server/payments/service/import-file";
import { exportRefusedRows, listImportRows } from "@/server/payments/service/list-imports";
import { viewDryRun, viewImport } from "@/server/payments/view-import";
import { closePool } from "@/server/platform/db";
import { AppError } from "@/server/platform/errors";
import { isCurrency } from "@/server/platform/money";
import { mintSystemScope, type PlatformScope } from "@/server/platform/scope";
import { answer, CommandFailure, EXIT, fromWhereThePersonStood, type JsonOption } from "./answer";

interface Options extends JsonOption {
  program: string;
  merchant: string;
  format?: string;
  mapping?: string;
  currency?: string;
  dryRun?: boolean;
  refused?: string;
}

const isFormat = (text: string): text is (typeof IMPORT_FORMATS)[number] =>
  (IMPORT_FORMATS as readonly string[]).includes(text);

export async function importCommand(options: Options, file: string): Promise<number> {
  const scope = mintSystemScope("cli");
  const format = options.format ?? "auto";
  if (format !== "auto" && !isFormat(format)) {
    throw new CommandFailure(EXIT.usage, `--format wants ${IMPORT_FORMATS.join(" or ")}, not "${format}".`);
  }
  const currency = options.currency?.toUpperCase();
  if (currency !== undefined && !isCurrency(currency)) {
    throw new CommandFailure(EXIT.usage, `--currency wants a code such as USD, not "${options.currency}".`);
  }
  const path = fromWhereThePersonStood(file);
  if (!(await stat(path).catch(() => null))?.isFile()) {
    throw new CommandFailure(EXIT.usage, `The file ${file} does not exist.`);
  }
  try {
    const program = await findProgramBySlug(scope, options.program);
    if (!program) throw new CommandFailure(EXIT.refused, `There is no program "${options.program}".`);
    const merchant = await findOrganisationBySlug(scope, options.merchant);
    if (!merchant) throw new CommandFailure(EXIT.refused, `There is no merchant "${options.merchant}".`);
    const request: ImportRequest = {
      programId: program.id,
      merchantId: merchant.id,
      format,
      mapping: options.mapping,
      currency,
      fileName: basename(path),
      stream: createReadStream(path),
    };
    return options.dryRun ? await dryRun(options, scope, request) : await bring(options, scope, request);
  } catch (error) {
    if (error instanceof AppError && error.reason === "import_mapping_not_found") {
      throw new CommandFailure(EXIT.refused, `There is no mapping "${options.mapping}".`);
    }
    throw error;
  } finally {
    await closePool();
  }
}

async function refuse(
  options: Options,
  { reason, message }: { reason: string; message: string },
): Promise<number> {
  await answer(options, { error: { code: reason, message } }, () => [`${message} [${reason}]`]);
  return EXIT.refused;
}

async function dryRun(options: Options, scope: PlatformScope, request: ImportRequest): Promise<number> {
  const result = await dryRunFile(scope, request);
  if (!result.ok) return await refuse(options, result);
  const { notable, ...counts } = viewDryRun(result.dryRun);
  const document = { dryRun: true, ...counts, notable: notable.map(shown) };
  await answer(options, document, () => [
    `Nothing was written. ${sentenceOf(document.rows, document)}`,
    ...notable.flatMap(linesOf),
    ...failureLines(document.failure),
  ]);
  return document.failure ? EXIT.refused : EXIT.done;
}

async function bring(options: Options, scope: PlatformScope, request: ImportRequest): Promise<number> {
  const result = await importFile(scope, request);
  if (!result.ok) return await refuse(options, result);
  const done = viewImport(result.import);
  const refused = await listImportRows(scope, result.import.id, { outcome: "refused", limit: 100 });
  const flagged = await listImportRows(scope, result.import.id, { flagged: true, limit: 100 });
  if (options.refused) {
    const target = createWriteStream(fromWhereThePersonStood(options.refused));
    await pipeline(Readable.from(exportRefusedRows(scope, result.import.id)), target);
  }
  const document = {
    import: done.id,
    format: done.format,
    mapping: done.mapping,
    encoding: done.encoding,
    delimiter: done.delimiter,
    rows: done.rows,
    accepted: done.acceptedAmount,
    refunded: done.refundedAmount,
    failure: done.failure || null,
    refused: refused.items.map(shown),
    flagged: flagged.items.map(shown),
  };
  await answer(options, document, () => [
    `${document.import}: ${sentenceOf(done.rows, done)}`,
    ...refused.items.map((row) => `  line ${row.rowNumber} refused: ${row.message} [${row.code}]`),
    ...flagged.items.flatMap((row) => flagLines(row)),
    ...failureLines(document.failure),
  ]);
  return document.failure ? EXIT.refused : EXIT.done;
}

type Row = Pick<ImportRow, "rowNumber" | "externalRef" | "outcome" | "code" | "message" | "flags">;

const shown = ({ rowNumber, externalRef, outcome, code, message, flags }: Row): Row => ({
  rowNumber,
  externalRef,
  outcome,
  code,
  message,
  flags,
});

const flagLines = (row: Row) =>
  row.flags.map((flag) => `  line ${row.rowNumber} flagged: ${flag.sentence} [${flag.code}]`);

const linesOf = (row: Row) => [
  ...(row.outcome === "refused" ? [`  line ${row.rowNumber} refused: ${row.message} [${row.code}]`] : []),
  ...flagLines(row),
];

const failureLines = (failure: { code: string; message: string } | null) =>
  failure ? [`The file ended early: ${failure.message} [${failure.code}]`] : [];

function sentenceOf(
  rows: DryRun["rows"],
  {
    acceptedAmount: taken,
    refundedAmount: given,
  }: Pick<ReturnType<typeof viewDryRun>, "acceptedAmount" | "refundedAmount">,
): string {
  return `${rows.total} lines, ${rows.accepted} taken (${taken.amount} ${taken.currency}), ${rows.refund} given back (${given.amount} ${given.currency}), ${rows.free} free, ${rows.duplicate} known before, ${rows.refused} refused, ${rows.flagged} flagged.`;
}
