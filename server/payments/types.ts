import type { DeviceKind, DeviceState } from "@/server/devices/constants";
import type { AdmissionOutcome, AdmissionRequest } from "@/server/devices/types";
import type { FraudTerms } from "@/server/fraud/schema";
import type { Habit, Screening, Tap } from "@/server/fraud/types";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { DeviceScope } from "@/server/platform/scope";
import type {
  DeclineReason,
  InstrumentKind,
  LimitPeriod,
  LimitSubject,
  PaymentEventKind,
  PaymentRefusal,
  PaymentSource,
  PaymentState,
  UsageRefusal,
} from "./constants";

/** One row of `payment`. Amounts in micros. */
export interface Payment {
  id: Id<"payment">;
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  deviceId: Id<"device"> | null;
  deviceKind: DeviceKind;
  zone: string | null;
  payerId: Id<"payer"> | null;
  instrumentId: Id<"instrument"> | null;
  /** An instrument's kind, `unknown` for a token that no instrument has, `external` for imported payments. */
  instrumentKind: InstrumentKind | "unknown" | "external";
  instrumentLabel: string;
  source: PaymentSource;
  externalRef: string;
  deviceSequence: bigint | null;
  importId: Id<"import"> | null;
  currency: Currency;
  amountMicros: bigint;
  capturedMicros: bigint;
  refundedMicros: bigint;
  state: PaymentState;
  declineReason: DeclineReason | null;
  description: string | null;
  quantity: Record<string, string> | null;
  latitude: number | null;
  longitude: number | null;
  flags: Flag[];
  riskScore: number | null;
  captureOnApproval: boolean;
  occurredAt: Date;
  authorisedAt: Date | null;
  expiresAt: Date | null;
  capturedAt: Date | null;
  closedAt: Date | null;
  holdTransferId: Id<"transfer"> | null;
  captureTransferId: Id<"transfer"> | null;
  /** The allowance that paid a part in units, or null; `amountMicros` is the money that is left. */
  allowanceId: Id<"instrument"> | null;
  /** Start of the month whose units were used. */
  allowanceMonth: Date | null;
  allowanceUnit: string | null;
  /** Millionths of the unit. */
  allowanceQuantityMicros: bigint;
  /** What the covered part would have cost. */
  allowanceMicros: bigint;
  /** Counters of limits that this payment added to; null when none. */
  counted: CountedLimit[] | null;
}

/** One counter of a limit, as it is stored with the payment that added to it. */
export interface CountedLimit {
  limit: Id<"limit">;
  subject: string;
  start: string;
}

/** An odd fact that was kept as it came, with the sentence that says what is odd. */
export interface Flag {
  code: string;
  sentence: string;
}

export interface PaymentEvent {
  paymentId: Id<"payment">;
  merchantId: Id<"organisation">;
  at: Date;
  kind: PaymentEventKind;
  detail: Record<string, unknown>;
}

/** What a device asks. The gateway has verified who it is and that the body is well formed. */
export interface AuthoriseRequest {
  idempotencyKey: string;
  /** SHA-256 of what must not differ in a repeat: method, path and body. */
  requestHash: Uint8Array;
  /** Whole minor units, above zero. */
  amountMicros: bigint;
  currency: Currency;
  /** What the device read: a wallet's tag or the acquirer's token. */
  instrumentToken: string;
  /** Capture at once when authorised. */
  capture: boolean;
  /** When the payer tapped; now when left out. */
  occurredAt?: Date | undefined;
  /** Where, for devices that move; the device's own position when left out. */
  location?: { latitude: number; longitude: number } | undefined;
  description?: string | undefined;
  /** Exact decimal strings by unit: {"kwh":"22.4"}. */
  quantity?: Record<string, string> | undefined;
  sequence?: bigint | undefined;
}

/** One of a batch of authorisations. */
export interface AuthorisationItem {
  scope: DeviceScope;
  request: AuthoriseRequest;
  /** The message that brought it, to be admitted first; all of a batch have one or none has. */
  admission?: AdmissionRequest | undefined;
  /** Business time of this one; `now()` when left out. */
  at?: Date;
}

export interface DeviceFacts {
  id: Id<"device">;
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  kind: DeviceKind;
  name: string;
  zone: string | null;
  state: DeviceState;
  latitude: number | null;
  longitude: number | null;
  maxAmountMicros: bigint | null;
  currency: Currency;
}

