/** Pure decisions of payments: authorise, capture, refund, carry. No clock, no database, no randomness. */
import type { DeviceKind } from "@/server/devices/constants";
import { screen } from "@/server/fraud/service";
import type { AccountKey } from "@/server/ledger/types";
import { toPublicId } from "@/server/platform/ids";
import {
  type Currency,
  formatMicros,
  MICROS_PER_MAJOR,
  microsPerMinor,
  minorDigits,
  splitMinor,
  toMoneyJson,
} from "@/server/platform/money";
import {
  CLOCK_TOLERANCE_MINUTES,
  DECLINE_REASONS,
  DEFAULT_MAX_MAJOR,
  DEVICE_KIND_WORDS,
  OLDEST_TAP_DAYS,
  type PaymentRefusal,
  type PaymentState,
  USAGE_WINDOW_MINOR_UNITS,
} from "./constants";
import type {
  AuthorisationFacts,
  AuthoriseRequest,
  Decision,
  InstrumentFacts,
  Payment,
  PaymentAnswer,
} from "./types";

/** The accounts that payments move money between; their ids follow from these keys. */
export function clearingAccount(programId: string, currency: Currency): AccountKey {
  return { code: "clearing", currency, ownerRef: programId };
}
export function receivableAccount(programId: string, currency: Currency): AccountKey {
  return { code: "acquirer_receivable", currency, ownerRef: programId };
}
export function walletAccount(instrumentId: string, currency: Currency): AccountKey {
  return { code: "wallet", currency, ownerRef: instrumentId };
}
/** One account for each window key, so that the exact rest of one window is where the next one finds it. */
export function carryAccount(
  programId: string,
  merchantId: string,
  instrumentId: string,
  currency: Currency,
): AccountKey {
  return { code: "usage_carry", currency, ownerRef: `${programId}:${merchantId}:${instrumentId}` };
}

/** Whether a device's statement of when something happened can be taken. */
export function isTapTimeAcceptable(occurredAt: Date, at: Date): boolean {
  const ageMs = at.getTime() - occurredAt.getTime();
  return ageMs >= -CLOCK_TOLERANCE_MINUTES * 60_000 && ageMs <= OLDEST_TAP_DAYS * 86_400_000;
}

export function isInstrumentBlocked(
  instrument: Pick<InstrumentFacts, "state" | "blockedUntil">,
  at: Date,
): boolean {
  if (instrument.state !== "active") return true;
  return instrument.blockedUntil !== null && instrument.blockedUntil.getTime() > at.getTime();
}

/** Largest amount that the device may charge at once, in micros. */
export function deviceLimitMicros(device: { kind: DeviceKind; maxAmountMicros: bigint | null }): bigint {
  return device.maxAmountMicros ?? DEFAULT_MAX_MAJOR[device.kind] * MICROS_PER_MAJOR;
}

/**
 * Decides an authorisation. The first reason that applies is given: currency, instrument, block, device limit,
 * funds, risk. Whether the acquirer agrees and whether the ledger still has the funds comes after it.
 */
export function decideAuthorisation(
  request: AuthoriseRequest,
  facts: AuthorisationFacts,
  at: Date,
): Decision {
  const { device, instrument } = facts;
  const decline = (reason: keyof typeof DECLINE_REASONS): Decision => ({
    verdict: "decline",
    reason,
    screening: null,
  });
  if (request.currency !== device.currency) return decline("currency_not_of_program");
  if (!instrument) return decline("instrument_unknown");
  if (isInstrumentBlocked(instrument, at)) return decline("instrument_blocked");
  if (request.amountMicros > deviceLimitMicros(device)) return decline("amount_above_device_limit");
  if (instrument.availableMicros !== null && instrument.availableMicros < request.amountMicros) {
    return decline("insufficient_funds");
  }
  const screening = screen({
    amountMicros: request.amountMicros,
    currency: request.currency,
    instrumentWord: instrument.kind === "card_token" ? "this card" : "this wallet",
    deviceKindWord: DEVICE_KIND_WORDS[device.kind],
    occurredAt: request.occurredAt ?? at,
    place: placeOf(request, facts),
    taps: facts.taps,
    habit: facts.habit,
    terms: facts.policy.terms,
  });
  if (screening.verdict === "decline") return { verdict: "decline", reason: "suspected_fraud", screening };
  return { verdict: screening.verdict, screening };
}

export function placeOf(
  request: AuthoriseRequest,
  { device }: Pick<AuthorisationFacts, "device">,
): { latitude: number; longitude: number } | null {
  if (request.location) return request.location;
  if (device.latitude === null || device.longitude === null) return null;
  return { latitude: device.latitude, longitude: device.longitude };
}

type Allowed<T> = ({ ok: true } & T) | { ok: false; reason: PaymentRefusal };

/**
 * What capturing `amountMicros` (all of it when left out) would do. Above zero, whole minor units, at most what was
 * authorised; the rest is released. Capturing the same amount again is not an error and moves nothing.
 */
