/** The one list of a payment's columns, for reading and for writing in bulk. */
import { type BulkColumn, insertRows } from "@/server/platform/bulk";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { Payment, PaymentEvent } from "../types";

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

const COLUMNS: readonly (BulkColumn<Payment> & { as: keyof Payment })[] = [
  { name: "id", as: "id", type: "uuid", value: (row) => row.id },
  { name: "program_id", as: "programId", type: "uuid", value: (row) => row.programId },
  { name: "merchant_id", as: "merchantId", type: "uuid", value: (row) => row.merchantId },
  { name: "device_id", as: "deviceId", type: "uuid", value: (row) => row.deviceId },
  { name: "device_kind", as: "deviceKind", type: "text", value: (row) => row.deviceKind },
  { name: "zone", as: "zone", type: "text", value: (row) => row.zone },
  { name: "payer_id", as: "payerId", type: "uuid", value: (row) => row.payerId },
  { name: "instrument_id", as: "instrumentId", type: "uuid", value: (row) => row.instrumentId },
  { name: "instrument_kind", as: "instrumentKind", type: "text", value: (row) => row.instrumentKind },
  { name: "instrument_label", as: "instrumentLabel", type: "text", value: (row) => row.instrumentLabel },
  { name: "source", as: "source", type: "text", value: (row) => row.source },
  { name: "external_ref", as: "externalRef", type: "text", value: (row) => row.externalRef },
  { name: "device_sequence", as: "deviceSequence", type: "bigint", value: (row) => row.deviceSequence },
  { name: "import_id", as: "importId", type: "uuid", value: (row) => row.importId },
  { name: "currency", as: "currency", type: "text", value: (row) => row.currency },
  { name: "amount_micros", as: "amountMicros", type: "bigint", value: (row) => row.amountMicros },
  { name: "captured_micros", as: "capturedMicros", type: "bigint", value: (row) => row.capturedMicros },
  { name: "refunded_micros", as: "refundedMicros", type: "bigint", value: (row) => row.refundedMicros },
  { name: "state", as: "state", type: "text", value: (row) => row.state },
  { name: "decline_reason", as: "declineReason", type: "text", value: (row) => row.declineReason },
  { name: "description", as: "description", type: "text", value: (row) => row.description },
  { name: "quantity", as: "quantity", type: "jsonb", value: (row) => json(row.quantity) },
  { name: "latitude", as: "latitude", type: "float8", value: (row) => row.latitude },
  { name: "longitude", as: "longitude", type: "float8", value: (row) => row.longitude },
  { name: "flags", as: "flags", type: "jsonb", value: (row) => json(row.flags) },
  { name: "risk_score", as: "riskScore", type: "smallint", value: (row) => row.riskScore },
  {
    name: "capture_on_approval",
    as: "captureOnApproval",
    type: "boolean",
    value: (row) => row.captureOnApproval,
  },
  { name: "occurred_at", as: "occurredAt", type: "timestamptz", value: (row) => row.occurredAt },
  { name: "authorised_at", as: "authorisedAt", type: "timestamptz", value: (row) => row.authorisedAt },
  { name: "expires_at", as: "expiresAt", type: "timestamptz", value: (row) => row.expiresAt },
  { name: "captured_at", as: "capturedAt", type: "timestamptz", value: (row) => row.capturedAt },
  { name: "closed_at", as: "closedAt", type: "timestamptz", value: (row) => row.closedAt },
  { name: "hold_transfer_id", as: "holdTransferId", type: "uuid", value: (row) => row.holdTransferId },
  {
    name: "capture_transfer_id",
    as: "captureTransferId",
    type: "uuid",
    value: (row) => row.captureTransferId,
  },
];

/** For `select`, over the alias `p`. */
export const PAYMENT_COLUMNS = COLUMNS.map(({ name, as }) => `p.${name} as "${as}"`).join(", ");

/**
 * Inserts payments in the given order; captured ones get their place in the order of capture, which the allocator
 * follows. With `skipKnown`, those that exist under the same merchant, source and reference are left out. Gives the
 * ids that went in.
 */
export async function insertPayments(
  tx: SqlTx,
  payments: readonly Payment[],
  { skipKnown = false } = {},
): Promise<Set<Id<"payment">>> {
  const rows = await insertRows<Payment, { id: Id<"payment"> }>(tx, "payment", COLUMNS, payments, {
    computed: {
      capture_seq: "case when t.captured_at is not null then nextval('payment_capture_seq') end",
    },
    suffix: `${skipKnown ? "on conflict (merchant_id, source, external_ref) do nothing" : ""} returning id`,
  });
  return new Set(rows.map((row) => row.id));
}

export async function insertPaymentEvents(tx: SqlTx, events: readonly PaymentEvent[]): Promise<void> {
  await insertRows(
    tx,
    "payment_event",
    [
      { name: "payment_id", type: "uuid", value: (row) => row.paymentId },
      { name: "merchant_id", type: "uuid", value: (row) => row.merchantId },
      { name: "at", type: "timestamptz", value: (row) => row.at },
      { name: "kind", type: "text", value: (row) => row.kind },
      { name: "detail", type: "jsonb", value: (row) => JSON.stringify(row.detail) },
    ],
    events,
  );
}
