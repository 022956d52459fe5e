/** The ledger's codes as people read them. */
import type { JournalTransfer } from "@/components/charts/t-account";
import { shortenId } from "@/components/ui/shorten-id";
import type { TransferView } from "@/server/ledger/schema";

const ACCOUNTS: Record<string, string> = {
  acquirer_receivable: "Acquirer receivable",
  bank: "Bank",
  wallet: "Wallets",
  clearing: "Clearing",
  party_payable: "Payable to parties",
  reserve: "Reserves",
  payout_in_transit: "Payouts in transit",
  platform_revenue: "Platform revenue",
  usage_carry: "Usage carried over",
  suspense: "Suspense",
  external: "External funds",
};

/** One account of a kind, where the chart speaks of many. */
const SINGLE: Record<string, string> = {
  wallet: "Wallet",
  party_payable: "Payable",
  reserve: "Reserve",
  payout_in_transit: "Payout in transit",
};

const MEANINGS: Record<string, string> = {
  acquirer_receivable: "What the acquirer owes for cards that were charged",
  bank: "What the programs' bank accounts have paid out",
  wallet: "What payers have put into their wallets",
  clearing: "Captured and not yet split; returns to zero",
  party_payable: "What parties are owed",
  reserve: "Held back for parties",
  payout_in_transit: "Sent to the bank and not yet confirmed",
  platform_revenue: "The operator's own share",
  usage_carry: "Fractions of a cent that wait for the next window",
  suspense: "Bank money that nothing explains yet",
  external: "Where gifts and allowances come from",
};

const words = (text: string) => {
  const spaced = text.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};

export function accountKind(code: string | null): string {
  return ACCOUNTS[code ?? ""] ?? words(code ?? "account");
}

export function accountMeaning(code: string): string {
  return MEANINGS[code] ?? "";
}

export function accountWord(code: string | null): string {
  return SINGLE[code ?? ""] ?? accountKind(code);
}

/** Owners without a name of their own are called by the short form of their id. */
export function ownerWords(owner: string): string {
  return /^[a-z]+_[0-9a-z]{26}$/.test(owner) ? shortenId(owner) : owner;
}

/** "Payable · Voltway · Harbor City Mobility" */
export function accountName(account: { code: string | null; owner: string }): string {
  return [accountWord(account.code), ownerWords(account.owner)].filter(Boolean).join(" · ");
}

const KINDS: Record<string, string> = {
  pending: "Hold",
  post_pending: "Hold posted",
  void_pending: "Hold released",
  expiry: "Hold expired",
};

/** What a transfer is for, and whether it reserves, posts or releases. */
export function transferWords({ kind, code }: Pick<TransferView, "kind" | "code">): string {
  const what = code ? words(code) : "Transfer";
  const how = KINDS[kind];
  if (!how) return what;
  return code && code !== "hold" ? `${what}, ${how.toLowerCase()}` : how;
}

/** Whether it moves posted money, and does not only reserve or release it. */
export function movesMoney(kind: TransferView["kind"]): boolean {
  return kind === "posted" || kind === "post_pending";
}

/**
 * Transfers for T-accounts. A hold whose posting or release is drawn too is told by that one; one that was posted in a
 * later journal stays, and says so; releases are struck through, because they move nothing.
 */
export function toJournal(transfers: readonly TransferView[]): JournalTransfer[] {
  const resolved = new Set(
    transfers.flatMap(({ pendingId, kind }) => (movesMoney(kind) ? (pendingId ?? []) : [])),
  );
  const held = new Set(transfers.map(({ id }) => id));
  return transfers
    .filter(({ id, kind, pendingId }) => {
      const releases = kind === "void_pending" || kind === "expiry";
      return !resolved.has(id) && !(releases && pendingId !== null && held.has(pendingId));
    })
    .map((transfer) => ({
      id: transfer.id,
      amount: transfer.amount.amount,
      currency: transfer.amount.currency,
      debit: { id: transfer.debit.id, label: accountName(transfer.debit) },
      credit: { id: transfer.credit.id, label: accountName(transfer.credit) },
      label:
        transfer.state === "posted" ? `${transferWords(transfer)}, posted later` : transferWords(transfer),
      ...stateOf(transfer),
    }));
}

function stateOf({ kind, state }: TransferView): { state?: string } {
  if (kind === "void_pending" || kind === "expiry") return { state: "voided" };
  if (kind !== "pending" || state === "posted") return {};
  return { state: state === "pending" ? "pending" : "voided" };
}
