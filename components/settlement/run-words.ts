/** How runs and their exceptions are put into words. */

const ORDER = ["proposed", "approved", "submitted", "paid", "failed", "returned", "cancelled"];
const WORDS: Record<string, string> = { submitted: "sent" };

/** "9 paid, 1 returned", in the order of a payout's life. */
export function payoutCountWords(counts: Readonly<Record<string, number>>): string {
  const parts = ORDER.flatMap((state) => {
    const count = counts[state] ?? 0;
    return count > 0 ? [`${count} ${WORDS[state] ?? state}`] : [];
  });
  return parts.join(", ") || "none";
}

const KINDS: Record<string, string> = {
  clearing_unexplained: "Clearing is not explained",
  no_agreement_in_force: "No agreement in force",
  amount_finer_than_minor_unit: "Amount finer than a cent",
  payment_not_split: "Payments cannot be split",
  bank_account_missing: "Bank account missing",
  guarantee_unfunded: "Guarantee not funded",
};

/** A kind of exception as a short title. */
export function exceptionTitle(kind: string): string {
  const words = kind.replaceAll("_", " ");
  return KINDS[kind] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** What people do about it. */
export const EXCEPTION_ADVICE: Record<string, string> = {
  clearing_unexplained:
    "Look at the clearing account in the ledger for the transfer that no payment explains. The run goes on by itself when it is zero or explained.",
  no_agreement_in_force:
    "Draft an agreement that governs from before these payments, propose it, and have every party approve it. They are split as soon as it is in force.",
  amount_finer_than_minor_unit:
    "Such amounts come from files alone. Refund the payments and take them in whole cents.",
  payment_not_split:
    "Look at the reason: a party that the agreement names may have left the program. When it is mended, they are split at the next try; the health page says when.",
  bank_account_missing:
    "The party or the operator enters a bank account, a second person confirms it, and the run is approved again for this payout.",
  guarantee_unfunded:
    "The funders had too little in this period. What is missing is owed by agreement alone.",
};

/** Why an approval that was given is void, as the end of a sentence. */
export const VOID_REASONS: Record<string, string> = {
  payout_cancelled: "a payout was cancelled",
  payout_changed: "a payout was changed",
  bank_account_changed: "the bank account of a party was changed or ended",
  hold_set: "a party was held back",
  adjustment_added: "an adjustment was made for a party",
  party_renamed: "a party was renamed",
};
