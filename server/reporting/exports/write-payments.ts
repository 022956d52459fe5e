/** A list of payments as a CSV file: exactly what its filters show, streamed in constant memory. */

import { sourceIdOf } from "@/server/payments/constants";
import type { PaymentFilter } from "@/server/payments/schema";
import { listPayments } from "@/server/payments/service/list-payments";
import { CSV_BEGINNING, csvLocalTime, csvRow } from "@/server/platform/csv";
import { toPublicId } from "@/server/platform/ids";
import { formatMicros, minorDigits } from "@/server/platform/money";
import type { MerchantScope, OperatorScope } from "@/server/platform/scope";

const PAGE = 500;
const COLUMNS = [
  "payment_id",
  "source_id",
  "occurred_at",
  "captured_at",
  "occurred_local",
  "captured_local",
  "time_zone",
  "state",
  "decline_reason",
  "merchant",
  "program",
  "device",
  "device_kind",
  "zone",
  "source",
  "instrument",
  "description",
  "quantity",
  "price",
  "allowance_quantity",
  "allowance_unit",
  "covered_by_allowance",
  "amount",
  "captured",
  "refunded",
  "currency",
];

/** Newest first, times in UTC and by the clock of each program. Rows that come in while it runs are not in it: it walks from the newest down. */
export async function* writePayments(
  scope: MerchantScope | OperatorScope,
  filter: PaymentFilter,
): AsyncGenerator<string> {
  yield `${CSV_BEGINNING}${csvRow(COLUMNS)}`;
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listPayments>> = await listPayments(scope, filter, {
      cursor,
      limit: PAGE,
    });
    yield page.items.map(lineOf).join("");
    cursor = page.nextCursor;
  } while (cursor);
}

function lineOf(payment: Awaited<ReturnType<typeof listPayments>>["items"][number]): string {
  const amount = (micros: bigint) => formatMicros(micros, minorDigits(payment.currency));
  const quantity = Object.entries(payment.quantity ?? {}).map(([unit, value]) => `${value} ${unit}`);
  return csvRow([
    toPublicId("payment", payment.id),
    sourceIdOf(payment) ?? "",
    payment.occurredAt.toISOString(),
    payment.capturedAt?.toISOString() ?? "",
    csvLocalTime(payment.occurredAt, payment.programTimeZone),
    csvLocalTime(payment.capturedAt, payment.programTimeZone),
    payment.programTimeZone,
    payment.state,
    payment.declineReason ?? "",
    payment.merchantName,
    payment.programSlug,
    payment.deviceName ?? "",
    payment.deviceKind,
    payment.zone ?? "",
    payment.source,
    payment.instrumentLabel,
    payment.description ?? "",
    quantity.join("; "),
    amount(payment.amountMicros + payment.allowanceMicros),
    payment.allowanceUnit === null ? "" : formatMicros(payment.allowanceQuantityMicros, 0),
    payment.allowanceUnit ?? "",
    amount(payment.allowanceMicros),
    amount(payment.amountMicros),
    amount(payment.capturedMicros),
    amount(payment.refundedMicros),
    payment.currency,
  ]);
}
