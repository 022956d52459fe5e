/** Any table of text with a header: its delimiter is found, its lines are cut as they arrive. */
import { Readable } from "node:stream";
import { type CsvError, parse } from "csv-parse";
import { type Delimiter, FILE_REFUSALS, MAX_RECORD_LENGTH, type RowRefusal } from "./constants";
import { ImportFileError } from "./types";

export type Line = { rowNumber: number; raw: string } & (
  | { ok: true; cells: string[] }
  | { ok: false; code: RowRefusal; message: string }
);

export interface Table {
  header: string[];
  delimiter: Delimiter;
  lines: AsyncGenerator<Line>;
}

interface ParsedLine {
  info: { lines: number };
  record: string[];
  raw: string;
}

const DELIMITERS = [",", ";", "\t", "|"] as const satisfies readonly Delimiter[];

/** Reads up to the end of the header; the lines follow as they are asked for. */
export async function openTable(chunks: AsyncIterable<string>): Promise<Table> {
  const { head, text } = await readHead(chunks);
  const delimiter = findDelimiter(head);
  const refused: { line: number; raw: string; error: CsvError }[] = [];
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_RECORD_LENGTH,
    on_skip: (error, raw) => {
      if (error) refused.push({ line: (error.lines as number | undefined) ?? 0, raw: raw ?? "", error });
      return undefined;
    },
  });
  const source = Readable.from(text);
  // An error of the source (its size, its encoding) has to end the reading of lines too.
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  const records = (parser as AsyncIterable<ParsedLine>)[Symbol.asyncIterator]();
  const first = await records.next();
  if (first.done) throw new ImportFileError("format_unknown", FILE_REFUSALS.format_unknown);
  const header = first.value.record.map((name) => name.trim());
  const width = header.length;

  async function* lines(): AsyncGenerator<Line> {
    let rowNumber = 0;
    for (let next = await records.next(); !next.done; next = await records.next()) {
      const { info, record, raw } = next.value;
      // The parser runs ahead of us, so what it refused may lie behind this line.
      while (refused[0] && refused[0].line < info.lines) {
        const each = refused.shift();
        if (each) yield skipped(++rowNumber, each);
      }
      rowNumber++;
      // Sheets pad their rows with empty cells at the end.
      while (record.length > width && record.at(-1)?.trim() === "") record.pop();
      const base = { rowNumber, raw: raw.trim() };
      if (record.length === width) yield { ...base, ok: true, cells: record.map((cell) => cell.trim()) };
      else {
        const message = `The line has ${record.length} columns, the header ${width}.`;
        yield { ...base, ok: false, code: "columns_wrong", message };
      }
    }
    for (const each of refused.splice(0)) yield skipped(++rowNumber, each);
  }
  return { header, delimiter, lines: lines() };
}

function skipped(rowNumber: number, { raw, error }: { raw: string; error: CsvError }): Line {
  const code: RowRefusal = error.code === "CSV_MAX_RECORD_SIZE" ? "record_too_long" : "csv_malformed";
  return { rowNumber, raw: raw.slice(0, 2_000).trim(), ok: false, code, message: error.message };
}

/** The first line that is not blank, and the whole text again. */
async function readHead(
  chunks: AsyncIterable<string>,
): Promise<{ head: string; text: AsyncGenerator<string> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let seen = "";
  let head = "";
  while (seen.length < MAX_RECORD_LENGTH) {
    const next = await iterator.next();
    if (next.done) {
      head = seen.trimStart();
      break;
    }
    seen += next.value;
    const end = seen.trimStart().search(/[\r\n]/);
    if (end < 0) continue;
    head = seen.trimStart().slice(0, end);
    break;
  }
  async function* text(): AsyncGenerator<string> {
    if (seen !== "") yield seen;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { head, text: text() };
}

/** The sign that parts most of the header outside of quotes. */
function findDelimiter(head: string): Delimiter {
  const bare = head.replace(/"[^"]*"/g, "");
  const count = (sign: string) => bare.split(sign).length;
  return DELIMITERS.reduce((best, each) => (count(each) > count(best) ? each : best));
}
