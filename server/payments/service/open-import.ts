/** A file opened as rows: its encoding, format and delimiter are found, its mapping and currency held against it. */
import type { Currency } from "@/server/platform/money";
import { type Delimiter, FILE_REFUSALS, type ImportEncoding, type ImportFormat } from "../import/constants";
import { decodeText, peek } from "../import/decode-text";
import { readCdrs } from "../import/read-cdr";
import { openTable } from "../import/read-lines";
import { readMapped } from "../import/read-mapped";
import { isSeattle, readSeattle, SEATTLE_CURRENCY } from "../import/read-seattle";
import type { MappingTerms } from "../import/schema";
import { ImportFileError, type ReadRow } from "../import/types";

export interface FileQuestion {
  /** `auto`: JSON is OCPI; a table is read by its mapping, or in Seattle's columns. */
  format: ImportFormat | "auto";
  mapping: MappingTerms | null;
  /** The currency of a file that names none, as somebody said. */
  currency: Currency | null;
}

export interface OpenedFile {
  format: ImportFormat;
  delimiter: Delimiter | null;
  header: string[] | null;
  rows: AsyncGenerator<ReadRow>;
  /** Of what was read so far. */
  sha256: () => string;
  encoding: () => ImportEncoding;
}

/** Throws `ImportFileError` for a file of which no line can be read. */
export async function openImport(
  stream: AsyncIterable<Uint8Array>,
  { format, mapping, currency }: FileQuestion,
  program: { currency: Currency; timeZone: string },
): Promise<OpenedFile> {
  const decoded = decodeText(stream);
  const { first, text } = await peek(decoded.chunks);
  if (first === null) throw fileError("file_empty");
  const file = { sha256: decoded.sha256, encoding: decoded.encoding };
  const isJson = first === "{" || first === "[";
  if (format === "ocpi_cdr" && !isJson) throw fileError("not_json");
  if (isJson) {
    if (mapping && mapping.kind !== "ocpi") throw fileError("mapping_of_other_kind", "This file is JSON.");
    return { ...file, format: "ocpi_cdr", delimiter: null, header: null, rows: readCdrs(text) };
  }
  if (mapping?.kind === "ocpi") throw fileError("mapping_of_other_kind", "This file is a table.");
  const table = await openTable(text);
  const opened = { ...file, delimiter: table.delimiter, header: table.header };
  if (mapping?.kind === "table") {
    if ("fixed" in mapping.currency) mustFit(mapping.currency.fixed, program.currency, "The mapping says");
    const rows = readMapped(table, { mapping, timeZone: program.timeZone });
    return { ...opened, format: "mapped", rows };
  }
  if (!isSeattle(table.header)) {
    const columns = table.header.slice(0, 12).join(", ").slice(0, 300);
    throw fileError("format_unknown", `Its columns are ${columns}.`);
  }
  if (currency) mustFit(currency, program.currency, "The file is said to be in");
  else if (program.currency !== SEATTLE_CURRENCY) {
    throw fileError(
      "currency_unknown",
      `Its publisher uses ${SEATTLE_CURRENCY}, the program's is ${program.currency}. Say which currency the file has.`,
    );
  }
  const rows = readSeattle(table, { timeZone: program.timeZone, currency: program.currency });
  return { ...opened, format: "seattle_parking", rows };
}

function mustFit(said: Currency, currency: Currency, how: string): void {
  if (said === currency) return;
  throw fileError("currency_not_of_program", `${how} ${said}, the program's currency is ${currency}.`);
}

function fileError(code: keyof typeof FILE_REFUSALS, detail = ""): ImportFileError {
  return new ImportFileError(code, `${FILE_REFUSALS[code]} ${detail}`.trim());
}
