/** Transfers of a payment as the bookkeeper's T-accounts show them. */
import type { JournalTransfer } from "@/components/charts/t-account";
import { stepWords } from "@/components/payments/payment-words";
import type { PaymentDetailView } from "@/server/payments/schema";
import type { SplitView } from "@/server/settlement/schema";

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
 * One row for each movement. A hold that was posted is told by its posting; one that was released stays, struck through.
 * The split is booked for many payments at once, one transfer a party, so its rows are this payment's parts of those.
 */
export function journalOf(
  transfers: readonly Transfer[],
  split: SplitView | null | undefined,
  currency: string,
): JournalTransfer[] {
  const own = transfers
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
  return [...own, ...splitOf(transfers, split, currency)];
}

function splitOf(
  transfers: readonly Transfer[],
  split: SplitView | null | undefined,
  currency: string,
): JournalTransfer[] {
  const clearing = transfers
    .flatMap(({ debit, credit }) => [debit, credit])
    .find(({ code }) => code === "clearing");
  if (!split || !clearing) return [];
  const program = { id: clearing.id, label: accountWords(clearing.code) };
  return split.legs
    .filter(({ amount }) => Number(amount.amount) !== 0)
    .map(({ refund, party, step, amount }) => {
      const payable = {
        id: `payable/${party.id}`,
        label: party.kind === "operator" ? "Platform revenue" : `Payable to ${party.name}`,
        hint: party.kind === "operator" ? party.name : "its account in the program",
      };
      const back = amount.amount.startsWith("-");
      return {
        id: `${refund}/${step}/${party.id}`,
        amount: back ? amount.amount.slice(1) : amount.amount,
        currency,
        debit: back ? payable : program,
        credit: back ? program : payable,
        label: refund > 0 ? `Refund ${refund}, ${stepWords(step)}` : `Split, ${stepWords(step)}`,
      };
    });
}

function labelOf({ code, kind, state }: Transfer): string {
  if (kind === "post_pending") return "Capture of the hold";
  if (kind === "pending" && state === "expired") return "Hold, expired";
  const words = (code ?? "transfer").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
