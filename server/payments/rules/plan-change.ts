/** What capturing, releasing or refunding a payment would do. Pure. */

import { microsPerMinor } from "@/server/platform/money";
import type { PaymentRefusal, PaymentState } from "../constants";
import type { Payment } from "../types";

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
  if (amount <= 0n) return { ok: false, reason: "amount_zero" };
  if (amount % microsPerMinor(payment.currency) !== 0n) {
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