export interface InstrumentFacts {
  id: Id<"instrument">;
  payerId: Id<"payer">;
  kind: InstrumentKind;
  label: string;
  token: string;
  state: "active" | "blocked" | "closed";
  blockedUntil: Date | null;
  /** Null for an allowance, which holds units and no money. */
  fundingAccountId: string | null;
  /** What the wallet has left; null for instruments whose funds are not kept here. */
  availableMicros: bigint | null;
}

/** A limit that binds this payment, and what counts towards it so far. */
export interface LimitFacts {
  id: Id<"limit">;
  subject: LimitSubject;
  subjectId: string;
  period: LimitPeriod;
  /** Start of the running period, as the database gave it. */
  start: string;
  maxPayments: number | null;
  maxAmountMicros: bigint | null;
  usedPayments: number;
  usedMicros: bigint;
}

/** What is left this month of an allowance that the payer holds. */
export interface AllowanceFacts {
  id: Id<"instrument">;
  unit: string;
  monthStart: string;
  leftMicros: bigint;
}

/** The part of a payment that an allowance pays. */
export interface AllowanceUse {
  allowance: AllowanceFacts;
  quantityMicros: bigint;
  valueMicros: bigint;
}

export interface EarlierAnswer {
  requestHash: Uint8Array;
  status: number;
  response: PaymentAnswer;
}

/** All that the decision needs, from one query. */
export interface AuthorisationFacts {
  device: DeviceFacts;
  instrument: InstrumentFacts | null;
  earlier: EarlierAnswer | null;
  taps: Tap[];
  habit: Habit | null;
  policy: { version: number; terms: FraudTerms };
  limits: LimitFacts[];
  allowances: AllowanceFacts[];
}

export type Decision =
  /** `dueMicros` is the money: the price without what the allowance pays. */
  | { verdict: "authorise" | "review"; screening: Screening; dueMicros: bigint; use: AllowanceUse | null }
  | { verdict: "decline"; reason: DeclineReason; screening: Screening | null; limit: LimitFacts | null };

export interface MoneyJson {
  amount: string;
  currency: Currency;
}

/** A payment as its device sees it. It is stored as the first answer, so it holds nothing but JSON. */
export interface PaymentAnswer {
  id: string;
  state: PaymentState;
  amount: MoneyJson;
  captured: MoneyJson;
  refunded: MoneyJson;
  declineReason: DeclineReason | null;
  /** A sentence for the device's display or log. */
  message: string;
  /** What an allowance paid in units; null when it is all money. Amounts of the payment are the money that is left. */
  allowance: { unit: string; quantity: string; value: MoneyJson } | null;
  instrument: string;
  occurredAt: string;
  authorisedAt: string | null;
  capturedAt: string | null;
  expiresAt: string | null;
}

export type AuthoriseResult =
  /** 201 authorised or captured, 202 in review, 402 declined. */
  | { ok: true; status: number; replayed: boolean; payment: PaymentAnswer }
  | { ok: false; reason: PaymentRefusal }
  | { ok: false; reason: "not_admitted"; outcome: Exclude<AdmissionOutcome, "admitted"> };

export type PaymentResult =
  | { ok: true; status: number; replayed: boolean; payment: PaymentAnswer }
  | { ok: false; reason: PaymentRefusal };

export interface Idempotency {
  key: string;
  requestHash: Uint8Array;
}

export interface UsageRecordInput {
  /** The device's own name for the record. */
  key: string;
  instrumentToken: string;
  /** Exact, up to six decimals of the major unit, before any allowance. */
  amountMicros: bigint;
  currency: Currency;
  occurredAt: Date;
  /** A decimal with up to six decimals; with its unit it runs down the payer's allowance of that unit. */
  quantity?: string | undefined;
  unit?: string | undefined;
}

export interface UsageRecordResult {
  key: string;
  outcome: "recorded" | "duplicate" | "refused";
  reason: UsageRefusal | null;
  /** What the payer's allowance paid of the record in units, and what that would have cost. */
  allowance: { unit: string; quantity: string; value: MoneyJson } | null;
}

export type UsageResult =
  | { ok: true; recorded: number; duplicates: number; refused: number; records: UsageRecordResult[] }
  | { ok: false; reason: "device_not_active" | "batch_too_large" };

export interface Refund {
  id: Id<"refund">;
  paymentId: Id<"payment">;
  ordinal: number;
  amountMicros: bigint;
  reason: string;
  createdAt: Date;
  createdByName: string | null;
  transferId: Id<"transfer">;
}

export type RefundResult =
  | { ok: true; replayed: boolean; refund: { id: Id<"refund">; amountMicros: bigint }; payment: Payment }
  | { ok: false; reason: PaymentRefusal };
