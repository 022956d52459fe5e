/** `purse import`: transactions that others recorded, from a file. */
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { findOrganisationBySlug, findProgramBySlug } from "@/server/identity/service";
import { IMPORT_FORMATS, type ImportFormat } from "@/server/payments/import/constants";
import { importFile } from "@/server/payments/service/import-file";
import { exportRefusedRows, listImportRows } from "@/server/payments/service/list-imports";
import { closePool } from "@/server/platform/db";
import { toPublicId } from "@/server/platform/ids";
import { toMoneyJson } from "@/server/platform/money";
import { mintSystemScope } from "@/server/platform/scope";
import { answer, CommandFailure, EXIT, fromWhereThePersonStood, type JsonOption } from "./answer";

interface Options extends JsonOption {
  program: string;
  merchant: string;
  format?: string;
  refused?: string;
}

const isFormat = (text: string): text is ImportFormat => (IMPORT_FORMATS as readonly string[]).includes(text);

export async function importCommand(options: Options, file: string): Promise<number> {
  const scope = mintSystemScope("cli");
  const format = options.format ?? "auto";
  if (format !== "auto" && !isFormat(format)) {
    throw new CommandFailure(EXIT.usage, `--format wants ${IMPORT_FORMATS.join(" or ")}, not "${format}".`);
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
    const result = await importFile(scope, {
      programId: program.id,
      merchantId: merchant.id,
      format,
      fileName: basename(path),
      stream: createReadStream(path),
    });
    if (!result.ok) {
      await answer(options, { error: { code: result.reason, message: result.message } }, () => [
        `${result.message} [${result.reason}]`,
      ]);
      return EXIT.refused;
    }
    const { import: done } = result;
    const refused = await listImportRows(scope, done.id, { outcome: "refused", limit: 100 });
    const flagged = await listImportRows(scope, done.id, { flagged: true, limit: 100 });
    if (options.refused) {
      const target = createWriteStream(fromWhereThePersonStood(options.refused));
      await pipeline(Readable.from(exportRefusedRows(scope, done.id)), target);
    }
    const rowsOf = ({ items }: typeof refused) =>
      items.map(({ rowNumber, externalRef, code, message, flags }) => ({
        rowNumber,
        externalRef,
        code,
        message,
        flags,
      }));
    const document = {
      import: toPublicId("import", done.id),
      format: done.format,
      rows: {
        total: done.rowsTotal,
        accepted: done.rowsAccepted,
        duplicate: done.rowsDuplicate,
        refused: done.rowsRefused,
        flagged: done.rowsFlagged,
      },
      accepted: toMoneyJson(done.acceptedMicros, done.currency),
      failure: done.failureCode ? { code: done.failureCode, message: done.failureMessage } : null,
      refused: rowsOf(refused),
      flagged: rowsOf(flagged),
    };
    await answer(options, document, () => [
      `${document.import}: ${done.rowsTotal} lines, ${done.rowsAccepted} taken (${document.accepted.amount} ${document.accepted.currency}), ${done.rowsDuplicate} known before, ${done.rowsRefused} refused, ${done.rowsFlagged} flagged.`,
      ...document.refused.map((row) => `  line ${row.rowNumber} refused: ${row.message} [${row.code}]`),
      ...document.flagged.flatMap((row) =>
        row.flags.map((flag) => `  line ${row.rowNumber} flagged: ${flag.sentence} [${flag.code}]`),
      ),
      ...(document.failure
        ? [`The file ended early: ${document.failure.message} [${document.failure.code}]`]
        : []),
    ]);
    return document.failure ? EXIT.refused : EXIT.done;
  } finally {
    await closePool();
  }
}
