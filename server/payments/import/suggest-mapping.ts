/** A first guess at how a table's columns are to be read, from their names and some lines. Somebody looks it over. */
import type { Currency } from "@/server/platform/money";
import { parseExact, readWrittenAmount } from "./read-amount";
import { readMoment, type TimeForm } from "./read-moment";
import type { TableMapping } from "./schema";

const NAMES = {
  id: /transaction.?(id|no|num)|^id$|receipt|beleg|vorgang|quittung|ticket|record.?id|transmission/i,
  time: /start|date.?time|time|datum|date|_dt|created|paid.?at/i,
  timeEnd: /end|expir|stop|until|bis/i,
  amount: /amount|amt|betrag|price|fee|gross|total|cost|paid|summe|montant|importe/i,
  currency: /curr|w(\u00e4|ae)hrung|devise|moneda/i,
  means: /pay|means|method|zahl|tender|card.?type/i,
  place: /block|street|zone|area|location|lot|garage|standort|place|pole|post/i,
  device: /meter|pole|post|machine|automat|device|terminal|kiosk/i,
  reference: /ref(erence|und)|original|storno.?zu|related/i,
};

export interface Sample {
  fileName: string;
  header: readonly string[];
  lines: readonly (readonly string[])[];
  partedByCommas: boolean;
  timeZone: string;
  currency: Currency;
}

export function suggestMapping(sample: Sample): TableMapping {
  const { header, currency } = sample;
  const named = (pattern: RegExp, besides: readonly (string | undefined)[] = []) =>
    header.find((name) => pattern.test(name) && !besides.includes(name));
  const isMoney = (name: string) => isMost(valuesOf(sample, name), (text) => isAmount(text, sample));
  const { time, form } = findTime(sample);
  const amount =
    header.find((name) => NAMES.amount.test(name) && isMoney(name)) ??
    header.find(
      (name) => name !== time && isMoney(name) && valuesOf(sample, name).some((text) => /[.,]/.test(text)),
    ) ??
    header[0] ??
    "";
  const id = named(NAMES.id, [time, amount]);
  const device = named(NAMES.device, [id, time, amount]);
  const place = named(NAMES.place, [id, time, amount, device]) ?? device;
  const currencyColumn = named(NAMES.currency);
  const means = named(NAMES.means, [id, time, amount, currencyColumn]);
  const composed = [...new Set([device, place, time, amount].filter((name) => name !== undefined))];
  const reference = named(NAMES.reference, [id, time, amount]);
  return {
    kind: "table",
    source: slugOf(sample.fileName),
    id: { columns: id ? [id] : composed, ignoreCase: false, repeats: "same" },
    time: { column: time, form, ...clockOf(sample, time) },
    amount: {
      column: amount,
      unit: looksLikeCents(valuesOf(sample, amount)) ? "minor" : "major",
      decimal: "auto",
    },
    currency: currencyColumn ? { column: currencyColumn } : { fixed: currency },
    means: means ? { column: means } : {},
    place: { ...(place ? { column: place } : {}), zones: {} },
    device: { ...(device ? { column: device } : {}), kind: "parking_meter" },
    refunds: { values: [], ...(reference ? { referenceColumn: reference } : {}) },
    description: [],
  };
}

function valuesOf({ header, lines }: Sample, name: string): string[] {
  const at = header.indexOf(name);
  return lines.flatMap((cells) => (cells[at] ? [cells[at]] : []));
}

function isAmount(text: string, { partedByCommas }: Sample): boolean {
  const written = readWrittenAmount(text, "auto", partedByCommas);
  return written.ok ? parseExact(written.text) !== null : written.why === "ambiguous";
}

function findTime(sample: Sample): { time: string; form: TimeForm } {
  const { header, timeZone } = sample;
  const likely = [
    ...header.filter((name) => NAMES.time.test(name) && !NAMES.timeEnd.test(name)),
    ...header.filter((name) => NAMES.time.test(name)),
    ...header,
  ];
  for (const time of likely) {
    const values = valuesOf(sample, time);
    let best: { form: TimeForm; read: number } = { form: "auto", read: 0 };
    for (const form of ["auto", "dmy", "unix"] as const) {
      const read = values.filter((text) => readMoment(text, timeZone, form) !== null).length;
      if (read > best.read) best = { form, read };
    }
    if (best.read > values.length / 2) return { time, form: best.form };
  }
  return { time: likely[0] ?? "", form: "auto" };
}

/** The time of day where it stands beside the date. */
function clockOf(sample: Sample, time: string): { clockColumn?: string } {
  if (valuesOf(sample, time).some((text) => text.includes(":"))) return {};
  const clock = sample.header.find(
    (name) =>
      name !== time && isMost(valuesOf(sample, name), (text) => /^\d{1,2}:\d{2}(:\d{2})?$/.test(text)),
  );
  return clock === undefined ? {} : { clockColumn: clock };
}

/** A few lines that are wrong do not tell what a column is. */
function isMost(values: readonly string[], holds: (text: string) => boolean): boolean {
  return values.filter(holds).length > values.length / 2;
}

/** Whole numbers throughout, of a size that nobody pays for parking. */
function looksLikeCents(values: readonly string[]): boolean {
  return (
    values.length > 0 && values.every((text) => /^-?\d+$/.test(text)) && values.some((text) => +text >= 25)
  );
}

function slugOf(fileName: string): string {
  const slug = fileName
    .replace(/\.[^.]*$/, "")
    .toLowerCase()
    .replace(/[^a-z]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return slug || "city";
}
