/** A case with its payment, as the reviewer's screen gets it. */
import { viewCaseDetail } from "@/server/fraud/service";
import { toPublicId } from "@/server/platform/ids";
import { toMoneyJson } from "@/server/platform/money";
import type { History } from "./repository/read-case-context";
import type { CaseFile } from "./review";
import { viewPayment } from "./view-payment";

export function viewCaseFile({ case: found, payment, context }: CaseFile) {
  const history = (of: History | null) =>
    of && {
      payments: Number(of.payments),
      captured: Number(of.captured),
      declined: Number(of.declined),
      reviewed: Number(of.reviewed),
      refunded: Number(of.refunded),
      capturedAmount: toMoneyJson(of.capturedMicros, payment.currency),
      firstAt: of.firstAt?.toISOString() ?? null,
    };
  return {
    case: viewCaseDetail(found),
    payment: viewPayment(payment),
    instrumentId: payment.instrumentId && toPublicId("instrument", payment.instrumentId),
    captureOnApproval: payment.captureOnApproval,
    linked: context.linked.map((each) => ({
      id: toPublicId("payment", each.id),
      state: each.state,
      amount: toMoneyJson(each.amountMicros, each.currency),
      occurredAt: each.occurredAt.toISOString(),
      riskScore: each.riskScore,
      declineReason: each.declineReason,
      instrument: each.instrumentLabel,
      merchantName: each.merchantName,
      deviceName: each.deviceName,
      latitude: each.latitude,
      longitude: each.longitude,
      sameInstrument: each.sameInstrument,
      sameDevice: each.sameDevice,
    })),
    taps: context.taps.map((tap) => ({
      paymentId: toPublicId("payment", tap.paymentId),
      isThis: tap.paymentId === payment.id,
      at: tap.at.toISOString(),
      latitude: tap.latitude,
      longitude: tap.longitude,
      deviceName: tap.deviceName,
    })),
    /** Of the payer over 90 days, and of the device over 30. */
    payerHistory: history(context.payer),
    deviceHistory: history(context.device),
  };
}
