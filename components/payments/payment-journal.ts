/** Transfers of a payment as the bookkeeper's T-accounts show them. */
import type { JournalTransfer } from "@/components/charts/t-account";
import type { PaymentDetailView } from "@/server/payments/schema";

type Transfer = PaymentDetailView["transfers"][number];

const ACCOUNTS: Record<string, string> = {
  acquirer_receivable: "Acquirer, receivable",
  bank: "Bank",
  wallet: "Payer's wallet",
  clearing: "Clearing of the program",
  party_payable: "Payable to a party",
  reserve: "Reserve",
  payout_in_transit: "Payout in transit",
  platform_revenue: "Platform revenue",
  usage_carry: "Usage carried over",
  suspense: "Suspense",
  external: "External funds",
};

export function accountWords(code: string | null): string {
  return ACCOUNTS[code ?? ""] ?? "Account";
}

/**
 * One row for each movement that counts. A hold that was posted is told by its posting, one that was released stays as
 * a struck-through hold, and the releasing transfer, which moves nothing, is left out.
 */
export function journalOf(transfers: readonly Transfer[]): JournalTransfer[] {
  return transfers
    .filter(
      ({ kind, state }) =>
        !(kind === "pending" && state === "posted") && kind !== "void_pending" && kind !== "expiry",
    )
    .map((transfer) => ({
      id: transfer.id,
      amount: transfer.amount.amount,
      currency: transfer.amount.currency,
      debit: { id: transfer.debit.id, label: accountWords(transfer.debit.code) },
      credit: { id: transfer.credit.id, label: accountWords(transfer.credit.code) },
      label: labelOf(transfer),
      ...(transfer.kind === "pending" && { state: transfer.state === "pending" ? "pending" : "voided" }),
    }));
}

function labelOf({ code, kind, state }: Transfer): string {
  if (kind === "post_pending") return "Capture of the hold";
  if (kind === "pending" && state === "expired") return "Hold, expired";
  const words = (code ?? "transfer").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
