/**
 * Finds payment card numbers in input, so that none is ever stored or logged.
 *
 * What counts as one: 13 to 19 digits in all, of any script, that begin like a card of a scheme and have a length of
 * that scheme, and that pass the Luhn check (ISO/IEC 7812-1); plain, or in groups of any size with up to three
 * characters between them that are neither letters nor commas, invisible ones not counted. A reference that happens to
 * fit all three cannot be told from a card and is refused: for a random one of 16 digits about one in thirty does.
 *
 * What is let through: UUIDs, hexadecimal digests, dates with or without a time, and IBANs whose own check digits fit.
 */

import { getCountrySpecifications, isValidIBAN } from "ibantools";
import { findText } from "./find-text";

/** Digests hold long runs of digits by chance; a word of this form is one of them. */
const HEX_WORD = /^(?=.*[a-f])[0-9a-f]{24,}$/i;
/** A UUID whole: four of its groups can read like a card's by chance, and devices name messages by UUIDs. */
const UUID =
  /(?<![0-9a-z-])[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-z-])/gi;
/** 2026-11-30, 2026-11-30 10:00:00.123, 30.11.2026 and 11/30/2026: two of them have as many digits as a card. */
const DATE =
  /(?<!\d)(?:(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|[12]\d|3[01])[-./](?:19|20)\d\d)(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?(?!\d)/g;
const IBAN = /(?<![0-9A-Za-z])[A-Z]{2}\d{2}(?: ?[0-9A-Z]){11,30}/gi;
const COUNTRIES = getCountrySpecifications();
/** By scheme: how its cards begin and how long they are. */
const SCHEMES = [
  /^4(?:\d{12}|\d{15}|\d{18})$/, // Visa
  /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)\d+$/, // Mastercard, 16
  /^3[47]\d{13}$/, // American Express
  /^3(?:0[0-5]|[689])\d{11,17}$/, // Diners Club
  /^(?:50|5[6-8]|6)\d{11,17}$/, // Maestro, Discover, UnionPay, RuPay
  /^35(?:2[89]|[3-8]\d)\d{12,15}$/, // JCB
  /^(?:220[0-4]|8[12]\d\d|9792)\d{12,15}$/, // Mir, UnionPay and RuPay, Troy
] as const;
const MASTERCARD = SCHEMES[1];
const SHORTEST = 13;
const LONGEST = 19;
/** Between two groups of one number. Commas and semicolons separate numbers. */
const GAP = /^[^\p{L}\p{N},;]{1,3}$/u;

export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    let digit = digits.charCodeAt(i) - 48;
    if (double) {
      digit *= 2;
      if (digit > 9) digit -= 9;
    }
    sum += digit;
  }
  return sum % 10 === 0;
}

function isCard(digits: string): boolean {
  if (digits.length < SHORTEST || digits.length > LONGEST) return false;
  const begins = SCHEMES.some(
    (scheme) => scheme.test(digits) && (scheme !== MASTERCARD || digits.length === 16),
  );
  return begins && passesLuhn(digits);
}

/** Whether a text holds a card number. */
export function holdsCardNumber(text: string): boolean {
  if (!mayHold(text)) return false;
  const plain = toPlain(text).replace(UUID, " x ").replace(DATE, " x ").replace(IBAN, withoutIban);
  const groups = [...plain.matchAll(/\d+/g)];
  for (let from = 0; from < groups.length; from++) {
    let digits = "";
    for (let to = from; to < groups.length; to++) {
      const group = groups[to];
      const before = groups[to - 1];
      if (!group) break;
      if (to > from && before && !GAP.test(plain.slice(before.index + before[0].length, group.index))) break;
      digits += group[0];
      if (digits.length > LONGEST) break;
      if (isCard(digits) && !(from === to && isDigest(plain, group.index, digits.length))) return true;
    }
  }
  return false;
}

/** Most texts have too few digits; they cost one walk over their characters. */
function mayHold(text: string): boolean {
  if (text.length < SHORTEST) return false;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return true;
    if (code >= 48 && code <= 57) digits++;
  }
  return digits >= SHORTEST;
}

/** Digits of every script as ASCII, without characters that nobody sees. */
function toPlain(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\p{Cf}\p{M}]/gu, "")
    .replace(/\p{Nd}/gu, (digit) => (digit <= "9" ? digit : String(valueOfDigit(digit))));
}

/** Decimal digits of a script stand in a row of ten; rows may follow each other. */
function valueOfDigit(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (before < 100 && /\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before++;
  return before % 10;
}

/**
 * Takes a real IBAN away and leaves what follows it, and what only looks like one. Its country says how long it is: one
 * length of many fits the check digits by chance.
 */
function withoutIban(found: string): string {
  const length = COUNTRIES[found.slice(0, 2).toUpperCase()]?.chars ?? 0;
  let end = 0;
  let seen = 0;
  while (seen < length && end < found.length) if (found[end++] !== " ") seen++;
  const iban = found.slice(0, end).replaceAll(" ", "").toUpperCase();
  return seen === length && isValidIBAN(iban) ? ` x ${found.slice(end)}` : found;
}

function isDigest(text: string, start: number, length: number): boolean {
  let from = start;
  let to = start + length;
  while (from > 0 && /[0-9a-z]/i.test(text[from - 1] ?? "")) from--;
  while (to < text.length && /[0-9a-z]/i.test(text[to] ?? "")) to++;
  return HEX_WORD.test(text.slice(from, to));
}

/** The text itself, or null when it holds a card number: for what is noted beside a deed and not asked for. */
export function withoutCardNumber(text: string | null): string | null {
  return text !== null && holdsCardNumber(text) ? null : text;
}

/**
 * The path (`instrument.token`) of the first card number in a parsed JSON value, its keys and numbers included, or
 * null. What is nested too deeply to be looked at counts as found.
 */
export function findCardNumber(value: unknown): string | null {
  return findText(value, holdsCardNumber);
}
