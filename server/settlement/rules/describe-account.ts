/** A bank account as a proposal names it: whatever decides where money goes, the number by its hash. */
import { createHash } from "node:crypto";

export function accountPayload(account: {
  currency: string;
  holder: string;
  bankName: string;
  iban: string;
}): Record<string, string> {
  return {
    currency: account.currency,
    holder: account.holder,
    bank_name: account.bankName,
    account_sha256: createHash("sha256").update(account.iban).digest("hex"),
  };
}
