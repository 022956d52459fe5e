/** How a record is named, compared and looked for. */
import type { RecordName } from "./types";

/**
 * OCPI's ids are `CiString`: letter case says nothing, and an id is unique within its party (country and party code).
 * White space around an id is no part of it.
 */
export function nameOfCdr(
  cdr: { country_code?: string | null | undefined; party_id?: string | null | undefined },
  id: string,
): RecordName {
  const issuer = [cdr.country_code, cdr.party_id].map((part) => part?.trim()).filter(Boolean);
  return nameRecord("ocpi", [...issuer, id.trim()].join("*"), id.trim(), true);
}

export function nameRecord(source: string, whole: string, id: string, ignoreCase: boolean): RecordName {
  const externalRef = `${source}:${whole}`;
  return {
    externalRef,
    recordKey: ignoreCase ? externalRef.toLowerCase() : externalRef,
    sourceId: id.toLowerCase(),
    partySourceId: whole.toLowerCase(),
  };
}

/** A line that gives back under the id of the very payment is another record than the payment. */
export function nameOfRefund(name: RecordName, what: { at: Date; amount: string }): RecordName {
  const tail = `#refund@${what.at.toISOString()}=${what.amount.replace(/^-/, "")}`;
  return { ...name, recordKey: `${name.recordKey}${tail}`, externalRef: `${name.externalRef}${tail}` };
}
