/** The one list of a payment's columns, for reading and for writing in bulk. */
import type { ElementType } from "@/server/platform/binary-array";
import { type BulkColumn, insertRows } from "@/server/platform/bulk";
import type { SqlTx } from "@/server/platform/db";
import type { Payment, PaymentEvent } from "../types";

interface PaymentColumn {
  name: string;
  as: keyof Payment;
  type: ElementType;
  /** False for what no payment has when it is authorised, so that the commit need not be told. */
  committed?: false;
}

const COLUMNS: readonly PaymentColumn[] = [
  { name: "id", as: "id", type: "uuid" },
  { name: "program_id", as: "programId", type: "uuid" },
  { name: "merchant_id", as: "merchantId", type: "uuid" },
  { name: "device_id", as: "deviceId", type: "uuid" },
  { name: "device_kind", as: "deviceKind", type: "text" },
  { name: "zone", as: "zone", type: "text" },
  { name: "payer_id", as: "payerId", type: "uuid" },
  { name: "instrument_id", as: "instrumentId", type: "uuid" },
  { name: "instrument_kind", as: "instrumentKind", type: "text" },
  { name: "instrument_label", as: "instrumentLabel", type: "text" },
  { name: "source", as: "source", type: "text", committed: false },
  { name: "external_ref", as: "externalRef", type: "text" },
  { name: "device_sequence", as: "deviceSequence", type: "bigint" },
  { name: "import_id", as: "importId", type: "uuid", committed: false },
  { name: "currency", as: "currency", type: "text" },
  { name: "amount_micros", as: "amountMicros", type: "bigint" },
  { name: "captured_micros", as: "capturedMicros", type: "bigint" },
  { name: "refunded_micros", as: "refundedMicros", type: "bigint", committed: false },
  { name: "state", as: "state", type: "text" },
  { name: "decline_reason", as: "declineReason", type: "text" },
  { name: "description", as: "description", type: "text" },
  { name: "quantity", as: "quantity", type: "jsonb" },
  { name: "latitude", as: "latitude", type: "float8" },
  { name: "longitude", as: "longitude", type: "float8" },
  { name: "flags", as: "flags", type: "jsonb", committed: false },
  { name: "risk_score", as: "riskScore", type: "smallint" },
  { name: "capture_on_approval", as: "captureOnApproval", type: "boolean" },
  { name: "occurred_at", as: "occurredAt", type: "timestamptz" },
  { name: "authorised_at", as: "authorisedAt", type: "timestamptz" },
  { name: "expires_at", as: "expiresAt", type: "timestamptz" },
  { name: "captured_at", as: "capturedAt", type: "timestamptz" },
  { name: "closed_at", as: "closedAt", type: "timestamptz" },
  { name: "hold_transfer_id", as: "holdTransferId", type: "uuid" },
  { name: "capture_transfer_id", as: "captureTransferId", type: "uuid" },
  { name: "allowance_id", as: "allowanceId", type: "uuid" },
  { name: "allowance_month", as: "allowanceMonth", type: "timestamptz" },
  { name: "allowance_unit", as: "allowanceUnit", type: "text" },
  { name: "allowance_quantity_micros", as: "allowanceQuantityMicros", type: "bigint" },
  { name: "allowance_micros", as: "allowanceMicros", type: "bigint" },
  { name: "counted", as: "counted", type: "jsonb" },
];

/** What `commit_authorisations` takes of each payment, in this order: its lists are written from here. */
export const COMMITTED_COLUMNS = COLUMNS.filter((column) => column.committed !== false);

const BULK: readonly BulkColumn<Payment>[] = COLUMNS.map(({ name, as, type }) => ({
  name,
  type,
  value: (row) => (type === "jsonb" && row[as] !== null ? JSON.stringify(row[as]) : row[as]),
}));

/** For `select`, over the alias `p`. */
export const PAYMENT_COLUMNS = COLUMNS.map(({ name, as }) => `p.${name} as "${as}"`).join(", ");

/**
 * Inserts payments in the given order; captured ones get their place in the order of capture, which the allocator
 * follows.
 */
export async function insertPayments(tx: SqlTx, payments: readonly Payment[]): Promise<void> {
  await insertRows(tx, "payment", BULK, payments, {
    computed: {
      capture_seq: "case when t.captured_at is not null then nextval('payment_capture_seq') end",
    },
  });
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
