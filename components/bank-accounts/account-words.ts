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

/** The number, in groups of four as on paper. */
export function numberWords({ number, label }: Pick<BankAccountView, "number" | "label">): string {
  if (!number) return label;
  return number.includes("/") ? number : number.replace(/(.{4})(?=.)/g, "$1 ");
}
