/** What portals read of payments. */

import type { AccountCode } from "@/server/ledger/constants";
import { getAccounts, listTransfers } from "@/server/ledger/service";
import type { Transfer } from "@/server/ledger/types";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { fromPublicId, type Id, toPublicId } from "@/server/platform/ids";
import {
  type AgencyScope,
  type MerchantScope,
  mintSystemScope,
  type OperatorScope,
  type Scope,
} from "@/server/platform/scope";
import {
  findInstrumentsByLabel,
  findSubjectsByText,
  looseLabel,
  type PaymentMatch,
} from "../repository/find-by-text";
import * as reads from "../repository/read-payments";
import { findWindowOfPayment, type PaymentWindow } from "../repository/read-usage";
import { readAmount } from "../rules/read-typed-amount";
import type { Refund } from "../types";

export { chargedMicros, type ListedPayment } from "../repository/read-payments";
export { readAmount as readTypedAmount } from "../rules/read-typed-amount";

const platform = mintSystemScope("payments");

/** What a list of payments is narrowed by; `text` is whatever its screen shows of a payment. */
export type PaymentListFilter = Omit<reads.PaymentFilter, "match"> & { text?: string | undefined };

const NEWEST_FIRST: reads.PaymentOrder = { by: "time", descending: true };

/** Payments that the scope may see, newest first unless asked otherwise. */
export async function listPayments(
  scope: Scope,
  filter: PaymentListFilter,
  page: { cursor?: string | null | undefined; order?: reads.PaymentOrder | undefined; limit: number },
): Promise<{ items: reads.ListedPayment[]; nextCursor: string | null }> {
  const { order = NEWEST_FIRST } = page;
  const narrowed = await narrow(scope, filter);
  const rows = await withScope(scope, (tx) =>
    reads.listPayments(tx, narrowed, { after: readCursor(page.cursor), order, limit: page.limit + 1 }),
  );
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > page.limit && last ? cursorOf(last) : null };
}

const cursorOf = (payment: reads.ListedPayment) =>
  `${toPublicId("payment", payment.id)}~${reads.chargedMicros(payment)}`;

function readCursor(cursor: string | null | undefined): reads.PaymentKey | null {
  const [publicId = "", charged = "0"] = (cursor ?? "").split("~");
  const id = fromPublicId("payment", publicId);
  return id && /^\d{1,19}$/.test(charged) ? { id, chargedMicros: BigInt(charged) } : null;
}

/** How many payments each tab of a list holds under the other filters. */
export async function countPayments(scope: Scope, filter: PaymentListFilter): Promise<reads.StateCount[]> {
  const narrowed = await narrow(scope, filter);
  return await withScope(scope, (tx) => reads.countByState(tx, narrowed));
}

/** What a filter leaves, added up. Amounts in micros, one row a currency. */
export async function totalPayments(scope: Scope, filter: PaymentListFilter): Promise<reads.CurrencyTotal[]> {
  const narrowed = await narrow(scope, filter);
  return await withScope(scope, (tx) => reads.sumPayments(tx, narrowed));
}

/**
 * Names a merchant's own payments, which row-level security would leave as the only ones anyway, so that their index
 * is used; and finds out what the text that is looked for can mean.
 */
async function narrow(scope: Scope, { text, ...rest }: PaymentListFilter): Promise<reads.PaymentFilter> {
  const own = scope.kind === "merchant" ? scope.organisationId : undefined;
  const filter = { ...rest, merchantId: rest.merchantId ?? own };
  return text === undefined ? filter : { ...filter, match: await readMeanings(scope, filter, text) };
}

const NOTHING: PaymentMatch = {
  paymentIds: [],
  deviceIds: [],
  merchantIds: [],
  instrumentIds: [],
  label: null,
  amountMicros: null,
};

async function readMeanings(scope: Scope, filter: reads.PaymentFilter, text: string): Promise<PaymentMatch> {
  const paymentId = fromPublicId("payment", text);
  if (paymentId) return { ...NOTHING, paymentIds: [paymentId] };
  // Agencies see that there was a payment, never who paid or what for.
  if (scope.kind === "agency") return NOTHING;
  const label = looseLabel(text);
  // What is found here only narrows a list that is read in the caller's own scope.
  const instrumentIds = label ? await withScope(platform, (tx) => findInstrumentsByLabel(tx, label)) : [];
  const { subjects, worded } = await withScope(scope, async (tx) => ({
    subjects: await findSubjectsByText(tx, text),
    worded: await reads.findByWords(tx, filter, text, label?.pattern ?? null),
  }));
  return {
    ...subjects,
    paymentIds: [...new Set([...subjects.paymentIds, ...worded])],
    instrumentIds,
    label,
    amountMicros: readAmount(text),
  };
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
