/**
 * Charge detail records of OCPI 2.1.1 to 2.3.0. The amount is what the driver pays: before taxes plus taxes (2.3.0),
 * including VAT (2.2.1). Where a record states no tax (2.1.1, or 2.2.1 without `incl_vat`), the stated amount is
 * taken and flagged. It counts as paid when the session ended. A credit record gives back the record that it names.
 */
import { z } from "zod";
import type { Flag } from "../types";
import { ROW_REFUSALS, type RowRefusal } from "./constants";
import { nameOfCdr, nameOfRefund } from "./name-record";
import { type Exact, exactText, parseExact } from "./read-amount";
import { partsDifference, price, totalOf } from "./read-total";
import { splitJson } from "./split-json";
import type { ImportedRecord, ReadRow } from "./types";

const text = z.string().max(500);
// Numbers arrive as the text that stood in the file, so that no amount ever becomes a float.
const decimal = z.string().max(60);
const place = z.looseObject({
  id: text.nullish(),
  name: text.nullish(),
  city: text.nullish(),
  country: text.nullish(),
  coordinates: z.looseObject({ latitude: decimal, longitude: decimal }).nullish(),
  evse_id: text.nullish(),
  evse_uid: text.nullish(),
});

const cdrSchema = z.looseObject({
  id: z.string().min(1).max(100),
  country_code: z.string().max(3).nullish(),
  party_id: z.string().max(10).nullish(),
  start_date_time: text,
  end_date_time: text.nullish(),
  stop_date_time: text.nullish(),
  currency: z.string().trim().min(1).max(10),
  cdr_token: z
    .looseObject({ type: text.nullish(), contract_id: text.nullish(), uid: text.nullish() })
    .nullish(),
  auth_id: text.nullish(),
  cdr_location: place.nullish(),
  location: place.nullish(),
  total_cost: price,
  total_fixed_cost: price.nullish(),
  total_energy_cost: price.nullish(),
  total_time_cost: price.nullish(),
  total_parking_cost: price.nullish(),
  total_reservation_cost: price.nullish(),
  total_energy: decimal.nullish(),
  total_time: decimal.nullish(),
  credit: z.union([z.boolean(), z.enum(["true", "false"])]).nullish(),
  credit_reference_id: z.string().max(100).nullish(),
});
type Cdr = z.infer<typeof cdrSchema>;

/** Without one of these an object is no charge detail record at all. */
const TELLING = ["id", "start_date_time", "total_cost", "cdr_token", "charging_periods"];
const NEEDED = ["id", "start_date_time", "end_date_time", "currency", "total_cost"] as const;

export async function* readCdrs(chunks: AsyncIterable<string>): AsyncGenerator<ReadRow> {
  let rowNumber = 0;
  for await (const piece of splitJson(chunks)) {
    rowNumber++;
    const base = { rowNumber, raw: piece.text };
    if (piece.kind === "too_long") yield { ...base, raw: "", ok: false, code: "record_too_long" };
    else if (piece.kind === "too_deep") {
      yield {
        ...base,
        raw: "",
        ok: false,
        code: "json_malformed",
        message: "The record is nested too deeply.",
      };
    } else if (piece.kind === "other") yield { ...base, ok: false, code: "not_a_record" };
    else yield { ...base, ...readCdr(piece.text) };
  }
}

/** A row without what its place in the file says of it. */
type Reading = { ok: true; record: ImportedRecord } | Refused;
interface Refused {
  ok: false;
  code: RowRefusal;
  message?: string;
  externalRef?: string;
  flags?: Flag[];
}

function readCdr(raw: string): Reading {
  const value = parseExactly(raw);
  if (value === undefined) return { ok: false, code: "json_malformed" };
  if (typeof value !== "object" || value === null || !TELLING.some((name) => name in value)) {
    return { ok: false, code: "not_a_record" };
  }
  const fault = faultOf(value);
  if (fault) return fault;
  const parsed = cdrSchema.safeParse(value);
  if (parsed.success) return toRecord(parsed.data);
  const where = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))];
  return { ok: false, code: "field_missing", message: `${listed(where)} not as the standard has it.` };
}

/** What of the needed fields is not there, in words. */
function faultOf(value: object): Refused | null {
  const record = value as Record<string, unknown>;
  const missing: string[] = NEEDED.filter((name) => {
    const held = name === "end_date_time" ? (record[name] ?? record.stop_date_time) : record[name];
    return held === undefined || held === null;
  });
  if (missing.length > 0) return { ok: false, code: "field_missing", message: `${listed(missing)} missing.` };
  if (typeof record.id === "string" && record.id.trim() === "") {
    const sentence = "The id is blank, so that the record could not be told from others.";
    return {
      ok: false,
      code: "field_missing",
      message: "id is blank.",
      flags: [{ code: "id_blank", sentence }],
    };
  }
  return null;
}

