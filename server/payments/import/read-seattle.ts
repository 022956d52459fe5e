/**
 * Paid street parking in the columns that the City of Seattle publishes, one transaction a line, times local to the
 * program, amounts in USD. Columns are found by name, in any order.
 */
import { Readable } from "node:stream";
import { TZDate } from "@date-fns/tz";
import { type CsvError, parse } from "csv-parse";
import type { Flag } from "../types";
import { FILE_REFUSALS, MAX_RECORD_LENGTH, type RowRefusal } from "./constants";
import { type ImportedRecord, ImportFileError, type ReadRow } from "./types";

const COLUMNS = [
  "TransactionId",
  "TransactionDateTime",
  "TransactionDate",
  "timeStart",
  "timeExpired",
  "Duration_mins",
  "Amount",
  "PaymentMean",
  "MeterCode",
  "ElementKey",
] as const;
type Column = (typeof COLUMNS)[number];
type Line = Record<Column, string>;

interface ParsedLine {
  info: { lines: number };
  record: string[];
  raw: string;
}

export async function* readSeattle(chunks: AsyncIterable<string>, timeZone: string): AsyncGenerator<ReadRow> {
  const refused: { line: number; raw: string; error: CsvError }[] = [];
  const parser = parse({
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
  const source = Readable.from(chunks);
  // An error of the source (its size, its encoding) has to end the reading of lines too.
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  let columns: Map<Column, number> | null = null;
  let width = 0;
  let rowNumber = 0;
  for await (const { info, record, raw } of parser as AsyncIterable<ParsedLine>) {
    if (!columns) {
      columns = findColumns(record);
      width = record.length;
      continue;
    }
    // The parser runs ahead of us, so what it refused may lie behind this line.
    while (refused[0] && refused[0].line < info.lines) {
      const each = refused.shift();
      if (each) yield skipped(++rowNumber, each);
    }
    rowNumber++;
    const base = { rowNumber, raw: raw.trim() };
    if (record.length !== width) {
      const message = `The line has ${record.length} columns, the header ${width}.`;
      yield { ...base, ok: false, code: "columns_wrong", message };
      continue;
    }
    const line = Object.fromEntries(
      [...columns].map(([name, at]) => [name, (record[at] ?? "").trim()]),
    ) as Line;
    yield { ...base, ...toRecord(line, timeZone) };
  }
  if (!columns) throw new ImportFileError("format_unknown", FILE_REFUSALS.format_unknown);
  for (const each of refused.splice(0)) yield skipped(++rowNumber, each);
}

function skipped(rowNumber: number, { raw, error }: { raw: string; error: CsvError }): ReadRow {
  const code: RowRefusal = error.code === "CSV_MAX_RECORD_SIZE" ? "record_too_long" : "csv_malformed";
  return { rowNumber, raw: raw.slice(0, 2_000).trim(), ok: false, code, message: error.message };
}

function findColumns(header: readonly string[]): Map<Column, number> {
  const names = header.map((name) => name.trim().toLowerCase());
  const found = new Map(COLUMNS.map((name) => [name, names.indexOf(name.toLowerCase())]));
  const missing = COLUMNS.filter((name) => (found.get(name) ?? -1) < 0);
  if (missing.length === COLUMNS.length) {
    throw new ImportFileError(
      "format_unknown",
      `${FILE_REFUSALS.format_unknown} Its first line has none of the columns ${COLUMNS.join(", ")}.`,
    );
  }
  if (missing.length > 0) {
    throw new ImportFileError(
      "columns_missing",
      `${FILE_REFUSALS.columns_missing} Missing: ${missing.join(", ")}.`,
    );
  }
  return found;
}

function toRecord(
  line: Line,
  timeZone: string,
):
  | { ok: true; record: ImportedRecord }
  | { ok: false; code: RowRefusal; message?: string; externalRef?: string } {
  if (!/^[\x21-\x7e]{1,60}$/.test(line.TransactionId)) {
    return { ok: false, code: "field_missing", message: "TransactionId is empty or no id." };
  }
  const externalRef = `seattle:${line.TransactionId}`;
  const local = parseLocal(line.TransactionDateTime, timeZone);
  if (!local) {
    const message = `TransactionDateTime "${line.TransactionDateTime.slice(0, 40)}" is not a date and time.`;
    return { ok: false, code: "time_malformed", externalRef, message };
  }
  if (line.Amount === "")
    return { ok: false, code: "field_missing", externalRef, message: "Amount is empty." };
  const minutes = /^-?\d{1,9}$/.test(line.Duration_mins) ? Number(line.Duration_mins) : null;
  const where = [
    line.MeterCode && `Meter ${line.MeterCode}`,
    line.ElementKey && `block ${line.ElementKey}`,
  ].filter(Boolean);
  return {
    ok: true,
    record: {
      externalRef,
      amount: line.Amount,
      currency: "USD",
      currencyIsStated: false,
      paidAt: local.at,
      startedAt: null,
      endedAt: null,
      deviceKind: "parking_meter",
      instrumentLabel: line.PaymentMean.slice(0, 60) || "Unknown means",
      description: where.join(", ").slice(0, 200) || null,
      quantity: minutes !== null && minutes >= 0 ? { minutes: String(minutes) } : null,
      latitude: null,
      longitude: null,
      country: null,
      flags: [...local.flags, ...flagsOf(line, minutes, local.day)],
    },
  };
}

/** What of a line contradicts itself. The end of parking may lie behind midnight. */
function flagsOf(line: Line, minutes: number | null, day: string): Flag[] {
  const flags: Flag[] = [];
  const date = dayOf(line.TransactionDate);
  if (line.TransactionDate !== "" && date !== day) {
    const sentence = `TransactionDate ${line.TransactionDate} is not the day of TransactionDateTime.`;
    flags.push({ code: "date_differs", sentence });
  }
  if (minutes === null || minutes < 0) {
    flags.push({
      code: "duration_malformed",
      sentence: `Duration_mins "${line.Duration_mins.slice(0, 20)}" is no number of minutes.`,
    });
  }
  const start = secondOfDay(line.timeStart);
  const end = secondOfDay(line.timeExpired);
  if (start === null || end === null) {
    flags.push({ code: "time_of_day_malformed", sentence: "timeStart or timeExpired is no time of day." });
    return flags;
  }
  const paid = Math.floor((((end - start + 86_400) % 86_400) as number) / 60);
  if (minutes !== null && minutes >= 0 && minutes < 1_440 && paid !== minutes) {
    const code = end < start ? "end_before_start" : "duration_differs";
    const sentence = `From ${line.timeStart} to ${line.timeExpired} are not ${minutes} minutes.`;
    flags.push({ code, sentence });
  }
  return flags;
}

function secondOfDay(text: string): number | null {
  const match = /^(\d{1,2}):(\d\d)(?::(\d\d))?(?: ([AP]M))?$/i.exec(text);
  if (!match) return null;
  const hour = hour24(Number(match[1]), match[4]);
  const [minute, second] = [Number(match[2]), Number(match[3] ?? 0)];
  return hour > 23 || minute > 59 || second > 59 ? null : hour * 3_600 + minute * 60 + second;
}

function hour24(hour: number, half: string | undefined): number {
  if (!half) return hour;
  if (hour < 1 || hour > 12) return 24;
  return (hour % 12) + (half.toUpperCase() === "PM" ? 12 : 0);
}

/** `2012-05-19` or `05/19/2012` as the former; null when it is neither. */
function dayOf(text: string): string | null {
  const iso = /^(\d{4})-(\d\d)-(\d\d)/.exec(text);
  if (iso) return `${iso[1]}-${iso[2]}-${iso[3]}`;
  const us = /^(\d{1,2})\/(\d{1,2})\/(\d{4})/.exec(text);
  return us ? `${us[3]}-${us[1]?.padStart(2, "0")}-${us[2]?.padStart(2, "0")}` : null;
}

/** Local time of the program as a moment, flagged where the clock was changed and the text says too little. */
function parseLocal(text: string, timeZone: string): { at: Date; day: string; flags: Flag[] } | null {
  const day = dayOf(text);
  const seconds = secondOfDay(text.replace(/^[\d/-]+[ T]/, ""));
  if (!day || seconds === null || !/^[\d/-]+[ T]/.test(text)) return null;
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  const [hour, minute, second] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (new Date(Date.UTC(year, month - 1, date)).getUTCDate() !== date || month < 1 || month > 12) return null;
  const local = new TZDate(year, month - 1, date, hour, minute, second, timeZone);
  const at = new Date(local.getTime());
  const flags: Flag[] = [];
  const reads = (moment: number) => {
    const again = new TZDate(moment, timeZone);
    return again.getHours() === hour && again.getMinutes() === minute && again.getDate() === date;
  };
  if (!reads(at.getTime())) {
    const sentence = `${text} does not exist in ${timeZone}: the clock was put forward.`;
    flags.push({ code: "time_does_not_exist", sentence });
  } else if (reads(at.getTime() - 3_600_000) || reads(at.getTime() + 3_600_000)) {
    const sentence = `${text} happened twice in ${timeZone}: the clock was put back.`;
    flags.push({ code: "time_ambiguous", sentence });
  }
  return { at, day, flags };
}
