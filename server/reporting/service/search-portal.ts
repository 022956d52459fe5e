/** The search behind the command palette. */
import type { Permission } from "@/server/identity/permissions";
import {
  chargedMicros,
  type ListedPayment,
  listPayments,
  readTypedAmount,
} from "@/server/payments/service/list-payments";
import { withScope } from "@/server/platform/db";
import { fromPublicId, type IdKind, toPublicId } from "@/server/platform/ids";
import { formatMicros, minorDigits } from "@/server/platform/money";
import type { PortalScope } from "@/server/platform/scope";
import { type SearchRow, searchEverything } from "../repository/search";
import type { SearchHit } from "../schema";

const SEARCHABLE: Record<SearchRow["kind"], IdKind> = {
  payment: "payment",
  device: "device",
  case: "case",
  payout: "payout",
  statement: "statement",
  organisation: "organisation",
  run: "settlementRun",
};

/** What the page of a thing demands; search finds nothing whose page the person may not open. */
const PAGE_OF: Record<SearchRow["kind"], Permission> = {
  payment: "payments.read",
  device: "devices.read",
  case: "cases.read",
  payout: "payouts.read",
  statement: "statements.read",
  run: "runs.read",
  organisation: "organisations.read",
};

const PAYMENTS_FOUND = 6;

/**
 * Finds what the screens show: payments by card, amount, device, reference, merchant or description, and everything
 * else by public id, reference, amount or name; at most 30. Agencies find payments by id alone, and not who paid.
 */
export async function search(
  scope: PortalScope,
  permissions: readonly Permission[],
  text: string,
): Promise<SearchHit[]> {
  const kinds = (Object.keys(PAGE_OF) as SearchRow["kind"][]).filter((kind) =>
    permissions.includes(PAGE_OF[kind]),
  );
  const ids: Partial<Record<SearchRow["kind"], string>> = {};
  for (const [kind, idKind] of Object.entries(SEARCHABLE) as [SearchRow["kind"], IdKind][]) {
    const id = fromPublicId(idKind, text);
    if (id) ids[kind] = id;
  }
  const { items } = kinds.includes("payment")
    ? await listPayments(scope, { text }, { limit: PAYMENTS_FOUND })
    : { items: [] };
  const rows = await withScope(scope, (tx) => searchEverything(tx, text, ids, readTypedAmount(text), kinds));
  return [
    ...items.map((payment) => presentFound(payment, scope.kind === "agency")),
    ...rows.map((row) => ({
      kind: row.kind,
      id: toPublicId(SEARCHABLE[row.kind], row.id),
      title: row.title,
      detail: row.detail.replaceAll("_", " "),
    })),
  ];
}

function presentFound(payment: ListedPayment, payerHidden: boolean): SearchHit {
  const { currency, deviceKind, deviceName, instrumentLabel, state } = payment;
  const amount = `${formatMicros(chargedMicros(payment), minorDigits(currency))} ${currency}`;
  const place = deviceName ?? deviceKind.replaceAll("_", " ");
  return {
    kind: "payment",
    id: toPublicId("payment", payment.id),
    title: payerHidden ? amount : `${amount} · ${instrumentLabel}`,
    detail: [place, state.replaceAll("_", " "), dayIn(payment.occurredAt, payment.programTimeZone)].join(
      " · ",
    ),
  };
}

const dayIn = (at: Date, timeZone: string) =>
  at.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone });
