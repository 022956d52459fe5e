/** The chart of accounts, transfer codes, flag bits and result codes. */

/** What kind of account it is, per currency. Numbers are stored and never reused. */
export const ACCOUNT_CODES = {
  acquirer_receivable: 10,
  bank: 20,
  wallet: 30,
  clearing: 40,
  party_payable: 50,
  reserve: 60,
  payout_in_transit: 70,
  platform_revenue: 80,
  usage_carry: 90,
  suspense: 100,
  /** Where money of a wallet comes from when no acquirer or bank stands behind it (allowances, gifts, tests). */
  external: 110,
} as const;

export type AccountCode = keyof typeof ACCOUNT_CODES;

/** Which side makes the balance grow, for showing one signed number. */
export const NORMAL_SIDE: Record<AccountCode, "debit" | "credit"> = {
  acquirer_receivable: "debit",
  bank: "debit",
  wallet: "credit",
  clearing: "credit",
  party_payable: "credit",
  reserve: "credit",
  payout_in_transit: "credit",
  platform_revenue: "credit",
  usage_carry: "credit",
  suspense: "credit",
  external: "debit",
};

/** What a transfer is for. The ledger does not act on it; it is stored, compared on retry and shown. */
export const TRANSFER_CODES = {
  top_up: 1,
  hold: 2,
  capture: 3,
  refund: 4,
  allocation: 5,
  carry: 6,
  settlement: 7,
  reserve: 8,
  payout: 9,
  payout_return: 10,
  adjustment: 11,
  acquirer_settlement: 12,
  suspense: 13,
  opening: 14,
} as const;

export type TransferCode = keyof typeof TRANSFER_CODES;

/** Bits of `ledger.transfer.flags`; the values are TigerBeetle's. `expiry` is written by the ledger alone. */
export const TRANSFER_FLAGS = {
  linked: 1,
  pending: 2,
  post_pending: 4,
  void_pending: 8,
  balancing_debit: 16,
  balancing_credit: 32,
  closing_debit: 64,
  closing_credit: 128,
  expiry: 4096,
} as const;

/** Bits of `ledger.account.flags`; the values are TigerBeetle's. */
export const ACCOUNT_FLAGS = {
  linked: 1,
  debits_must_not_exceed_credits: 2,
  credits_must_not_exceed_debits: 4,
  history: 8,
  closed: 32,
} as const;

/** One of these answers each event of `post_transfers`; names and order of precedence are TigerBeetle's. */
export const RESULT_CODES = [
  "created",
  "linked_event_failed",
  "linked_event_chain_open",
  "timestamp_must_be_zero",
  "reserved_flag",
  "id_must_not_be_zero",
  "id_must_not_be_int_max",
  "exists_with_different_flags",
  "exists_with_different_pending_id",
  "exists_with_different_timeout",
  "exists_with_different_debit_account_id",
  "exists_with_different_credit_account_id",
  "exists_with_different_amount",
  "exists_with_different_journal_id",
  "exists_with_different_effective_at",
  "exists_with_different_ledger",
  "exists_with_different_code",
  "exists",
  "id_already_failed",
  "flags_are_mutually_exclusive",
  "pending_id_must_not_be_zero",
  "pending_id_must_not_be_int_max",
  "pending_id_must_be_different",
  "debit_account_id_must_not_be_zero",
  "debit_account_id_must_not_be_int_max",
  "credit_account_id_must_not_be_zero",
  "credit_account_id_must_not_be_int_max",
  "accounts_must_be_different",
  "pending_id_must_be_zero",
  "timeout_reserved_for_pending_transfer",
  "timeout_must_not_be_negative",
  "closing_transfer_must_be_pending",
  "pending_transfer_not_found",
  "pending_transfer_not_pending",
  "pending_transfer_has_different_debit_account_id",
  "pending_transfer_has_different_credit_account_id",
  "pending_transfer_has_different_ledger",
  "pending_transfer_has_different_code",
  "amount_must_not_be_negative",
  "exceeds_pending_transfer_amount",
  "pending_transfer_has_different_amount",
  "pending_transfer_already_posted",
  "pending_transfer_already_voided",
  "pending_transfer_expired",
  "ledger_must_not_be_zero",
  "code_must_not_be_zero",
  "debit_account_not_found",
  "credit_account_not_found",
  "accounts_must_have_the_same_ledger",
  "transfer_must_have_the_same_ledger_as_accounts",
  "debit_account_already_closed",
  "credit_account_already_closed",
  "overflows_debits_pending",
  "overflows_credits_pending",
  "overflows_debits_posted",
  "overflows_credits_posted",
  "overflows_debits",
  "overflows_credits",
  "overflows_timeout",
  "exceeds_credits",
  "exceeds_debits",
] as const;

export type ResultCode = (typeof RESULT_CODES)[number];

/** Refusals that could pass later. Their ids are remembered: a later attempt answers `id_already_failed`. */
export const TRANSIENT_CODES: ReadonlySet<ResultCode> = new Set<ResultCode>([
  "debit_account_not_found",
  "credit_account_not_found",
  "pending_transfer_not_found",
  "exceeds_credits",
  "exceeds_debits",
  "debit_account_already_closed",
  "credit_account_already_closed",
]);

/** Most events that one call accepts. */
export const MAX_BATCH = 8190;
