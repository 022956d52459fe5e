/** Bank accounts and what is said about them. */
import type { BankAccountView } from "@/server/settlement/schema";

const ENDED: Record<string, string> = {
  replaced: "replaced by another",
  payout_returned: "a payout to it came back",
};

/** Why an account is in no use any more. */
export function endedWords(reason: string | null): string {
  return reason ? (ENDED[reason] ?? reason) : "ended";
}

const FAULTS: Record<string, string> = {
  same_person: "You proposed it yourself, so somebody else has to confirm it",
  invited_by_other: "You and who proposed it do not count as two people, as one brought the other in",
  account_too_new: "Your account was made after it was proposed",
  not_a_signer: "Only an admin or somebody of finance can confirm it",
  above_limit: "It is above what your role may sign within 24 hours",
  party_must_confirm: "The operator entered it, so somebody of the party has to confirm it",
  proposed_adjustment: "You, or somebody whom you brought in, proposed an adjustment that the run pays",
  not_entitled: "Another admin of the organisation has to confirm it",
  expired: "Nobody confirmed it in time",
};

/** Why the person who looks cannot be the second one, as a sentence without its end. */
export function faultWords(fault: string): string {
  return FAULTS[fault] ?? "You cannot confirm it";
}

/** The currency and the number, in groups of four as on paper. */
export function numberWords({ number, label }: Pick<BankAccountView, "number" | "label">): string {
  if (!number) return label;
  return number.includes("/") ? number : number.replace(/(.{4})(?=.)/g, "$1 ");
}