export function planCapture(
  payment: Payment,
  amountMicros: bigint | undefined,
  at: Date,
): Allowed<{ amountMicros: bigint; alreadyDone: boolean }> {
  const amount = amountMicros ?? payment.amountMicros;
  if (amount > payment.amountMicros) return { ok: false, reason: "amount_above_authorised" };
  if (amount <= 0n || amount % microsPerMinor(payment.currency) !== 0n) {
    return { ok: false, reason: "amount_not_whole_minor_units" };
  }
  switch (payment.state) {
    case "authorised":
      if (isHoldOver(payment, at)) return { ok: false, reason: "payment_expired" };
      return { ok: true, amountMicros: amount, alreadyDone: false };
    case "captured":
    case "partially_refunded":
    case "refunded":
      return amountMicros === undefined || payment.capturedMicros === amount
        ? { ok: true, amountMicros: payment.capturedMicros, alreadyDone: true }
        : { ok: false, reason: "payment_already_captured" };
    case "in_review":
      return { ok: false, reason: "payment_in_review" };
    case "expired":
      return { ok: false, reason: "payment_expired" };
    case "declined":
    case "voided":
      return { ok: false, reason: "payment_not_authorised" };
  }
}

/** Whether the hold can be released. Releasing it twice is not an error. */
export function planVoid(payment: Payment): Allowed<{ alreadyDone: boolean }> {
  switch (payment.state) {
    case "authorised":
    case "in_review":
      return { ok: true, alreadyDone: false };
    case "voided":
      return { ok: true, alreadyDone: true };
    case "captured":
    case "partially_refunded":
    case "refunded":
      return { ok: false, reason: "payment_already_captured" };
    case "expired":
      return { ok: false, reason: "payment_expired" };
    case "declined":
      return { ok: false, reason: "payment_not_authorised" };
  }
}

export function isHoldOver(payment: Pick<Payment, "expiresAt">, at: Date): boolean {
  return payment.expiresAt !== null && payment.expiresAt.getTime() <= at.getTime();
}

/** What refunding `amountMicros` (all that is left when left out) would do. Refunds never exceed what was captured. */
export function planRefund(
  payment: Pick<Payment, "state" | "capturedMicros" | "refundedMicros" | "currency">,
  amountMicros: bigint | undefined,
): Allowed<{ amountMicros: bigint; refundedMicros: bigint; state: PaymentState }> {
  if (
    payment.state !== "captured" &&
    payment.state !== "partially_refunded" &&
    payment.state !== "refunded"
  ) {
    return { ok: false, reason: "payment_not_captured" };
  }
  const left = payment.capturedMicros - payment.refundedMicros;
  const amount = amountMicros ?? left;
  if (amount > left || left === 0n) return { ok: false, reason: "amount_above_captured" };
  if (amount <= 0n || amount % microsPerMinor(payment.currency) !== 0n) {
    return { ok: false, reason: "amount_not_whole_minor_units" };
  }
  const refundedMicros = payment.refundedMicros + amount;
  return {
    ok: true,
    amountMicros: amount,
    refundedMicros,
    state: refundedMicros === payment.capturedMicros ? "refunded" : "partially_refunded",
  };
}

/**
 * What a closing window becomes: whole minor units of what it gathered and what the window before left over; the
 * rest, below one minor unit, is left for the next. Nothing is rounded away: gathered + carriedIn = payment + carriedOut.
 */
export function splitWindow(
  gatheredMicros: bigint,
  carriedInMicros: bigint,
  currency: Currency,
): { paymentMicros: bigint; carriedOutMicros: bigint } {
  const { whole, rest } = splitMinor(gatheredMicros + carriedInMicros, currency);
  return { paymentMicros: whole, carriedOutMicros: rest };
}

/** The amount at which a window closes before its time. */
export function windowThresholdMicros(currency: Currency): bigint {
  return USAGE_WINDOW_MINOR_UNITS * microsPerMinor(currency);
}

/** A payment as its device sees it. */
export function presentPayment(payment: Payment): PaymentAnswer {
  return {
    id: toPublicId("payment", payment.id),
    state: payment.state,
    amount: toMoneyJson(payment.amountMicros, payment.currency),
    captured: toMoneyJson(payment.capturedMicros, payment.currency),
    refunded: toMoneyJson(payment.refundedMicros, payment.currency),
    declineReason: payment.declineReason,
    message: messageOf(payment),
    instrument: payment.instrumentLabel,
    occurredAt: payment.occurredAt.toISOString(),
    authorisedAt: payment.authorisedAt?.toISOString() ?? null,
    capturedAt: payment.capturedAt?.toISOString() ?? null,
    expiresAt: payment.expiresAt?.toISOString() ?? null,
  };
}

function messageOf(payment: Payment): string {
  const money = (micros: bigint) =>
    `${formatMicros(micros, minorDigits(payment.currency))} ${payment.currency}`;
  switch (payment.state) {
    case "authorised":
      return `${money(payment.amountMicros)} is held.`;
    case "captured":
      return `${money(payment.capturedMicros)} was charged.`;
    case "partially_refunded":
      return `${money(payment.refundedMicros)} of ${money(payment.capturedMicros)} was refunded.`;
    case "refunded":
      return `${money(payment.refundedMicros)} was refunded.`;
    case "in_review":
      return `${money(payment.amountMicros)} is held while the payment is reviewed.`;
    case "declined":
      return payment.declineReason ? DECLINE_REASONS[payment.declineReason] : "The payment was declined.";
    case "voided":
      return "The payment was taken back; nothing was charged.";
    case "expired":
      return "The hold expired; nothing was charged.";
  }
}

/** HTTP status of an answer: 201 authorised or captured, 202 in review, 402 declined. */
export function statusOf(state: PaymentState): number {
  if (state === "declined") return 402;
  return state === "in_review" ? 202 : 201;
}
