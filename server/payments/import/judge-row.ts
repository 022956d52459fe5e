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
  minorDigits,
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
import { type Placing, placeRecord } from "./place-record";
import { parseExact, roundToMinor, symbolFits } from "./read-amount";
import type { ImportedRecord, JudgedRow, ReadRow } from "./types";

export interface JudgeContext {
  currency: Currency;
  at: Date;
  placing: Placing;
}

/** Taken, free, given back or refused; `gives` of a record tells that it is to be given back. */
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
  if (record.currency !== context.currency) {
    const message = `The currency is ${printable(record.currency)}, the program's is ${context.currency}.`;
    return refuse("currency_not_of_program", undefined, message);
  }
  if (record.amountSymbol && !symbolFits(record.amountSymbol, context.currency)) {
    const message = `The amount is written with ${record.amountSymbol}, the program's currency is ${context.currency}.`;
    return refuse("currency_not_of_program", undefined, message);
  }
  const amount = judgeAmount(record, context.currency);
  if (!amount.ok) return refuse(amount.code, amount.flag, amount.message);
  flags.push(...amount.flags);
  const place = placeRecord(record, context.placing);
  if (record.gives === null && amount.micros > 0n) flags.push(...place.flags);
  const { amountSymbol: _, ...kept } = record;
  return {
    rowNumber,
    raw: flags.length > 0 ? raw : "",
    externalRef,
    flags,
    ok: true,
    record: {
      ...kept,
      externalRef,
      recordKey: printable(record.recordKey),
      instrumentLabel: printable(record.instrumentLabel),
      description: record.description && printable(record.description),
      amountMicros: amount.micros,
      currency: context.currency,
      latitude: finite(record.latitude),
      longitude: finite(record.longitude),
      deviceKind: place.deviceKind,
      zone: place.zone,
      deviceId: place.deviceId,
      flags,
    },
  };
}

type Amount =
  | { ok: true; micros: bigint; flags: Flag[] }
  | { ok: false; code: RowRefusal; flag?: Flag; message?: string };

/** The sum that moves, above or at zero. Finer amounts are rounded to the minor unit, halves to the even one. */
function judgeAmount(record: ImportedRecord, currency: Currency): Amount {
  if (!isCurrency(currency)) return { ok: false, code: "currency_not_of_program" };
  const exact = parseExact(record.amount);
  if (!exact) {
    const message = `"${printable(record.amount.slice(0, 40))}" is not a decimal amount such as "2.75".`;
    return { ok: false, code: "amount_malformed", message };
  }
  const result = roundToMinor(exact, currency);
  if (!result) {
    const sentence = `"${printable(record.amount.slice(0, 40))}" is above ${ROW_LIMIT}.`;
    return {
      ok: false,
      code: "amount_out_of_range",
      message: sentence,
      flag: { code: "amount_huge", sentence },
    };
  }
  if (exact.units < 0n && record.gives?.back == null) {
    const code = "amount_negative" as const;
    return { ok: false, code, flag: { code, sentence: ROW_REFUSALS[code] } };
  }
  const micros = result.micros < 0n ? -result.micros : result.micros;
  const shown = `${formatMicros(micros, minorDigits(currency))} ${currency}`;
  const flags: Flag[] = [];
  if (result.rounded) {
    const sentence = `${printable(record.amount.slice(0, 40))} is finer than the smallest unit of ${currency}; it was rounded to ${shown}, halves to the even one.`;
    flags.push({ code: "amount_rounded", sentence });
  }
  if (micros > HUGE_AMOUNT_MAJOR * MICROS_PER_MAJOR) {
    flags.push({ code: "amount_huge", sentence: `${shown} is more than such payments cost.` });
  }
  return { ok: true, micros, flags };
}

const ROW_LIMIT = "one billion";

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
