/** What portals read of payments. */

import type { AccountCode } from "@/server/ledger/constants";
import { getAccounts, listTransfers } from "@/server/ledger/service";
import type { Transfer } from "@/server/ledger/types";
import { type SqlTx, withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { fromPublicId, type Id, toPublicId } from "@/server/platform/ids";
import {
  type AgencyScope,
  type MerchantScope,
  mintSystemScope,
  type OperatorScope,
  type Scope,
} from "@/server/platform/scope";
import * as reads from "../repository/read-payments";
import { findWindowOfPayment, type PaymentWindow } from "../repository/read-usage";
import type { Refund } from "../types";

const platform = mintSystemScope("payments");

/** Payments that the scope may see, newest first. */
export async function listPayments(
  scope: Scope,
  filter: reads.PaymentFilter,
  page: { cursor?: string | null | undefined; limit: number },
): Promise<{ items: reads.ListedPayment[]; nextCursor: string | null }> {
  const after = fromPublicId("payment", page.cursor ?? "");
  const rows = await withScope(scope, async (tx) =>
    reads.listPayments(tx, await narrow(tx, scope, filter), { after, limit: page.limit + 1 }),
  );
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > page.limit && last ? toPublicId("payment", last.id) : null };
}

/** How many payments each tab of a list holds under the other filters. */
export async function countPayments(scope: Scope, filter: reads.PaymentFilter): Promise<reads.StateCount[]> {
  return await withScope(scope, async (tx) => reads.countByState(tx, await narrow(tx, scope, filter)));
}

/** What a filter leaves, added up. Amounts in micros, one row a currency. */
export async function totalPayments(
  scope: Scope,
  filter: reads.PaymentFilter,
): Promise<reads.CurrencyTotal[]> {
  return await withScope(scope, async (tx) => reads.sumPayments(tx, await narrow(tx, scope, filter)));
}

/**
 * Names a merchant's own payments, which row-level security would leave as the only ones anyway, so that their index
 * is used; and takes a pasted id, ours or that of the payment's own system, for the payment it is.
 */
async function narrow(tx: SqlTx, scope: Scope, filter: reads.PaymentFilter): Promise<reads.PaymentFilter> {
  const own = scope.kind === "merchant" ? scope.organisationId : undefined;
  const { text } = filter;
  const known = { ...filter, merchantId: filter.merchantId ?? own };
  if (text === undefined) return known;
  const id = fromPublicId("payment", text);
  const ids = id ? [id] : await reads.findBySourceId(tx, text);
  return ids.length > 0 ? { ...known, textIds: ids } : known;
}

/** A payment that an agency has a part in. Throws when it has none, or when there is no such payment. */
export async function getSharedPayment(
  scope: AgencyScope,
  paymentId: Id<"payment">,
): Promise<reads.ListedPayment> {
  return await withScope(scope, async (tx) => {
    const payment = await reads.findListedPayment(tx, paymentId);
    if (!payment) throw notFound("payment");
    return payment;
  });
}

export interface PaymentDetail {
  payment: reads.ListedPayment;
  timeline: reads.TimelineEntry[];
  refunds: Refund[];
  /** What the payment gathered, when it is the end of a usage window. */
  window: PaymentWindow | null;
  transfers: Transfer[];
  /** What kind of account each id in the transfers is. */
  accountCodes: ReadonlyMap<string, AccountCode>;
}

/** One payment with all that led to it. Throws when the scope may not see it. */
export async function getPayment(
  scope: MerchantScope | OperatorScope,
  paymentId: Id<"payment">,
): Promise<PaymentDetail> {
  const detail = await withScope(scope, async (tx) => {
    const payment = await reads.findListedPayment(tx, paymentId);
    if (!payment) throw notFound("payment");
    return {
      payment,
      timeline: await reads.listTimeline(tx, paymentId),
      refunds: await reads.listRefunds(tx, paymentId),
      window: payment.source === "usage" ? await findWindowOfPayment(tx, paymentId) : null,
    };
  });
  // The ledger knows no merchants; that this payment may be seen was decided above.
  const money = await withScope(platform, async (tx) => {
    const { rows: transfers } = await listTransfers(tx, { journalId: paymentId });
    const ids = transfers.flatMap((transfer) => [transfer.debitAccountId, transfer.creditAccountId]);
    const accounts = await getAccounts(tx, [...new Set(ids)]);
    return { transfers, accountCodes: new Map(accounts.map((account) => [account.id, account.code])) };
  });
  return { ...detail, ...money };
}
