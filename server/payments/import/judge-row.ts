/**
 * Decides of a record that was read whether it is taken, and flags what is odd about it. Pure. Odd facts are kept as
 * they came; nothing is mended.
 */
import { isIn, iso1A3Code } from "@rapideditor/country-coder";
import { findCardNumber } from "@/server/platform/card-guard";
import {
  type Currency,
  formatMicros,
  isCurrency,
  MICROS_PER_MAJOR,
  MoneyError,
  minorDigits,
  parseMinorMicros,
} from "@/server/platform/money";
import { CLOCK_TOLERANCE_MINUTES } from "../constants";
import type { Flag } from "../types";
import {
  EARLIEST_MOMENT,
  HUGE_AMOUNT_MAJOR,
  LONGEST_PLAUSIBLE_HOURS,
  OLDEST_PLAUSIBLE_MOMENT,
  ROW_REFUSALS,
  type RowRefusal,
} from "./constants";
import type { ImportedRecord, JudgedRow, ReadRow } from "./types";

export interface JudgeContext {
  currency: Currency;
  at: Date;
}

export function judgeRow(row: ReadRow, context: JudgeContext): JudgedRow {
  const { rowNumber } = row;
  if (holdsCard(row)) {
    const message = ROW_REFUSALS.card_number;
    return { rowNumber, raw: "", externalRef: null, flags: [], ok: false, code: "card_number", message };
  }
  const raw = printable(row.raw);
  if (!row.ok) {
    const message = row.message ? printable(row.message) : ROW_REFUSALS[row.code];
    return {
      rowNumber,
      raw,
      externalRef: row.externalRef ?? null,
      flags: row.flags ?? [],
      ok: false,
      code: row.code,
      message,
    };
  }
  const { record } = row;
  const flags = [...record.flags, ...timeFlags(record), ...placeFlags(record)];
  const externalRef = printable(record.externalRef);
  const refuse = (code: RowRefusal, flag?: Flag, message: string = ROW_REFUSALS[code]): JudgedRow => ({
    rowNumber,
    raw,
    externalRef,
    flags: flag ? [...flags, flag] : flags,
    ok: false,
    code,
    message,
  });
  const late = record.paidAt.getTime() - context.at.getTime();
  if (late > CLOCK_TOLERANCE_MINUTES * 60_000) {
    const sentence = `${record.paidAt.toISOString()} lies in the future.`;
    return refuse("time_in_future", { code: "time_in_future", sentence });
  }
  if (record.paidAt < EARLIEST_MOMENT) {
    const sentence = `${record.paidAt.toISOString()} is the time of a clock that was never set.`;
    return refuse("time_is_epoch", { code: "time_is_epoch", sentence });
  }
  if (record.currency !== context.currency && !record.currencyIsStated) {
    flags.push({
      code: "currency_assumed",
      sentence: `The file names no currency; its publisher uses ${printable(record.currency)}, it was taken as ${context.currency}.`,
    });
  } else if (record.currency !== context.currency) {
    const message = `The currency is ${printable(record.currency)}, the program's is ${context.currency}.`;
    return refuse("currency_not_of_program", undefined, message);
  }
  const amount = judgeAmount(record.amount, context.currency);
  if (!amount.ok) return refuse(amount.code, amount.flag, amount.message);
  if (amount.micros > HUGE_AMOUNT_MAJOR * MICROS_PER_MAJOR) {
    const text = formatMicros(amount.micros, minorDigits(context.currency));
    flags.push({
      code: "amount_huge",
      sentence: `${text} ${context.currency} is more than such payments cost.`,
    });
  }
  return {
    rowNumber,
    raw: flags.length > 0 ? raw : "",
    externalRef,
    flags,
    ok: true,
    record: {
      ...record,
      externalRef,
      instrumentLabel: printable(record.instrumentLabel),
      description: record.description && printable(record.description),
      amountMicros: amount.micros,
      currency: context.currency,
      latitude: finite(record.latitude),
      longitude: finite(record.longitude),
      flags,
    },
  };
}

type Amount = { ok: true; micros: bigint } | { ok: false; code: RowRefusal; flag?: Flag; message?: string };

