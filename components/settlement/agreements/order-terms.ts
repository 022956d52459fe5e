/** Terms as people write them: stored JSON keeps no order of keys, so that the reading order is put back here. */

const ORDER = [
  "program",
  "effectiveFrom",
  "dust",
  "rules",
  "guarantees",
  "chargebacks",
  "name",
  "when",
  "deviceKind",
  "hours",
  "zone",
  "steps",
  "id",
  "kind",
  "to",
  "from",
  "rate",
  "inclusive",
  "portion",
  "of",
  "basis",
  "amount",
  "per",
  "min",
  "max",
  "upTo",
  "brackets",
  "shares",
  "weight",
  "fundedBy",
  "bearer",
  "perPeriodMax",
];
const placeOf = (key: string) => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);

export function orderTerms(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(orderTerms);
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part).sort(([a], [b]) => placeOf(a) - placeOf(b));
  return Object.fromEntries(entries.map(([key, value]) => [key, orderTerms(value)]));
}

/** JSON of terms, where what fits on a line stands on one: steps and shares are read across, not down. */
export function formatTerms(terms: unknown): string {
  return formatPart(orderTerms(terms), "");
}

const WIDTH = 84;

function formatPart(part: unknown, indent: string): string {
  if (typeof part !== "object" || part === null) return JSON.stringify(part);
  const flat = flatPart(part);
  const isList = Array.isArray(part) && (flat.startsWith('[{ "id"') || flat.startsWith('[{ "name"'));
  const isShort =
    flat.length + indent.length <= WIDTH && !flat.includes('"steps"') && !flat.includes('"rules"');
  if (isShort && !isList) return flat;
  const inner = `${indent}  `;
  const lines = Array.isArray(part)
    ? part.map((each) => inner + formatPart(each, inner))
    : Object.entries(part).map(
        ([key, value]) => `${inner}${JSON.stringify(key)}: ${formatPart(value, inner)}`,
      );
  const [open, close] = Array.isArray(part) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}

function flatPart(part: unknown): string {
  if (Array.isArray(part)) return `[${part.map(flatPart).join(", ")}]`;
  if (typeof part !== "object" || part === null) return JSON.stringify(part);
  const entries = Object.entries(part).map(([key, value]) => `${JSON.stringify(key)}: ${flatPart(value)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