/** `a is`, or `a, b and c are`. */
function listed(names: readonly string[]): string {
  if (names.length < 2) return `${names[0] || "The record"} is`;
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)} are`;
}

function toRecord(cdr: Cdr): Reading {
  const name = nameOfCdr(cdr, cdr.id);
  const { externalRef } = name;
  const startedAt = parseOcpiTime(cdr.start_date_time);
  const endedAt = parseOcpiTime(cdr.end_date_time ?? cdr.stop_date_time ?? "");
  if (!startedAt || !endedAt) {
    const which = startedAt ? "end_date_time" : "start_date_time";
    return {
      ok: false,
      code: "time_malformed",
      externalRef,
      message: `${which} is not a date and time of OCPI.`,
    };
  }
  const location = cdr.cdr_location ?? cdr.location ?? null;
  const flags: Flag[] = [];
  const total = totalOf(cdr.total_cost);
  if (!total) return { ok: false, code: "amount_malformed", externalRef };
  if (!total.taxesStated) {
    flags.push({
      code: "taxes_not_stated",
      sentence: "The record states no taxes; its total was taken as it is.",
    });
  }
  if (total.contradiction) flags.push({ code: "totals_contradict", sentence: total.contradiction });
  const difference = partsDifference(
    [
      cdr.total_fixed_cost,
      cdr.total_energy_cost,
      cdr.total_time_cost,
      cdr.total_parking_cost,
      cdr.total_reservation_cost,
    ],
    total.value,
  );
  if (difference) flags.push({ code: "total_differs_from_parts", sentence: difference });
  const credit = creditOf(cdr, total.value, externalRef);
  if (credit && !credit.ok) return credit;
  if (credit?.flag) flags.push(credit.flag);
  const token = cdr.cdr_token;
  const holder = token?.contract_id ?? token?.uid ?? cdr.auth_id ?? "";
  const amount = exactText(total.value);
  const isOfItself = credit?.back === name.recordKey;
  return {
    ok: true,
    record: {
      ...(isOfItself ? nameOfRefund(name, { at: endedAt, amount }) : name),
      amount: credit && !amount.startsWith("-") ? `-${amount}` : amount,
      amountSymbol: null,
      currency: cdr.currency.toUpperCase(),
      paidAt: endedAt,
      startedAt,
      endedAt,
      deviceKind: "ev_charger",
      instrumentLabel: `${token?.type ?? "Token"} ···· ${holder.slice(-4)}`.trim(),
      description: [location?.name, location?.evse_id].filter(Boolean).join(", ").slice(0, 200) || null,
      ...quantitiesOf({ kwh: cdr.total_energy, hours: cdr.total_time }, flags),
      latitude: location?.coordinates?.latitude ?? null,
      longitude: location?.coordinates?.longitude ?? null,
      country: location?.country ?? null,
      devices: present([location?.evse_id, location?.evse_uid]),
      places: present([location?.evse_id, location?.evse_uid, location?.id, location?.name, location?.city]),
      gives: credit && { back: credit.back },
    },
  };
}

function present(names: readonly (string | null | undefined)[]): string[] {
  return names.flatMap((name) => (name?.trim() ? [name.trim()] : []));
}

/**
 * Whether a record gives another one back: by its `credit` mark, or by a total below zero. The record that it names is
 * one of the same party. Senders write such totals with or without a minus.
 */
function creditOf(
  cdr: Cdr,
  total: Exact,
  externalRef: string,
): ({ ok: true; back: string | null; flag: Flag | null } | Refused) | null {
  const isMarked = cdr.credit === true || cdr.credit === "true";
  const reference = cdr.credit_reference_id?.trim() || null;
  const isBelowZero = total.units < 0n;
  if (!isMarked && !isBelowZero) {
    if (!reference) return null;
    return {
      ok: false,
      code: "credit_not_marked",
      externalRef,
      flags: [{ code: "credit_not_marked", sentence: ROW_REFUSALS.credit_not_marked }],
    };
  }
  if (total.units === 0n)
    return { ok: false, code: "field_missing", externalRef, message: "The credit is zero." };
  if (!reference) {
    const code = isMarked ? "credit_names_nothing" : "amount_negative";
    return { ok: false, code, externalRef, flags: [{ code, sentence: ROW_REFUSALS[code] }] };
  }
  const sentence = `The record is a credit of ${reference}, written without a minus; it was taken as one.`;
  return {
    ok: true,
    back: nameOfCdr(cdr, reference).recordKey,
    flag: isBelowZero ? null : { code: "credit_unsigned", sentence },
  };
}

/** JSON with every number as the text that it was written as; undefined when it is not JSON. */
function parseExactly(raw: string): unknown {
  const keep = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === "number" ? (context?.source ?? String(value)) : value;
  try {
    return JSON.parse(raw, keep as (key: string, value: unknown) => unknown);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** OCPI's DateTime: RFC 3339 in UTC, whose `Z` may be left out; offsets are understood as well. */
function parseOcpiTime(value: string): Date | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/.exec(value);
  if (!match) return null;
  const at = new Date(match[7] ? value : `${value}Z`);
  if (Number.isNaN(at.getTime())) return null;
  const day = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])));
  return day.getUTCDate() === Number(match[3]) ? at : null;
}

/** Kept where they are sound; what is not is left out and flagged. */
function quantitiesOf(
  values: Record<string, string | null | undefined>,
  before: readonly Flag[],
): { quantity: Record<string, string> | null; flags: Flag[] } {
  const flags = [...before];
  const kept: [string, string][] = [];
  for (const [unit, text] of Object.entries(values)) {
    if (text === null || text === undefined) continue;
    const value = parseExact(text);
    if (value && value.units >= 0n && /^\d{1,13}(\.\d{1,12})?$/.test(exactText(value))) {
      kept.push([unit, exactText(value)]);
      continue;
    }
    const isNegative = value !== null && value.units < 0n;
    flags.push({
      code: isNegative ? "quantity_negative" : "quantity_malformed",
      sentence: isNegative
        ? `The record says ${text.slice(0, 40)} ${unit}, which is below zero; it was left out.`
        : `"${text.slice(0, 40)}" is no number of ${unit}; it was left out.`,
    });
  }
  return { quantity: kept.length === 0 ? null : Object.fromEntries(kept), flags };
}
