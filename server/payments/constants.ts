/** Closed sets of payments: states, reason codes with their sentences, limits. */
import type { DeviceKind } from "@/server/devices/constants";

export const PAYMENT_STATES = [
  "authorised",
  "captured",
  "partially_refunded",
  "refunded",
  "declined",
  "in_review",
  "voided",
  "expired",
] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

export const PAYMENT_SOURCES = ["device", "usage", "import"] as const;
export type PaymentSource = (typeof PAYMENT_SOURCES)[number];

export const INSTRUMENT_KINDS = ["wallet", "card_token", "allowance"] as const;
export type InstrumentKind = (typeof INSTRUMENT_KINDS)[number];

/** Why a payment was declined: the code that devices and screens get, and the sentence that people read. */
export const DECLINE_REASONS = {
  acquirer_refused: "The card's acquirer refused the payment.",
  allowance_used_up: "The allowance does not cover this payment.",
  amount_above_device_limit: "The amount is above what this device may charge at once.",
  card_expired: "The card has expired.",
  card_stolen: "The card is reported as lost or stolen.",
  currency_not_of_program: "The program does not take this currency.",
  device_amount_limit: "The device would take more than its limit for the period.",
  device_count_limit: "The device has taken as many payments as its limit for the period allows.",
  instrument_amount_limit: "This wallet or card would pay more than its limit for the period.",
  instrument_blocked: "This wallet or card is blocked.",
  instrument_count_limit: "This wallet or card has paid as often as its limit for the period allows.",
  instrument_unknown: "The program does not know this wallet or card.",
  insufficient_funds: "There is not enough money for this payment.",
  merchant_amount_limit: "The merchant would take more than its limit for the period.",
  merchant_count_limit: "The merchant has taken as many payments as its limit for the period allows.",
  payer_amount_limit: "The payer would pay more than the limit for the period.",
  payer_count_limit: "The payer has paid as often as the limit for the period allows.",
  review_declined: "A reviewer declined the payment.",
  review_timed_out: "Nobody reviewed the payment in time, so it was declined.",
  suspected_fraud: "The payment was declined because it looks like fraud.",
} as const;
export type DeclineReason = keyof typeof DECLINE_REASONS;

export function isDeclineReason(code: string): code is DeclineReason {
  return Object.hasOwn(DECLINE_REASONS, code);
}

/** Whom a limit binds, and for how long it counts: one payment, or a calendar period in the program's time zone. */
export const LIMIT_SUBJECTS = ["device", "instrument", "payer", "merchant"] as const;
export type LimitSubject = (typeof LIMIT_SUBJECTS)[number];
export const LIMIT_PERIODS = ["payment", "hour", "day", "week", "month"] as const;
export type LimitPeriod = (typeof LIMIT_PERIODS)[number];

/** Refusals of requests, which make no payment or leave it as it is. */
export const PAYMENT_REFUSALS = {
  amount_above_authorised: "The amount is above what was authorised.",
  amount_above_captured: "Refunds cannot exceed the captured amount.",
  amount_not_whole_minor_units: "The amount is finer than the smallest unit of the currency.",
  amount_zero: "A refund must be above zero.",
  device_not_active: "The device is not active.",
  idempotency_key_reused: "This idempotency key was used for another request.",
  occurred_at_out_of_range: "The time of the payment is in the future or more than seven days ago.",
  payment_already_captured: "The payment was captured already.",
  payment_expired: "The hold has expired; ask for a new payment.",
  payment_in_review: "The payment waits for a review.",
  payment_not_authorised: "The payment holds no money that could be captured or released.",
  payment_not_captured: "Only captured payments can be refunded.",
  payment_not_found: "There is no such payment, or you may not see it.",
  refund_key_reused: "This refund request was made before with another amount.",
} as const;
export type PaymentRefusal = keyof typeof PAYMENT_REFUSALS;

/** Why one usage record was refused while others of its batch went in. */
export const USAGE_REFUSALS = {
  allowance_used_up: DECLINE_REASONS.allowance_used_up,
  currency_not_of_program: DECLINE_REASONS.currency_not_of_program,
  instrument_blocked: DECLINE_REASONS.instrument_blocked,
  instrument_unknown: DECLINE_REASONS.instrument_unknown,
  insufficient_funds: "The wallet's balance does not cover this record and the open ones before it.",
  occurred_at_out_of_range: "The time of the record is in the future or more than seven days ago.",
  record_key_reused: "This record key was used for a record that says something else.",
} as const;
export type UsageRefusal = keyof typeof USAGE_REFUSALS;

/** Largest single payment by kind of device, in major units, where the device has no limit of its own. */
export const DEFAULT_MAX_MAJOR: Record<DeviceKind, bigint> = {
  parking_meter: 200n,
  ev_charger: 400n,
  toll_gate: 250n,
  transit_validator: 100n,
  smart_meter: 2_000n,
  phone: 500n,
};

export const DEVICE_KIND_WORDS: Record<DeviceKind, string> = {
  parking_meter: "parking meter",
  ev_charger: "EV charger",
  toll_gate: "toll gate",
  transit_validator: "transit validator",
  smart_meter: "smart meter",
  phone: "phone",
};

/** How long an authorisation holds the money, in hours: charging and metering end late, a tap at a gate does not. */
export const HOLD_HOURS: Record<DeviceKind, number> = {
  parking_meter: 24,
  ev_charger: 72,
  toll_gate: 24,
  transit_validator: 24,
  smart_meter: 72,
  phone: 24,
};

/** The id that an imported payment has in its own system; null for all others. */
export function sourceIdOf(payment: { source: PaymentSource; externalRef: string }): string | null {
  return payment.source === "import" ? payment.externalRef.replace(/^[a-z0-9-]+:/, "") : null;
}

export const CLOCK_TOLERANCE_MINUTES = 5;
/** Devices may be offline for a while; what they bring later than this is not taken. */
export const OLDEST_TAP_DAYS = 7;

export const MAX_USAGE_BATCH = 1_000;
/** A window becomes a payment when it has gathered this many minor units, or after this many hours. */
export const USAGE_WINDOW_MINOR_UNITS = 500n;
export const USAGE_WINDOW_HOURS = 24;

/** First answers to device requests are kept at least a day, so that a device that was offline can ask again. */
export const IDEMPOTENCY_KEPT_HOURS = 48;

export const PAYMENT_EVENT_KINDS = [
  "authorised",
  "captured",
  "declined",
  "held",
  "review_approved",
  "voided",
  "expired",
  "refunded",
  "imported",
  "window_closed",
] as const;
export type PaymentEventKind = (typeof PAYMENT_EVENT_KINDS)[number];
