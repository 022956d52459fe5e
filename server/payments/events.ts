/** What payments tell the outside: one event a change of state, written in the transaction of the change. */
import { toPublicId } from "@/server/platform/ids";
import { toMoneyJson } from "@/server/platform/money";
import type { OutboxEvent } from "@/server/platform/outbox";
import type { PaymentState } from "./constants";
import type { Payment } from "./types";

const EVENT_OF_STATE: Record<PaymentState, string> = {
  authorised: "payment.authorised",
  captured: "payment.captured",
  partially_refunded: "payment.refunded",
  refunded: "payment.refunded",
  declined: "payment.declined",
  in_review: "payment.held",
  voided: "payment.voided",
  expired: "payment.expired",
};

export function paymentEvent(payment: Payment): OutboxEvent {
  return {
    aggregateType: "payment",
    aggregateId: payment.id,
    type: EVENT_OF_STATE[payment.state],
    payload: {
      id: toPublicId("payment", payment.id),
      program: toPublicId("program", payment.programId),
      merchant: toPublicId("organisation", payment.merchantId),
      device: payment.deviceId ? toPublicId("device", payment.deviceId) : null,
      deviceKind: payment.deviceKind,
      zone: payment.zone,
      state: payment.state,
      declineReason: payment.declineReason,
      amount: toMoneyJson(payment.amountMicros, payment.currency),
      captured: toMoneyJson(payment.capturedMicros, payment.currency),
      refunded: toMoneyJson(payment.refundedMicros, payment.currency),
      occurredAt: payment.occurredAt.toISOString(),
    },
    organisationId: payment.merchantId,
  };
}
