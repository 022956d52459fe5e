/**
 * Charge detail records of OCPI 2.1.1 to 2.3.0. The amount is what the driver pays: before taxes plus taxes (2.3.0),
 * including VAT (2.2.1). Where a record states no tax (2.1.1, or 2.2.1 without `incl_vat`), the stated amount is
 * taken and flagged. It counts as paid when the session ended.
 */
import { z } from "zod";
import { MoneyError, parseMicros } from "@/server/platform/money";
import type { Flag } from "../types";
import type { RowRefusal } from "./constants";
import { splitJson } from "./split-json";
import type { ImportedRecord, ReadRow } from "./types";

const text = z.string().max(500);
// Numbers arrive as the text that stood in the file, so that no amount ever becomes a float.
const decimal = z.string().max(60);
const price = z.union([
  decimal,
  z.looseObject({
    before_taxes: decimal,
    taxes: z.array(z.looseObject({ amount: decimal })).nullish(),
  }),
  z.looseObject({ excl_vat: decimal, incl_vat: decimal.nullish() }),
]);
const place = z.looseObject({
  name: text.nullish(),
  country: text.nullish(),
  coordinates: z.looseObject({ latitude: decimal, longitude: decimal }).nullish(),
  evse_id: text.nullish(),
});

const cdrSchema = z.looseObject({
  id: z.string().min(1).max(100),
  country_code: z.string().max(3).nullish(),
  party_id: z.string().max(10).nullish(),
  start_date_time: text,
  end_date_time: text.optional(),
  stop_date_time: text.optional(),
  currency: z.string().max(10),
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
});
type Cdr = z.infer<typeof cdrSchema>;
type Price = z.infer<typeof price>;

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
}

function readCdr(raw: string): Reading {
  const value = parseExactly(raw);
  if (value === undefined) return { ok: false, code: "json_malformed" };
  const parsed = cdrSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join(".") || "the record";
    const isOther = typeof value !== "object" || value === null || !("total_cost" in value);
    if (isOther) return { ok: false, code: "not_a_record" };
    return {
      ok: false,
      code: "field_missing",
      message: `${where}: ${issue?.message ?? "is not as it should be"}`,
    };
  }
  return toRecord(parsed.data);
}

function toRecord(cdr: Cdr): Reading {
  const issuer = [cdr.country_code, cdr.party_id].filter(Boolean).join("*");
  const externalRef = `ocpi:${issuer ? `${issuer}*` : ""}${cdr.id}`;
  const startedAt = parseOcpiTime(cdr.start_date_time);
  const endText = cdr.end_date_time ?? cdr.stop_date_time;
  const endedAt = endText === undefined ? null : parseOcpiTime(endText);
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
  const difference = partsDifference(cdr, total.micros);
  if (difference) flags.push({ code: "total_differs_from_parts", sentence: difference });
  const token = cdr.cdr_token;
  const name = token?.contract_id ?? token?.uid ?? cdr.auth_id ?? "";
  return {
    ok: true,
    record: {
      externalRef,
      amount: total.text,
      currency: cdr.currency.toUpperCase(),
      currencyIsStated: true,
      paidAt: endedAt,
      startedAt,
      endedAt,
      deviceKind: "ev_charger",
      instrumentLabel: `${token?.type ?? "Token"} ···· ${name.slice(-4)}`.trim(),
      description: [location?.name, location?.evse_id].filter(Boolean).join(", ").slice(0, 200) || null,
      quantity: quantityOf({ kwh: cdr.total_energy, hours: cdr.total_time }),
      latitude: location?.coordinates?.latitude ?? null,
      longitude: location?.coordinates?.longitude ?? null,
      country: location?.country ?? null,
      flags,
    },
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

interface Total {
  micros: bigint;
  text: string;
  taxesStated: boolean;
}

function totalOf(value: Price): Total | null {
  const parts =
    typeof value === "string"
      ? [value]
      : "before_taxes" in value
        ? [
            value.before_taxes as string,
            ...((value.taxes as { amount: string }[] | null) ?? []).map((tax) => tax.amount),
          ]
        : [((value.incl_vat as string | null | undefined) ?? value.excl_vat) as string];
  const taxesStated = typeof value !== "string" && ("before_taxes" in value || value.incl_vat != null);
  try {
    const micros = parts.reduce((sum, part) => sum + parseMicros(part), 0n);
    return { micros, text: decimalOf(micros), taxesStated };
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    // One part keeps its own text, so that the line is refused for what is wrong with it.
    const [only, ...others] = parts;
    return only !== undefined && others.length === 0 ? { micros: 0n, text: only, taxesStated } : null;
  }
}

function decimalOf(micros: bigint): string {
  const digits = (micros < 0n ? -micros : micros).toString().padStart(7, "0");
  return `${micros < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

function partsDifference(cdr: Cdr, totalMicros: bigint): string | null {
  const parts = [
    cdr.total_fixed_cost,
    cdr.total_energy_cost,
    cdr.total_time_cost,
    cdr.total_parking_cost,
    cdr.total_reservation_cost,
  ].filter((part) => part !== null && part !== undefined);
  if (parts.length === 0) return null;
  const sum = parts.reduce((all, part) => all + (totalOf(part)?.micros ?? 0n), 0n);
  if (sum === totalMicros) return null;
  return `The parts add up to ${decimalOf(sum)}, the total is ${decimalOf(totalMicros)}.`;
}

function quantityOf(values: Record<string, string | null | undefined>): Record<string, string> | null {
  const entries = Object.entries(values).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === "string" && /^\d{1,13}(\.\d{1,12})?$/.test(entry[1]),
  );
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
