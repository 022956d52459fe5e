/** A payment as its device sees it. Pure. */

import { toPublicId } from "@/server/platform/ids";
import { formatMicros, minorDigits, toMoneyJson } from "@/server/platform/money";
import { DECLINE_REASONS, type PaymentState } from "../constants";
import type { Payment, PaymentAnswer } from "../types";

/** What a payment holds that no allowance had a part in and that no limit counts. */
export const PAID_IN_MONEY = {
  allowanceId: null,
  allowanceMonth: null,
  allowanceUnit: null,
  allowanceQuantityMicros: 0n,
  allowanceMicros: 0n,
  counted: null,
} as const satisfies Partial<Payment>;

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
