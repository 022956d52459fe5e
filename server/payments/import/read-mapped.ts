/** A table in the columns of any source, read by a mapping. */
import { createHash } from "node:crypto";
import { isCurrency, minorDigits } from "@/server/platform/money";
import { FILE_REFUSALS, type RowRefusal } from "./constants";
import { nameOfRefund, nameRecord } from "./name-record";
import { exactText, parseExact, readWrittenAmount } from "./read-amount";
import type { Table } from "./read-lines";
import { type Moment, readMoment } from "./read-moment";
import type { TableMapping } from "./schema";
import { ImportFileError, type ReadRow, type RecordName } from "./types";

/** A line of one column of a mapping that is wrong, for whoever makes the mapping. */
interface Reading {
  mapping: TableMapping;
  /** Of the program; the mapping may name another. */
  timeZone: string;
}

type Unplaced<Row> = Row extends unknown ? Omit<Row, "rowNumber" | "raw"> : never;
type Cell = (column: string | undefined) => string;

export async function* readMapped(table: Table, reading: Reading): AsyncGenerator<ReadRow> {
  const { mapping } = reading;
  const at = new Map(table.header.map((name, index) => [name.toLowerCase(), index]));
  const missing = columnsOf(mapping).filter((name) => !at.has(name.toLowerCase()));
  if (missing.length > 0) {
    throw new ImportFileError(
      "columns_missing",
      `${FILE_REFUSALS.columns_missing} Missing: ${missing.join(", ")}.`,
    );
  }
  const partedByCommas = table.delimiter === ",";
  const seen = new Repeats(mapping);
  for await (const line of table.lines) {
    if (!line.ok) {
      yield line;
      continue;
    }
    const { rowNumber, raw, cells } = line;
    const cell: Cell = (column) =>
      column === undefined ? "" : (cells[at.get(column.toLowerCase()) ?? -1] ?? "");
    yield { rowNumber, raw, ...toRecord(cell, reading, partedByCommas, seen) };
  }
}

function columnsOf(mapping: TableMapping): string[] {
  const { id, time, amount, currency, means, place, device, refunds, description } = mapping;
  const single = [
    time.column,
    time.clockColumn,
    amount.column,
    "column" in currency ? currency.column : undefined,
    means.column,
    place.column,
    device.column,
    refunds.column,
    refunds.referenceColumn,
  ];
  return [...new Set([...id.columns, ...single.filter((name) => name !== undefined), ...description])];
}

function toRecord(
  cell: Cell,
  { mapping, timeZone }: Reading,
  partedByCommas: boolean,
  seen: Repeats,
): Unplaced<ReadRow> {
  const parts = mapping.id.columns.map(cell);
  if (parts.every((part) => part === "") || parts.join("").length > 200) {
    const message = `${mapping.id.columns.join(" and ")} ${parts.length > 1 ? "are" : "is"} blank or too long for an id.`;
    return { ok: false, code: "field_missing", message };
  }
  const plain = nameOf(mapping, parts);
  const refuse = (code: RowRefusal, message: string): Unplaced<ReadRow> => ({
    ok: false,
    code,
    message,
    externalRef: plain.externalRef,
  });
  const moment = momentOf(cell, mapping, timeZone);
  if (!moment) {
    const written = [mapping.time.column, mapping.time.clockColumn].map(cell).join(" ").trim();
    return refuse(
      "time_malformed",
      `${mapping.time.column} "${written.slice(0, 40)}" is not a date and time.`,
    );
  }
  const currency = (
    "column" in mapping.currency ? cell(mapping.currency.column) : mapping.currency.fixed
  ).toUpperCase();
  if (currency === "" && "column" in mapping.currency) {
    return refuse("field_missing", `${mapping.currency.column} is empty: the currency is not told.`);
  }
  const text = cell(mapping.amount.column);
  if (text === "") return refuse("field_missing", `${mapping.amount.column} is empty.`);
  const written = readWrittenAmount(text, mapping.amount.decimal, partedByCommas);
  const exact = written.ok ? parseExact(written.text) : null;
  if (!written.ok || !exact) {
    const isAmbiguous = !written.ok && written.why === "ambiguous";
    return refuse(
      isAmbiguous ? "amount_ambiguous" : "amount_malformed",
      isAmbiguous
        ? `${mapping.amount.column} "${text.slice(0, 40)}" could be thousands or decimals. Name the decimal sign.`
        : `${mapping.amount.column} "${text.slice(0, 40)}" is not an amount.`,
    );
  }
  const shift = mapping.amount.unit === "minor" && isCurrency(currency) ? minorDigits(currency) : 0;
  const amount = exactText({ units: exact.units, scale: exact.scale + shift });
  const { refunds } = mapping;
  const isMarked =
    refunds.column !== undefined &&
    refunds.values.some((value) => value.toLowerCase() === cell(refunds.column).toLowerCase());
  const isRefund = isMarked || amount.startsWith("-");
  const reference = cell(refunds.referenceColumn);
  const back = reference === "" ? null : nameOf(mapping, [reference]).recordKey;
  const name = seen.tell(plain, isRefund);
  const where = [...new Set([mapping.place.column, ...mapping.description])].filter(
    (column) => column !== undefined,
  );
  return {
    ok: true,
    record: {
      ...(isRefund && back === plain.recordKey ? nameOfRefund(plain, { at: moment.at, amount }) : name),
      amount: isRefund && exact.units > 0n ? `-${amount}` : amount,
      amountSymbol: written.symbol,
      currency,
      paidAt: moment.at,
      startedAt: null,
      endedAt: null,
      deviceKind: mapping.device.kind,
      instrumentLabel: cell(mapping.means.column).slice(0, 60) || "Unknown means",
      description:
        where
          .flatMap((column) => (cell(column) === "" ? [] : [`${column} ${cell(column)}`]))
          .join(", ")
          .slice(0, 200) || null,
      quantity: null,
      latitude: null,
      longitude: null,
      country: null,
      devices: [cell(mapping.device.column)].filter((each) => each !== ""),
      places: [cell(mapping.device.column), cell(mapping.place.column)].filter((each) => each !== ""),
      gives: isRefund ? { back } : null,
      flags: moment.flags,
    },
  };
}

/** Parts are joined by a sign that escapes itself, so that different lines never meet in one key. */
function nameOf({ source, id }: TableMapping, parts: readonly string[]): RecordName {
  const whole = parts.map((part) => part.replace(/[~/]/g, "~$&")).join("/");
  return nameRecord(source, whole, whole, id.ignoreCase);
}

function momentOf(cell: Cell, { time }: TableMapping, timeZone: string): Moment | null {
  const day = cell(time.column);
  // A day column of some systems holds a midnight beside the real time of day.
  const text =
    time.clockColumn === undefined
      ? day
      : `${day.replace(/[T ]0?0:00(:00(\.0+)?)?$/, "")} ${cell(time.clockColumn)}`;
  return readMoment(text, time.zone ?? timeZone, time.form);
}

/** Numbers the lines of one key, where the mapping says that each is another transaction. */
class Repeats {
  private readonly counts = new Map<string, number>();

  constructor(private readonly mapping: TableMapping) {}

  tell(name: RecordName, isRefund: boolean): RecordName {
    if (this.mapping.id.repeats === "same" || isRefund) return name;
    const key = createHash("sha256").update(name.recordKey).digest("base64").slice(0, 22);
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    if (count === 1) return name;
    return {
      ...name,
      externalRef: `${name.externalRef}#${count}`,
      recordKey: `${name.recordKey}#${count}`,
    };
  }
}
