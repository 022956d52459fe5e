/** From rows to what screens get. */
import { toPublicId } from "@/server/platform/ids";
import { type Currency, formatMicros, toMoneyJson } from "@/server/platform/money";
import type { ListedPayment } from "./repository/read-payments";
import type { UsageRecordRow } from "./repository/read-usage";
import type { PaymentDetailView, PaymentView, UsageRecordView } from "./schema";
import type { PaymentDetail } from "./service/list-payments";

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** What an allowance paid of a price, and what of it was money. */
function viewAllowancePart(payment: ListedPayment): PaymentView["allowance"] {
  const { allowanceUnit: unit, amountMicros, allowanceMicros, currency } = payment;
  if (unit === null || allowanceMicros === 0n) return null;
  const quantity = formatMicros(payment.allowanceQuantityMicros, 0);
  const asked = payment.quantity?.[unit] ?? null;
  // A capture of less costs less than the quantity that was asked for, so that one no longer says anything.
  const less =
    payment.capturedAt !== null &&
    (payment.capturedMicros < amountMicros || (amountMicros === 0n && asked !== quantity));
  return {
    unit,
    quantity,
    of: less ? null : asked,
    covered: toMoneyJson(allowanceMicros, currency),
    // What was captured is what it cost in the end; until then, what is held.
    price: toMoneyJson(
      (payment.capturedAt ? payment.capturedMicros : amountMicros) + allowanceMicros,
      currency,
    ),
  };
}

export function viewPayment(payment: ListedPayment): PaymentView {
  const money = (micros: bigint) => toMoneyJson(micros, payment.currency);
  return {
    id: toPublicId("payment", payment.id),
    state: payment.state,
    amount: money(payment.amountMicros),
    captured: money(payment.capturedMicros),
    refunded: money(payment.refundedMicros),
    allowance: viewAllowancePart(payment),
    deviceKind: payment.deviceKind,
    device: payment.deviceId
      ? { id: toPublicId("device", payment.deviceId), name: payment.deviceName ?? "" }
      : null,
    merchant: {
      id: toPublicId("organisation", payment.merchantId),
      slug: payment.merchantSlug,
      name: payment.merchantName,
    },
    program: {
      id: toPublicId("program", payment.programId),
      slug: payment.programSlug,
      name: payment.programName,
      timeZone: payment.programTimeZone,
    },
    zone: payment.zone,
    source: payment.source,
    instrument: payment.instrumentLabel,
    instrumentKind: payment.instrumentKind,
    description: payment.description,
    quantity: payment.quantity,
    declineReason: payment.declineReason,
    riskScore: payment.riskScore,
    flags: payment.flags,
    latitude: payment.latitude,
    longitude: payment.longitude,
    externalRef: payment.externalRef,
    occurredAt: payment.occurredAt.toISOString(),
    authorisedAt: iso(payment.authorisedAt),
    expiresAt: iso(payment.expiresAt),
    capturedAt: iso(payment.capturedAt),
    allocatedAt: iso(payment.allocatedAt),
  };
}

export function viewRecord(record: UsageRecordRow, currency: Currency): UsageRecordView {
  return {
    key: record.key,
    device: { id: toPublicId("device", record.deviceId), name: record.deviceName },
    amount: toMoneyJson(record.amountMicros, currency),
    quantity: record.quantity,
    unit: record.unit,
    allowance:
      record.coveredMicros > 0n
        ? {
            unit: record.unit ?? "",
            quantity: formatMicros(record.coveredQuantityMicros, 0),
            value: toMoneyJson(record.coveredMicros, currency),
          }
        : null,
    occurredAt: record.occurredAt.toISOString(),
  };
}

export interface UsagePage {
  items: readonly UsageRecordRow[];
  nextCursor: string | null;
  size: number;
}

export function viewDetail(detail: PaymentDetail, records: UsagePage): PaymentDetailView {
  const { payment, window } = detail;
  const money = (micros: bigint) => toMoneyJson(micros, payment.currency);
  const account = (id: string) => ({
    id: toPublicId("account", id),
    code: detail.accountCodes.get(id) ?? null,
  });
  return {
    payment: viewPayment(payment),
    refundable: money(payment.capturedMicros - payment.refundedMicros),
    timeline: detail.timeline.map(({ at, kind, detail: facts }) => ({
      at: at.toISOString(),
      kind,
      detail: facts,
    })),
    refunds: detail.refunds.map((refund) => ({
      id: toPublicId("refund", refund.id),
      ordinal: refund.ordinal,
      amount: money(refund.amountMicros),
      reason: refund.reason,
      createdAt: refund.createdAt.toISOString(),
      createdBy: refund.createdByName,
    })),
    usage: window && {
      id: toPublicId("usageWindow", window.id),
      recordCount: Number(window.recordCount),
      total: money(window.totalMicros),
      carriedIn: money(window.carriedInMicros),
      carriedOut: money(window.carriedOutMicros),
      covered: money(window.coveredMicros),
      owedIn: money(window.owedInMicros),
      owedFrom: window.owedFrom && toPublicId("payment", window.owedFrom),
      owedOut: money(window.owedOutMicros),
      next: window.next && {
        closesAt: window.next.closesAt.toISOString(),
        paymentId: window.next.paymentId && toPublicId("payment", window.next.paymentId),
      },
      openedAt: window.openedAt.toISOString(),
      closedAt: window.closedAt.toISOString(),
      records: records.items.map((record) => viewRecord(record, payment.currency)),
      nextCursor: records.nextCursor,
      pageSize: records.size,
    },
    transfers: detail.transfers.map((transfer) => ({
      id: toPublicId("transfer", transfer.id),
      kind: transfer.kind,
      code: transfer.code,
      state: transfer.state,
      amount: money(transfer.amountMicros),
      debit: account(transfer.debitAccountId),
      credit: account(transfer.creditAccountId),
      pendingId: transfer.pendingId && toPublicId("transfer", transfer.pendingId),
      effectiveAt: transfer.effectiveAt.toISOString(),
      recordedAt: transfer.recordedAt.toISOString(),
    })),
  };
}
