/**
 * Finds payment card numbers in input, so that none is ever stored or logged: runs of 13 to 19 digits, plain or in the
 * groups in which cards are printed, that begin like a card and pass the Luhn check (ISO/IEC 7812-1).
 */
import { isValidIBAN } from "ibantools";

const PLAIN = /(?<!\d)[2-6]\d{12,18}(?!\d)/g;
const GROUPED =
  /(?<!\d|\d[ -])(?:[2-6]\d{3}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|3\d{3}([ -])\d{6}\2\d{4,5})(?!\d|[ -]\d)/g;
/** Digests and ids hold long runs of digits by chance; a word of this form is one of them. */
const HEX_WORD = /^(?=.*[a-f])[0-9a-f]{24,}$/i;
/** A UUID whole: four of its groups can read like a card's by chance, and devices name messages by UUIDs. */
const UUID =
  /(?<![0-9a-z-])[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-z-])/gi;
const MAX_DEPTH = 64;

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

/**
 * Whether a text holds a card number, in any Unicode form of digits. A text that as a whole is an IBAN, by its country's
 * form and its check digits, is none: one in twenty of Norway's reads like a card.
 */
export function holdsCardNumber(text: string): boolean {
  if (text.length < 13) return false;
  const plain = text.normalize("NFKC").replace(UUID, "");
  for (const pattern of [PLAIN, GROUPED]) {
    for (const match of plain.matchAll(pattern)) {
      if (!passesLuhn(match[0].replace(/\D/g, ""))) continue;
      if (!HEX_WORD.test(wordAround(plain, match.index, match[0].length))) return !isIban(plain);
    }
  }
  return false;
}

function isIban(text: string): boolean {
  return isValidIBAN(text.replaceAll(/[ -]/g, "").toUpperCase());
}

function wordAround(text: string, start: number, length: number): string {
  let from = start;
  let to = start + length;
  while (from > 0 && /[0-9a-z]/i.test(text[from - 1] ?? "")) from--;
  while (to < text.length && /[0-9a-z]/i.test(text[to] ?? "")) to++;
  return text.slice(from, to);
}

/**
 * The path (`instrument.token`) of the first card number in a parsed JSON value, its keys and numbers included, or
 * null. What is nested too deeply to be looked at counts as found.
 */
export function findCardNumber(value: unknown, path = "", depth = 0): string | null {
  if (depth > MAX_DEPTH) return path || "(too deep)";
  if (typeof value === "string") return holdsCardNumber(value) ? path || "(text)" : null;
  if (typeof value === "number" || typeof value === "bigint") {
    return holdsCardNumber(String(value)) ? path || "(number)" : null;
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = findCardNumber(item, `${path}[${index}]`, depth + 1);
      if (found) return found;
    }
    return null;
  }
  if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      // The key itself is not repeated in the answer: it would be the card number.
      if (holdsCardNumber(key)) return path ? `${path}.(name)` : "(name)";
      const found = findCardNumber(item, path ? `${path}.${key}` : key, depth + 1);
      if (found) return found;
    }
  }
  return null;
}
