/** What the words and numbers of a case file are in this ledger. */
import { ACCOUNT_FLAGS, TRANSFER_FLAGS } from "../constants";

const U128_MAX = 2n ** 128n - 1n;
const U64_MAX = 2n ** 64n - 1n;
const U32_MAX = 2n ** 32n - 1n;
const U16_MAX = 2n ** 16n - 1n;
const LAST_DAY = BigInt(Date.UTC(9999, 11, 30));

/** A number of a wide column in a narrower one: small ones as they are, those near the end as near to our end. */
function squeeze(value: string, widest: bigint, ours: bigint, what: string): bigint {
  const number = BigInt(value);
  if (number <= ours / 2n) return number;
  const belowEnd = widest - number;
  if (belowEnd >= 0n && belowEnd <= ours / 2n) return ours - belowEnd;
  throw new RangeError(`The ${what} ${value} is near neither end of the range.`);
}

export const amountOf = (value: string) => squeeze(value, U128_MAX, 2n ** 63n - 1n, "amount");
export const codeOf = (value: string) => Number(squeeze(value, U16_MAX, 2n ** 15n - 1n, "code"));
export const timeoutOf = (value: string) => Number(squeeze(value, U32_MAX, 2n ** 31n - 1n, "timeout"));

/** user_data_64 of a transfer, which is business time here: milliseconds since 1970. Zero is none. */
export function effectiveOf(value: string): Date | null {
  return value === "0" ? null : new Date(Number(squeeze(value, U64_MAX, LAST_DAY, "user_data_64")));
}

export function uuidOf(value: string): string {
  const number = BigInt(value);
  if (number > U128_MAX) throw new RangeError(`The id ${value} has more than 128 bits.`);
  const hex = number.toString(16).padStart(32, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function numberOfUuid(id: string): string {
  return BigInt(`0x${id.replaceAll("-", "")}`).toString();
}

/** A ledger number as a currency: 1 is AAA, 2 is AAB, and so on; 0 stays nothing. */
export function currencyOf(ledger: string): string {
  let rest = Number(squeeze(ledger, U32_MAX, 26n ** 3n, "ledger number")) - 1;
  if (rest < 0) return "";
  let text = "";
  for (let i = 0; i < 3; i++) {
    text = String.fromCharCode(65 + (rest % 26)) + text;
    rest = Math.floor(rest / 26);
  }
  return text;
}

/** A cell of a query such as T3, U1000, L-0 or 10; "-N" counts down from the largest number of so many bits. */
export function cellNumber(cell: string, bits: number): string {
  const found = /^[A-Z]?(-?)(\d+)$/.exec(cell);
  if (!found?.[2]) throw new RangeError(`The cell ${cell} is no number.`);
  return found[1] ? (2n ** BigInt(bits) - 1n - BigInt(found[2])).toString() : BigInt(found[2]).toString();
}

const TRANSFER_BITS: Record<string, number> = {
  linked: TRANSFER_FLAGS.linked,
  pending: TRANSFER_FLAGS.pending,
  post_pending_transfer: TRANSFER_FLAGS.post_pending,
  void_pending_transfer: TRANSFER_FLAGS.void_pending,
  balancing_debit: TRANSFER_FLAGS.balancing_debit,
  balancing_credit: TRANSFER_FLAGS.balancing_credit,
  closing_debit: TRANSFER_FLAGS.closing_debit,
  closing_credit: TRANSFER_FLAGS.closing_credit,
  reserved_padding: 512,
};
const ACCOUNT_BITS: Record<string, number> = {
  linked: ACCOUNT_FLAGS.linked,
  debits_must_not_exceed_credits: ACCOUNT_FLAGS.debits_must_not_exceed_credits,
  credits_must_not_exceed_debits: ACCOUNT_FLAGS.credits_must_not_exceed_debits,
  history: ACCOUNT_FLAGS.history,
  closed: ACCOUNT_FLAGS.closed,
  reserved_padding: 64,
};

/** The bits of flags by name, and the names that this ledger does not have. */
export function flagBits(
  kind: "account" | "transfer",
  names: readonly string[],
): { bits: number; unknown: string[] } {
  const table = kind === "account" ? ACCOUNT_BITS : TRANSFER_BITS;
  return {
    bits: names.reduce((sum, name) => sum | (table[name] ?? 0), 0),
    unknown: names.filter((name) => !(name in table)),
  };
}

/** What the output says about how a case was put into the words of this ledger. */
export const TRANSLATIONS = [
  "Ids of 128 bits are UUIDs of the same bits.",
  "Ledger numbers are currencies: 1 is AAA, 2 is AAB, and so on.",
  "Numbers near the largest of a wider column are as near to our largest: amounts (u128 to BIGINT), timeouts (u32 to INTEGER), codes (u16 to SMALLINT), ledger numbers and user_data_64. The largest amount itself posts in full.",
  "user_data_128 of an account is owner_ref, of a transfer journal_id; user_data_64 of an account is program_ref, of a transfer effective_at. Result codes are named accordingly.",
  "A post or void without user_data_64 is sent with that of its pending transfer; business time is not inherited here.",
  "The last moment of ledger time is 9999-12-31; a negative clock stands so far before it. Ledger time counts microseconds; nanoseconds add up to them.",
  "Pending transfers that are due expire whenever the clock is moved and before every look-up.",
  "Every account keeps its history; balances are asked only of those that the file marks with history.",
  "Imported events are sent without the flag imported and without their timestamp, as events of the moment.",
];

const CODE_NAMES: Record<string, string> = {
  exists_with_different_owner_ref: "exists_with_different_user_data_128",
  exists_with_different_program_ref: "exists_with_different_user_data_64",
  exists_with_different_journal_id: "exists_with_different_user_data_128",
  exists_with_different_effective_at: "exists_with_different_user_data_64",
};

export function codeInFile(code: string): string {
  return CODE_NAMES[code] ?? code;
}
