/** The form of a case file, and what its words are in this ledger. */
import { z } from "zod";
import { ACCOUNT_FLAGS, TRANSFER_FLAGS } from "../constants";

const number = z.string().regex(/^\d+$/);

const stepSchema = z.discriminatedUnion("op", [
  z.object({ op: z.literal("create_account"), event: z.record(z.string(), z.unknown()), expect: z.string() }),
  z.object({
    op: z.literal("create_transfer"),
    event: z.record(z.string(), z.unknown()),
    expect: z.string(),
  }),
  z.object({ op: z.literal("commit"), batch: z.string() }),
  z.object({
    op: z.literal("lookup_account"),
    id: number,
    expect: z.record(z.string(), z.unknown()).nullable(),
  }),
  z.object({
    op: z.literal("lookup_transfer"),
    id: number,
    expect: z.record(z.string(), z.unknown()).nullable(),
  }),
  z.object({
    op: z.literal("set_balance"),
    account: number,
    debits_pending: number,
    debits_posted: number,
    credits_pending: number,
    credits_posted: number,
  }),
  z.object({ op: z.literal("advance_clock"), value: z.string(), unit: z.string() }),
  z.object({ op: z.literal("get_account_transfers"), raw: z.array(z.string()) }),
  z.object({ op: z.literal("get_account_transfers_result"), raw: z.array(z.string()) }),
  z.object({ op: z.literal("get_account_balances"), raw: z.array(z.string()) }),
  z.object({ op: z.literal("get_account_balances_result"), raw: z.array(z.string()) }),
]);

export const caseFileSchema = z.object({
  meta: z.record(z.string(), z.unknown()).optional(),
  tests: z.array(
    z.object({
      name: z.string(),
      steps: z.array(z.union([stepSchema, z.object({ op: z.string() }).loose()])),
    }),
  ),
});

export type CaseFile = z.infer<typeof caseFileSchema>;
export type Step = z.infer<typeof stepSchema>;

export function isKnownStep(step: unknown): step is Step {
  return stepSchema.safeParse(step).success;
}

const U128_MAX = 2n ** 128n - 1n;
const BIGINT_MAX = 2n ** 63n - 1n;

export function uuidOf(value: string): string {
  const hex = BigInt(value).toString(16).padStart(32, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** An amount of 128 bits as one of 63: small ones as they are, those near the end as near to our end. */
export function amountOf(value: string): bigint {
  const amount = BigInt(value);
  if (amount <= BIGINT_MAX / 2n) return amount;
  const belowEnd = U128_MAX - amount;
  if (belowEnd <= BIGINT_MAX / 2n) return BIGINT_MAX - belowEnd;
  throw new RangeError(`The amount ${value} is near neither end of the range.`);
}

/** A ledger number as a currency: 1 is AAA, 2 is AAB, and so on; 0 stays nothing. */
export function currencyOf(ledger: string): string {
  let rest = Number(ledger) - 1;
  if (rest < 0) return "";
  if (rest >= 26 ** 3) throw new RangeError(`The ledger number ${ledger} is past the letters of a currency.`);
  let text = "";
  for (let i = 0; i < 3; i++) {
    text = String.fromCharCode(65 + (rest % 26)) + text;
    rest = Math.floor(rest / 26);
  }
  return text;
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

/** The bits of flags by name; null when one of them is of a column that this ledger does not have. */
export function flagBits(kind: "account" | "transfer", names: unknown): { bits: number; unknown: string[] } {
  const table = kind === "account" ? ACCOUNT_BITS : TRANSFER_BITS;
  const list = Array.isArray(names) ? names.map(String) : [];
  return {
    bits: list.reduce((sum, name) => sum | (table[name] ?? 0), 0),
    unknown: list.filter((name) => !(name in table)),
  };
}

/** What the output says about how a case was put into the words of this ledger. */
export const TRANSLATIONS = [
  "Ids of 128 bits are UUIDs of the same bits.",
  "Ledger numbers are currencies: 1 is AAA, 2 is AAB, and so on.",
  "Amounts near the largest u128 are as near to the largest BIGINT; the largest itself posts in full.",
  "user_data_128 of an account is owner_ref, of a transfer journal_id; user_data_64 of an account is program_ref, of a transfer effective_at. Result codes are named accordingly.",
  "The last moment of ledger time is 9999-12-31; a negative clock stands so far before it.",
  "Every account keeps its history; balances are asked only of those that the file marks with history.",
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
