/** The usage records of a payment as a file: CSV or one JSON object a line, streamed in constant memory. */
import { openUsageRecords, type UsageRecord } from "@/server/payments/service/list-usage";
import { now } from "@/server/platform/clock";
import { CSV_BEGINNING, csvLocalTime, csvRow } from "@/server/platform/csv";
import { type Id, toPublicId } from "@/server/platform/ids";
import { type Currency, formatMicros, minorDigits, toMoneyJson } from "@/server/platform/money";
import type { MerchantScope, OperatorScope } from "@/server/platform/scope";
import { nameUsageExport } from "./name-export";

export const USAGE_FORMATS = ["csv", "jsonl"] as const;
export type UsageFormat = (typeof USAGE_FORMATS)[number];

const COLUMNS = [
  "record_key",
  "occurred_at",
  "occurred_local",
  "time_zone",
  "device_id",
  "device",
  "quantity",
  "unit",
  "amount",
  "allowance_quantity",
  "allowance_value",
  "currency",
];

/** What is written is counted and added up as it goes; a file that differs from its window never ends well. */
export class UsageDiffersError extends Error {
  constructor(paymentId: string) {
    super(`The usage records of payment ${paymentId} do not add up to its window.`);
    this.name = "UsageDiffersError";
  }
}

export interface UsageExport {
  fileName: string;
  contentType: string;
  chunks: () => AsyncGenerator<string>;
}

/**
 * Opens the records behind a payment, in order of time. Throws `not_found` when the scope may not see the payment or it
 * is none of metered use. Should the records not add up to the window, the stream breaks off with an error.
 */
export async function openUsageExport(
  scope: MerchantScope | OperatorScope,
  paymentId: Id<"payment">,
  format: UsageFormat,
): Promise<UsageExport> {
  const { window, currency, timeZone, merchant, pages } = await openUsageRecords(scope, paymentId);
  const write = format === "csv" ? csvWriter(currency, timeZone) : jsonWriter(currency);
  return {
    fileName: nameUsageExport(
      {
        merchant,
        paymentId: toPublicId("payment", paymentId),
        from: window.openedAt,
        to: window.closedAt,
        timeZone,
      },
      now(),
      format,
    ),
    contentType: format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson; charset=utf-8",
    chunks: async function* () {
      let count = 0n;
      let micros = 0n;
      yield write.head;
      for await (const page of pages()) {
        count += BigInt(page.length);
        let text = "";
        for (const record of page) {
          micros += record.amountMicros;
          text += write.line(record);
        }
        yield text;
      }
      if (count !== window.recordCount || micros !== window.totalMicros)
        throw new UsageDiffersError(paymentId);
    },
  };
}

interface Writer {
  head: string;
  line: (record: UsageRecord) => string;
}

function csvWriter(currency: Currency, timeZone: string): Writer {
  const digits = minorDigits(currency);
  const publicId = publicIds();
  return {
    head: `${CSV_BEGINNING}${csvRow(COLUMNS)}`,
    line: (record) =>
      csvRow([
        record.key,
        record.occurredAt.toISOString(),
        csvLocalTime(record.occurredAt, timeZone),
        timeZone,
        publicId(record.deviceId),
        record.deviceName,
        record.quantity ?? "",
        record.unit ?? "",
        formatMicros(record.amountMicros, digits),
        record.coveredMicros > 0n ? formatMicros(record.coveredQuantityMicros, 0) : "",
        record.coveredMicros > 0n ? formatMicros(record.coveredMicros, digits) : "",
        currency,
      ]),
  };
}

function jsonWriter(currency: Currency): Writer {
  const publicId = publicIds();
  return {
    head: "",
    line: (record) =>
      `${JSON.stringify({
        key: record.key,
        occurredAt: record.occurredAt.toISOString(),
        device: { id: publicId(record.deviceId), name: record.deviceName },
        quantity: record.quantity,
        unit: record.unit,
        amount: toMoneyJson(record.amountMicros, currency),
        allowance:
          record.coveredMicros > 0n
            ? {
                unit: record.unit,
                quantity: formatMicros(record.coveredQuantityMicros, 0),
                value: toMoneyJson(record.coveredMicros, currency),
              }
            : null,
      })}\n`,
  };
}

/** Each device's id is made once; a window has many records of few devices. */
function publicIds(): (deviceId: Id<"device">) => string {
  const known = new Map<string, string>();
  return (deviceId) => {
    const id = known.get(deviceId) ?? toPublicId("device", deviceId);
    known.set(deviceId, id);
    return id;
  };
}