function judgeAmount(text: string, currency: Currency): Amount {
  try {
    if (!isCurrency(currency)) return { ok: false, code: "currency_not_of_program" };
    const micros = parseMinorMicros(text, currency);
    if (micros > 0n) return { ok: true, micros };
    const code = micros < 0n ? "amount_negative" : "amount_zero";
    return { ok: false, code, flag: { code, sentence: ROW_REFUSALS[code] } };
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    const code = error.code === "currency_unknown" ? "currency_not_of_program" : error.code;
    if (text.startsWith("-")) {
      return {
        ok: false,
        code: "amount_negative",
        flag: { code: "amount_negative", sentence: ROW_REFUSALS.amount_negative },
      };
    }
    const flag =
      code === "amount_out_of_range" ? { code: "amount_huge", sentence: error.message } : undefined;
    return { ok: false, code, message: printable(error.message), ...(flag ? { flag } : {}) };
  }
}

function timeFlags({ startedAt, endedAt, paidAt }: ImportedRecord): Flag[] {
  const flags: Flag[] = [];
  if (startedAt && endedAt) {
    const hours = (endedAt.getTime() - startedAt.getTime()) / 3_600_000;
    if (hours < 0) {
      const sentence = `It ends (${endedAt.toISOString()}) before it starts (${startedAt.toISOString()}).`;
      flags.push({ code: "end_before_start", sentence });
    } else if (hours > LONGEST_PLAUSIBLE_HOURS) {
      flags.push({ code: "duration_implausible", sentence: `It lasted ${Math.round(hours / 24)} days.` });
    }
  }
  if (startedAt && startedAt < EARLIEST_MOMENT && paidAt >= EARLIEST_MOMENT) {
    const sentence = `It starts in ${startedAt.getUTCFullYear()}: a clock that was never set.`;
    flags.push({ code: "time_is_epoch", sentence });
  }
  if (paidAt >= EARLIEST_MOMENT && paidAt < OLDEST_PLAUSIBLE_MOMENT) {
    flags.push({ code: "time_very_old", sentence: `${paidAt.toISOString()} is before the year 2000.` });
  }
  return flags;
}

/** About five kilometres; borders in the map are simplified, and chargers stand at shores. */
const NEARBY_DEGREES = 0.05;

function placeFlags({ latitude, longitude, country }: ImportedRecord): Flag[] {
  if (latitude === null && longitude === null) return [];
  const lat = finite(latitude);
  const lon = finite(longitude);
  const shown = `${printable(latitude ?? "?")}, ${printable(longitude ?? "?")}`.slice(0, 80);
  if (lat === null || lon === null) {
    return [{ code: "coordinates_malformed", sentence: `${shown} are no coordinates.` }];
  }
  const possible = Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  const swappable = Math.abs(lon) <= 90 && Math.abs(lat) <= 180;
  const code = country ? iso1A3Code(country) : null;
  if (!possible) {
    const hint =
      swappable && (!code || isNear(lon, lat, code))
        ? " With latitude and longitude swapped they would fit."
        : "";
    return [{ code: "coordinates_impossible", sentence: `There is no place at ${shown}.${hint}` }];
  }
  if (lat === 0 && lon === 0) {
    return [
      { code: "coordinates_zero", sentence: "The coordinates are 0, 0: a position that was never set." },
    ];
  }
  if (country && !code) {
    return [
      { code: "country_unknown", sentence: `"${printable(country).slice(0, 20)}" is no country's code.` },
    ];
  }
  if (!code || isNear(lat, lon, code)) return [];
  const there = iso1A3Code([lon, lat]);
  const hint =
    swappable && isNear(lon, lat, code) ? " With latitude and longitude swapped they would fit." : "";
  const sentence = `The coordinates ${shown} lie in ${there ?? "no country"}, not in ${code}.${hint}`;
  return [{ code: "coordinates_outside_country", sentence }];
}

function isNear(latitude: number, longitude: number, country: string): boolean {
  for (const dLat of [0, -NEARBY_DEGREES, NEARBY_DEGREES]) {
    for (const dLon of [0, -NEARBY_DEGREES, NEARBY_DEGREES]) {
      const [lat, lon] = [latitude + dLat, longitude + dLon];
      if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && isIn([lon, lat], country)) return true;
    }
  }
  return false;
}

function finite(text: string | null): number | null {
  if (text === null || !/^-?\d{1,9}(\.\d{1,20})?$/.test(text.trim())) return null;
  return Number(text);
}

/** Fractions of coordinates and kilowatt hours are long runs of digits that mean nothing. */
const FRACTION = /\d+\.\d+/g;

function holdsCard(row: ReadRow): boolean {
  // JSON can write digits as escapes, so what was read is looked at beside what was written.
  const read = row.ok ? `${row.record.externalRef} ${row.record.description ?? ""}` : "";
  return findCardNumber([row.raw.replace(FRACTION, ""), read]) !== null;
}

/** Text that Postgres can store and people can read. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\ufffd").toWellFormed();
}
