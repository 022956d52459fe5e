/** The usage records behind a payment: a page of them, or all of them as they come. */
import { type SqlTx, withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { MerchantScope, OperatorScope } from "@/server/platform/scope";
import { findListedPayment } from "../repository/read-payments";
import {
  findWindowOfPayment,
  listRecords,
  type PaymentWindow,
  type RecordCursor,
  type UsageRecordRow,
} from "../repository/read-usage";

export type UsageRecord = UsageRecordRow;

/** Records that a download asks for at once. */
const CHUNK = 4_000;

/** One page of the usage records behind a payment, in order of time. Throws when the scope may not see the payment. */
export async function listUsageRecords(
  scope: MerchantScope | OperatorScope,
  paymentId: Id<"payment">,
  page: { cursor?: string | null | undefined; limit: number },
): Promise<{ items: UsageRecord[]; nextCursor: string | null; currency: Currency }> {
  return await withScope(scope, async (tx) => {
    const { window, currency } = await findUsage(tx, paymentId);
    if (!window) return { items: [], nextCursor: null, currency };
    const after = parseRecordCursor(page.cursor);
    const rows = await listRecords(tx, window.id, { after, limit: page.limit + 1 });
    const items = rows.slice(0, page.limit);
    const last = items.at(-1);
    return { items, nextCursor: rows.length > page.limit && last ? recordCursor(last) : null, currency };
  });
}

async function findUsage(
  tx: SqlTx,
  paymentId: Id<"payment">,
): Promise<{ window: PaymentWindow | null; currency: Currency; timeZone: string; merchant: string }> {
  const payment = await findListedPayment(tx, paymentId);
  if (!payment) throw notFound("payment");
  const window = payment.source === "usage" ? await findWindowOfPayment(tx, paymentId) : null;
  return {
    window,
    currency: payment.currency,
    timeZone: payment.programTimeZone,
    merchant: payment.merchantName,
  };
}

/**
 * All records of a payment in order of time, some thousand at once and each time in a transaction of its own, so that a
 * slow reader holds nothing open. A closed window changes no more. Throws when the scope may not see the payment or it
 * has no records.
 */
export async function openUsageRecords(
  scope: MerchantScope | OperatorScope,
  paymentId: Id<"payment">,
): Promise<{
  window: PaymentWindow;
  currency: Currency;
  timeZone: string;
  merchant: string;
  pages: () => AsyncGenerator<UsageRecord[]>;
}> {
  const { window, currency, timeZone, merchant } = await withScope(scope, async (tx) => {
    const found = await findUsage(tx, paymentId);
    if (!found.window) throw notFound("payment");
    return { ...found, window: found.window };
  });
  async function* pages(): AsyncGenerator<UsageRecord[]> {
    let after: RecordCursor | null = null;
    for (;;) {
      const page: UsageRecord[] = await withScope(scope, (tx) =>
        listRecords(tx, window.id, { after, limit: CHUNK }),
      );
      if (page.length > 0) yield page;
      const last = page.at(-1);
      if (page.length < CHUNK || !last) return;
      after = { at: last.occurredAt.toISOString(), deviceId: last.deviceId, key: last.key };
    }
  }
  return { window, currency, timeZone, merchant, pages };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function recordCursor({ occurredAt, deviceId, key }: UsageRecord): string {
  return Buffer.from(JSON.stringify([occurredAt.toISOString(), deviceId, key])).toString("base64url");
}

function parseRecordCursor(cursor: string | null | undefined) {
  if (!cursor) return null;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (!Array.isArray(parsed)) return null;
    const [at, deviceId, key] = parsed as unknown[];
    if (typeof at !== "string" || typeof deviceId !== "string" || typeof key !== "string") return null;
    if (Number.isNaN(Date.parse(at)) || !UUID.test(deviceId)) return null;
    return { at, deviceId, key };
  } catch {
    return null;
  }
}
