import type { AccountCode, ResultCode, TransferCode } from "./constants";

/** What identifies an account: its id follows from these three, so that nobody has to look it up. */
export interface AccountKey {
  code: AccountCode;
  currency: string;
  /** Whose it is, opaque to the ledger: an id or a composed key such as `<program>:<party>`. */
  ownerRef: string;
}

export interface AccountSpec extends AccountKey {
  /** The program it belongs to, for grouping; opaque to the ledger. */
  programRef?: string | null;
  /** Leave out for the default of the code: a wallet's debits must not exceed its credits. */
  limit?: "debits_must_not_exceed_credits" | "credits_must_not_exceed_debits" | "none";
}

/** The four counters, in micros. */
export interface Balance {
  debitsPending: bigint;
  debitsPosted: bigint;
  creditsPending: bigint;
  creditsPosted: bigint;
}

export interface Account extends Balance {
  id: string;
  code: AccountCode;
  currency: string;
  ownerRef: string | null;
  programRef: string | null;
  debitsMustNotExceedCredits: boolean;
  creditsMustNotExceedDebits: boolean;
  closed: boolean;
  createdAt: Date;
}

interface TransferCommon {
  /** UUIDv7 of the caller's choice: the idempotency key. Sending it again with the same fields answers `exists`. */
  id: string;
  /** The chain goes on with the next transfer of the batch; all of a chain are created or none is. */
  linked?: boolean;
  /** Joins the legs of one business event. */
  journalId?: string | null;
  /** Business time; the ledger's own time when left out. A retry has to send the same. */
  effectiveAt?: Date | null;
}

export interface NewTransfer extends TransferCommon {
  kind?: "posted" | "pending";
  debitAccountId: string;
  creditAccountId: string;
  /** Micros, not negative. */
  amountMicros: bigint;
  code: TransferCode;
  /** Refused unless both accounts are of it; not checked when left out. */
  currency?: string;
  /** Only for `pending`: seconds after which it expires by itself. */
  timeoutSeconds?: number;
  /** Moves at most `amountMicros`, and no more than the debit account's posted credits allow. */
  balancingDebit?: boolean;
  /** Moves at most `amountMicros`, and no more than the credit account's posted debits allow. */
  balancingCredit?: boolean;
  /** Only for `pending`: closes the account until the transfer is voided or expires. */
  closingDebit?: boolean;
  closingCredit?: boolean;
}

export interface ResolvingTransfer extends TransferCommon {
  kind: "post_pending" | "void_pending";
  pendingId: string;
  /** Post: up to the pending amount, all of it when left out; the rest is released. Void: left out. */
  amountMicros?: bigint;
}

export type TransferInput = NewTransfer | ResolvingTransfer;

export type TransferKind = "posted" | "pending" | "post_pending" | "void_pending" | "expiry";
export type PendingState = "pending" | "posted" | "voided" | "expired";

export interface Transfer {
  id: string;
  seq: bigint;
  kind: TransferKind;
  debitAccountId: string;
  creditAccountId: string;
  amountMicros: bigint;
  currency: string;
  code: TransferCode | null;
  linked: boolean;
  pendingId: string | null;
  timeoutSeconds: number;
  journalId: string | null;
  effectiveAt: Date;
  recordedAt: Date;
  /** For `pending`: what has become of it. An open one past its timeout counts as expired. */
  state: PendingState | null;
  /** The counters that this transfer changed, just after it: the debit account's debits, the credit account's credits. */
  debitAccountAfter: Pick<Balance, "debitsPending" | "debitsPosted">;
  creditAccountAfter: Pick<Balance, "creditsPending" | "creditsPosted">;
}

/** A transfer as one account sees it. */
export interface AccountTransfer extends Transfer {
  side: "debit" | "credit";
  /** The account's four counters just after it. */
  balanceAfter: Balance;
}

export interface Page<T> {
  rows: T[];
  /** Pass it back to go on; null at the end. */
  nextCursor: string | null;
}

export type PostResult = ResultCode;
