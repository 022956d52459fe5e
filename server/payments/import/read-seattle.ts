/**
 * Paid street parking in the columns that the City of Seattle publishes, one transaction a line, times local to the
 * program, amounts in USD. Columns are found by name, in any order and letter case, as the file or the city's API
 * writes them. What only describes may be missing.
 */
import type { Flag } from "../types";
import { FILE_REFUSALS } from "./constants";
import { nameRecord } from "./name-record";
import { readWrittenAmount } from "./read-amount";
import type { Table } from "./read-lines";
import { dayOf, readMoment, secondOfDay } from "./read-moment";
import { ImportFileError, type ReadRow } from "./types";

const NEEDED = ["TransactionId", "TransactionDateTime", "Amount"] as const;
const COLUMNS = [
  ...NEEDED,
  "TransactionDate",
  "timeStart",
  "timeExpired",
  "Duration_mins",
  "PaymentMean",
  "MeterCode",
  "ElementKey",
] as const;
type Column = (typeof COLUMNS)[number];
/** A cell is undefined where the file has no such column. */
type Cells = Record<(typeof NEEDED)[number], string> & Partial<Record<Column, string>>;

export const SEATTLE_CURRENCY = "USD";

interface Reading {
  timeZone: string;
  /** What somebody said the file's currency is; what the city uses when left out. */
  currency: string;
}

export async function* readSeattle(table: Table, reading: Reading): AsyncGenerator<ReadRow> {
  const columns = findColumns(table.header);
  const partedByCommas = table.delimiter === ",";
  for await (const line of table.lines) {
    if (!line.ok) {
      yield line;
      continue;
    }
    const { rowNumber, raw, cells } = line;
    const named = Object.fromEntries([...columns].map(([name, at]) => [name, cells[at] ?? ""])) as Cells;
    yield { rowNumber, raw, ...toRecord(named, reading, partedByCommas) };
  }
}

/** Whether the header is one of Seattle's, even if something is missing. */
export function isSeattle(header: readonly string[]): boolean {
  const names = new Set(header.map((name) => name.toLowerCase()));
  return COLUMNS.filter((name) => names.has(name.toLowerCase())).length >= 4;
}

function findColumns(header: readonly string[]): Map<Column, number> {
  const names = header.map((name) => name.toLowerCase());
  const found = new Map(COLUMNS.map((name) => [name, names.indexOf(name.toLowerCase())]));
  const missing = NEEDED.filter((name) => (found.get(name) ?? -1) < 0);
  if (missing.length > 0) {
    throw new ImportFileError(
      "columns_missing",
      `${FILE_REFUSALS.columns_missing} Missing: ${missing.join(", ")}.`,
    );
  }
  return new Map([...found].filter(([, at]) => at >= 0));
}

type Unplaced<Row> = Row extends unknown ? Omit<Row, "rowNumber" | "raw"> : never;

function toRecord(line: Cells, { timeZone, currency }: Reading, partedByCommas: boolean): Unplaced<ReadRow> {
  if (!/^[\x21-\x7e]{1,60}$/.test(line.TransactionId)) {
    return { ok: false, code: "field_missing", message: "TransactionId is empty or no id." };
  }
  const name = nameRecord("seattle", line.TransactionId, line.TransactionId, false);
  const { externalRef } = name;
  const local = readMoment(line.TransactionDateTime, timeZone);
  if (!local) {
    const message = `TransactionDateTime "${line.TransactionDateTime.slice(0, 40)}" is not a date and time.`;
    return { ok: false, code: "time_malformed", externalRef, message };
  }
  if (line.Amount === "")
    return { ok: false, code: "field_missing", externalRef, message: "Amount is empty." };
  const amount = readWrittenAmount(line.Amount, "auto", partedByCommas);
  if (!amount.ok) {
    const code = amount.why === "ambiguous" ? "amount_ambiguous" : "amount_malformed";
    const message = `Amount "${line.Amount.slice(0, 40)}" is not a decimal amount such as "2.75".`;
    return { ok: false, code, externalRef, ...(code === "amount_malformed" ? { message } : {}) };
  }
  const written = line.Duration_mins ?? "";
  const minutes = /^-?\d{1,9}$/.test(written) ? Number(written) : null;
  const where = [
    line.MeterCode && `Meter ${line.MeterCode}`,
    line.ElementKey && `block ${line.ElementKey}`,
  ].filter(Boolean);
  return {
    ok: true,
    record: {
      ...name,
      amount: amount.text,
      amountSymbol: amount.symbol,
      currency,
      paidAt: local.at,
      startedAt: null,
      endedAt: null,
      deviceKind: "parking_meter",
      instrumentLabel: line.PaymentMean?.slice(0, 60) || "Unknown means",
      description: where.join(", ").slice(0, 200) || null,
      quantity: minutes !== null && minutes >= 0 ? { minutes: String(minutes) } : null,
      latitude: null,
      longitude: null,
      country: null,
      devices: line.MeterCode ? [line.MeterCode] : [],
      places: [line.MeterCode, line.ElementKey].flatMap((each) => (each ? [each] : [])),
      gives: amount.text.startsWith("-") ? { back: null } : null,
      flags: [...local.flags, ...flagsOf(line, minutes, local.day)],
    },
  };
}

/** What of a line contradicts itself. The end of parking may lie behind midnight. */
function flagsOf(line: Cells, minutes: number | null, day: string): Flag[] {
  const flags: Flag[] = [];
  const { TransactionDate: date, Duration_mins: duration, timeStart, timeExpired } = line;
  if (date && dayOf(date) !== day) {
    const sentence = `TransactionDate ${date} is not the day of TransactionDateTime.`;
    flags.push({ code: "date_differs", sentence });
  }
  if (duration !== undefined && (minutes === null || minutes < 0)) {
    flags.push({
      code: "duration_malformed",
      sentence: `Duration_mins "${duration.slice(0, 20)}" is no number of minutes.`,
    });
  }
  if (timeStart === undefined || timeExpired === undefined) return flags;
  const start = secondOfDay(timeStart);
  const end = secondOfDay(timeExpired);
  if (start === null || end === null) {
    flags.push({ code: "time_of_day_malformed", sentence: "timeStart or timeExpired is no time of day." });
    return flags;
  }
  const paid = Math.floor((((end - start + 86_400) % 86_400) as number) / 60);
  if (minutes !== null && minutes >= 0 && minutes < 1_440 && paid !== minutes) {
    const code = end < start ? "end_before_start" : "duration_differs";
    const sentence = `From ${timeStart} to ${timeExpired} are not ${minutes} minutes.`;
    flags.push({ code, sentence });
  }
  return flags;
}
