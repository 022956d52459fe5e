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
  type DeclineReason,
  type InstrumentKind,
  OLDEST_TAP_DAYS,
  type PaymentRefusal,
  type PaymentState,
  USAGE_WINDOW_MINOR_UNITS,
} from "./constants";
import { findReachedLimit } from "./rules/apply-limits";
import { coverByAllowance, parseQuantityMicros } from "./rules/cover-by-allowance";
import type {
  AllowanceFacts,
  AllowanceUse,
  AuthorisationFacts,
  AuthoriseRequest,
  Decision,
  InstrumentFacts,
  LimitFacts,
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

/** What a payment holds that no allowance had a part in and that no limit counts. */
export const PAID_IN_MONEY = {
  allowanceId: null,
  allowanceMonth: null,
  allowanceUnit: null,
  allowanceQuantityMicros: 0n,
  allowanceMicros: 0n,
  counted: null,
} as const satisfies Partial<Payment>;

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
 * limits, allowance, funds, risk. Whether the acquirer agrees and whether the ledger still has the funds comes after.
 */
export function decideAuthorisation(
  request: AuthoriseRequest,
  facts: AuthorisationFacts,
  at: Date,
): Decision {
  const { device, instrument } = facts;
  const decline = (reason: DeclineReason, limit: LimitFacts | null = null): Decision => ({
    verdict: "decline",
    reason,
    screening: null,
    limit,
  });
  if (request.currency !== device.currency) return decline("currency_not_of_program");
  if (!instrument) return decline("instrument_unknown");
  if (isInstrumentBlocked(instrument, at)) return decline("instrument_blocked");
  if (request.amountMicros > deviceLimitMicros(device)) return decline("amount_above_device_limit");
  const use = takeFromAllowance(request, facts.allowances);
  const dueMicros = request.amountMicros - (use?.valueMicros ?? 0n);
  const reached = findReachedLimit(facts.limits, dueMicros);
  if (reached) return decline(reached.reason, reached.limit);
  if (instrument.kind === "allowance" && dueMicros > 0n) return decline("allowance_used_up");
  if (instrument.availableMicros !== null && instrument.availableMicros < dueMicros) {
    return decline("insufficient_funds");
  }
  const screening = screen({
    amountMicros: request.amountMicros,
    currency: request.currency,
    instrumentWord: INSTRUMENT_WORDS[instrument.kind],
    deviceKindWord: DEVICE_KIND_WORDS[device.kind],
    occurredAt: request.occurredAt ?? at,
    place: placeOf(request, facts),
    taps: facts.taps,
    habit: facts.habit,
    terms: facts.policy.terms,
  });
  if (screening.verdict === "decline") {
    return { verdict: "decline", reason: "suspected_fraud", screening, limit: null };
  }
  return { verdict: screening.verdict, screening, dueMicros, use };
}

const INSTRUMENT_WORDS: Record<InstrumentKind, string> = {
  card_token: "this card",
  wallet: "this wallet",
  allowance: "this allowance",
};

/** The first allowance of a unit that the payment has a quantity of, as far as it is worth anything. */
function takeFromAllowance(
  request: Pick<AuthoriseRequest, "amountMicros" | "currency" | "quantity">,
  allowances: readonly AllowanceFacts[],
): AllowanceUse | null {
  for (const [unit, text] of Object.entries(request.quantity ?? {})) {
    const allowance = allowances.find((each) => each.unit === unit);
    const quantityMicros = parseQuantityMicros(text);
    if (!allowance || quantityMicros === null) continue;
    const { coveredQuantityMicros, coveredMicros } = coverByAllowance({
      priceMicros: request.amountMicros,
      quantityMicros,
      leftMicros: allowance.leftMicros,
      stepMicros: microsPerMinor(request.currency),
    });
    if (coveredMicros > 0n) {
      return { allowance, quantityMicros: coveredQuantityMicros, valueMicros: coveredMicros };
    }
  }
  return null;
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

/** What was asked for: money and what the allowance paid. */
export function priceOf(payment: Pick<Payment, "amountMicros" | "allowanceMicros">): bigint {
  return payment.amountMicros + payment.allowanceMicros;
}

/** What a capture moves: money, and what of the allowance stays used. */
export interface CapturePlan {
  dueMicros: bigint;
  allowanceMicros: bigint;
  allowanceQuantityMicros: bigint;
}

/**
 * What capturing at a price of `priceMicros` (all of it when left out) would do. Above zero, whole minor units, at most
 * what was authorised; the allowance pays first, the rest of money and units is released. Capturing at the same price
 * again is not an error and moves nothing.
 */
export function planCapture(
  payment: Payment,
  priceMicros: bigint | undefined,
  at: Date,
): Allowed<{ capture: CapturePlan; alreadyDone: boolean }> {
  const authorised = priceOf(payment);
  const price = priceMicros ?? authorised;
  if (price > authorised) return { ok: false, reason: "amount_above_authorised" };
  if (price <= 0n || price % microsPerMinor(payment.currency) !== 0n) {
    return { ok: false, reason: "amount_not_whole_minor_units" };
  }
  switch (payment.state) {
    case "authorised":
      if (isHoldOver(payment, at)) return { ok: false, reason: "payment_expired" };
      return { ok: true, capture: splitPrice(payment, price), alreadyDone: false };
    case "captured":
    case "partially_refunded":
    case "refunded":
      return priceMicros === undefined || payment.capturedMicros + payment.allowanceMicros === price
        ? { ok: true, capture: splitPrice(payment, price), alreadyDone: true }
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

/** A lower price than the allowance's part uses its units in proportion, rounded up to a millionth. */
export function splitPrice(
  payment: Pick<Payment, "allowanceMicros" | "allowanceQuantityMicros">,
  priceMicros: bigint,
): CapturePlan {
  const { allowanceMicros: most, allowanceQuantityMicros } = payment;
  if (priceMicros >= most) {
    return { dueMicros: priceMicros - most, allowanceMicros: most, allowanceQuantityMicros };
  }
  const used = (allowanceQuantityMicros * priceMicros + most - 1n) / most;
  return { dueMicros: 0n, allowanceMicros: priceMicros, allowanceQuantityMicros: used };
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
    allowance:
      payment.allowanceUnit === null
        ? null
        : {
            unit: payment.allowanceUnit,
            quantity: formatMicros(payment.allowanceQuantityMicros, 0),
            value: toMoneyJson(payment.allowanceMicros, payment.currency),
          },
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
  const units =
    payment.allowanceUnit && payment.allowanceQuantityMicros > 0n
      ? `${formatMicros(payment.allowanceQuantityMicros, 0)} ${payment.allowanceUnit} of the allowance and `
      : "";
  switch (payment.state) {
    case "authorised":
      return `${units}${money(payment.amountMicros)} ${units ? "are" : "is"} held.`;
    case "captured":
      return `${units}${money(payment.capturedMicros)} ${units ? "were" : "was"} charged.`;
    case "partially_refunded":
      return `${money(payment.refundedMicros)} of ${money(payment.capturedMicros)} was refunded.`;
    case "refunded":
      return `${money(payment.refundedMicros)} was refunded.`;
    case "in_review":
      return `${units}${money(payment.amountMicros)} ${units ? "are" : "is"} held while the payment is reviewed.`;
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
