/** What a downloaded list is called: what it holds, whose, of which days, how it is narrowed, and when it was made. */
import type { PaymentFilter } from "@/server/payments/schema";
import { csvLocalTime } from "@/server/platform/csv";
import { formatMicros } from "@/server/platform/money";

const MOST_LENGTH = 120;

/** "payments_voltway_2026-11-01_to_2026-11-30_captured_made_2026-12-01T0930Z.csv": letters that every system takes. */
export function nameExport(organisation: string, filter: PaymentFilter, madeAt: Date): string {
  const day = (at: Date | undefined) => at?.toISOString().slice(0, 10);
  const amount = (micros: bigint | undefined) => (micros === undefined ? undefined : formatMicros(micros, 0));
  const parts = [
    "payments",
    organisation,
    spanOf(filter.fromDay ?? day(filter.from), filter.toDay ?? day(filter.to)),
    ...[filter.states, filter.deviceKinds, filter.sources].map((chosen) => chosen?.join("+")),
    spanOf(amount(filter.minAmount), amount(filter.maxAmount)),
    filter.programId && "one-program",
    filter.merchantId && "one-merchant",
    filter.deviceId && "one-device",
    filter.importId && "one-import",
    filter.zone && `zone-${filter.zone}`,
    filter.flagged && "odd",
    filter.text && `find-${filter.text}`,
  ];
  const name = parts.filter(Boolean).map(plain).filter(Boolean).join("_").slice(0, MOST_LENGTH);
  return `${name}_made_${stampOf(madeAt)}.csv`;
}

/** "usage_voltway_2026-11-28_to_2026-11-29_pay_01k…_made_2026-12-01T0930Z.csv", days by the program's clock. */
export function nameUsageExport(
  of: { merchant: string; paymentId: string; from: Date; to: Date; timeZone: string },
  madeAt: Date,
  format: string,
): string {
  const day = (at: Date) => csvLocalTime(at, of.timeZone).slice(0, 10);
  const parts = ["usage", of.merchant, spanOf(day(of.from), day(of.to)), of.paymentId];
  return `${parts.map(plain).join("_")}_made_${stampOf(madeAt)}.${format}`;
}

const stampOf = (madeAt: Date) => `${madeAt.toISOString().slice(0, 16).replace(":", "")}Z`;

function spanOf(from: string | undefined, to: string | undefined): string | undefined {
  if (from !== undefined && to !== undefined) return from === to ? from : `${from}_to_${to}`;
  if (from !== undefined) return `from_${from}`;
  return to === undefined ? undefined : `until_${to}`;
}

const plain = (part: unknown) => String(part).replaceAll(/[^A-Za-z0-9.+_-]+/g, "-");
