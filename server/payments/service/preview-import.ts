/** The first lines of a file as they would be read, with what is wrong with each cell; nothing is written. */
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { PlatformScope } from "@/server/platform/scope";
import { FILE_REFUSALS, type FileRefusal } from "../import/constants";
import { decodeText, peek } from "../import/decode-text";
import { judgeRow } from "../import/judge-row";
import { openTable } from "../import/read-lines";
import { isSeattle } from "../import/read-seattle";
import type { MappingTerms, TableMapping } from "../import/schema";
import { suggestMapping } from "../import/suggest-mapping";
import { ImportFileError, type JudgedRow } from "../import/types";
import { findProgram } from "../repository/keep-instruments";
import { readPlacing } from "../repository/read-placing";
import { openImport } from "./open-import";

const PREVIEW_LINES = 20;
/** Lines of the beginning of which the values of columns and the places are told. */
const SURVEYED_LINES = 500;
const MOST_VALUES = 100;

export interface PreviewRequest {
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  fileName: string;
  /** The beginning of the file. */
  sample: Uint8Array;
  mapping: MappingTerms | null;
  currency: Currency | null;
}

export interface PreviewedRow {
  row: JudgedRow;
  cells: string[];
  /** The column whose cell is to blame, where one is. */
  column: string | null;
}

export interface ImportPreview {
  kind: "json" | "table";
  encoding: string;
  delimiter: string | null;
  header: string[];
  isKnownFormat: boolean;
  suggestion: TableMapping | null;
  /** What stands in each column, the most frequent first; empty for ids and other columns that differ in every line. */
  values: Record<string, string[]>;
  /** Names of places in the file, and the zones that the program knows. */
  places: string[];
  zones: string[];
  rows: PreviewedRow[];
  refusal: { code: FileRefusal; message: string } | null;
}

export async function previewImport(scope: PlatformScope, request: PreviewRequest): Promise<ImportPreview> {
  const { mapping } = request;
  const { program, placing } = await withScope(scope, async (tx) => {
    const found = await findProgram(tx, request.programId);
    if (!found) throw notFound("program");
    const zones = mapping?.kind === "table" ? mapping.place.zones : (mapping?.zones ?? {});
    return { program: found, placing: await readPlacing(tx, found.id, request.merchantId, zones) };
  });
  const preview = await readBeginning(request, program.timeZone, program.currency);
  preview.zones = [...placing.zones.values()].sort();
  const places = new Tally();
  try {
    const question = { format: "auto" as const, mapping, currency: request.currency };
    const file = await openImport(streamOf(request.sample), question, program);
    const context = { currency: program.currency, at: now(), placing };
    for await (const row of file.rows) {
      if (row.ok) for (const place of row.record.places) places.count(place);
      if (row.rowNumber > SURVEYED_LINES) break;
      if (preview.rows.length >= PREVIEW_LINES) continue;
      const judged = judgeRow(row, context);
      const cells = preview.lines[row.rowNumber - 1] ?? [];
      preview.rows.push({ row: judged, cells, column: columnToBlame(judged, mapping) });
    }
  } catch (error) {
    if (!(error instanceof ImportFileError)) throw error;
    // The sample ends somewhere in the middle; a file refused before its first line is another matter.
    if (preview.rows.length === 0) preview.refusal = { code: error.code, message: error.message };
  }
  const { lines: _, ...shown } = preview;
  return { ...shown, places: places.mostFrequent() };
}

async function readBeginning(
  request: PreviewRequest,
  timeZone: string,
  currency: Currency,
): Promise<ImportPreview & { lines: string[][] }> {
  const decoded = decodeText(streamOf(request.sample));
  const nothing = { delimiter: null, header: [], suggestion: null, rows: [], lines: [], refusal: null };
  const unknown = { values: {}, places: [], zones: [] };
  try {
    const { first, text } = await peek(decoded.chunks);
    const isJson = first === "{" || first === "[";
    if (first === null || isJson) {
      const empty = { code: "file_empty" as const, message: FILE_REFUSALS.file_empty };
      const kind = isJson ? ("json" as const) : ("table" as const);
      const refusal = first === null ? empty : null;
      return { ...nothing, ...unknown, kind, encoding: decoded.encoding(), isKnownFormat: isJson, refusal };
    }
    const { header, delimiter, lines: all } = await openTable(text);
    const lines: string[][] = [];
    for await (const line of all) {
      lines.push(line.ok ? line.cells : []);
      if (lines.length >= SURVEYED_LINES) break;
    }
    const { fileName } = request;
    const partedByCommas = delimiter === ",";
    const sample = { fileName, header, lines, partedByCommas, timeZone, currency };
    return {
      ...nothing,
      ...unknown,
      kind: "table",
      encoding: decoded.encoding(),
      delimiter,
      header,
      isKnownFormat: isSeattle(header),
      suggestion: suggestMapping(sample),
      values: valuesOf(header, lines),
      lines,
    };
  } catch (error) {
    if (!(error instanceof ImportFileError)) throw error;
    const refusal = { code: error.code, message: error.message };
    return {
      ...nothing,
      ...unknown,
      kind: "table",
      encoding: decoded.encoding(),
      isKnownFormat: false,
      refusal,
    };
  }
}

class Tally {
  private readonly counts = new Map<string, number>();

  count(value: string): void {
    if (value !== "") this.counts.set(value, (this.counts.get(value) ?? 0) + 1);
  }

  mostFrequent(): string[] {
    const byCount = [...this.counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
    return byCount.slice(0, MOST_VALUES).map(([value]) => value);
  }

  get distinct(): number {
    return this.counts.size;
  }
}

function valuesOf(
  header: readonly string[],
  lines: readonly (readonly string[])[],
): Record<string, string[]> {
  const told = header.flatMap((name, at): [string, string[]][] => {
    const tally = new Tally();
    for (const cells of lines) tally.count(cells[at] ?? "");
    const differs = tally.distinct > MOST_VALUES || (lines.length > 20 && tally.distinct === lines.length);
    return [[name, differs ? [] : tally.mostFrequent()]];
  });
  return Object.fromEntries(told);
}

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function columnToBlame(row: JudgedRow, mapping: MappingTerms | null): string | null {
  if (row.ok) return null;
  if (mapping?.kind !== "table") return null;
  if (row.code.startsWith("amount_")) return mapping.amount.column;
  if (row.code.startsWith("time_")) return mapping.time.column;
  if (row.code.startsWith("credit_")) return mapping.refunds.referenceColumn ?? mapping.amount.column;
  if (row.code === "currency_not_of_program") {
    return "column" in mapping.currency ? mapping.currency.column : mapping.amount.column;
  }
  const named = [...mapping.id.columns, mapping.amount.column];
  return row.code === "field_missing" ? (named.find((name) => row.message.includes(name)) ?? null) : null;
}
