/** From what payments say to what the device hears. */
import type { PaymentRefusal } from "@/server/payments/constants";
import type { AuthoriseResult, MoneyJson, PaymentAnswer, PaymentResult } from "@/server/payments/types";
import { isProblemCode, PROBLEM_OF_ADMISSION, Problem } from "./errors";
import type { Answer } from "./server";

/** Refusals that concern people and not devices. */
const NOT_OF_DEVICES: readonly PaymentRefusal[] = [
  "amount_above_captured",
  "payment_not_captured",
  "refund_key_reused",
];

export function answerPayment(result: AuthoriseResult | PaymentResult): Answer {
  if (result.ok) {
    return {
      status: result.status,
      body: inOrder(result.payment),
      ...(result.replayed ? { headers: { "idempotency-replayed": "true" } } : {}),
    };
  }
  if (result.reason === "not_admitted") throw new Problem(PROBLEM_OF_ADMISSION[result.outcome]);
  if (!isProblemCode(result.reason) || NOT_OF_DEVICES.includes(result.reason)) {
    throw new Error(`Payments refused a device with ${result.reason}, which devices cannot be told.`);
  }
  throw new Problem(result.reason);
}

/** Answers that an earlier version stored lack a name or have them in another order; all go out in this one. */
function inOrder(payment: PaymentAnswer): PaymentAnswer {
  const money = ({ amount, currency }: MoneyJson) => ({ amount, currency });
  return {
    id: payment.id,
    state: payment.state,
    amount: money(payment.amount),
    captured: money(payment.captured),
    refunded: money(payment.refunded),
    declineReason: payment.declineReason,
    message: payment.message,
    allowance: payment.allowance
      ? {
          unit: payment.allowance.unit,
          quantity: payment.allowance.quantity,
          value: money(payment.allowance.value),
        }
      : null,
    instrument: payment.instrument,
    occurredAt: payment.occurredAt,
    authorisedAt: payment.authorisedAt,
    capturedAt: payment.capturedAt,
    expiresAt: payment.expiresAt,
  };
}
