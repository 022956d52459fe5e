/** The ledger accounts that payments move money between. Pure. */
import type { AccountKey } from "@/server/ledger/types";
import type { Currency } from "@/server/platform/money";

/** The accounts that payments move money between; their ids follow from these keys. */
export function clearingAccount(programId: string, currency: Currency): AccountKey {
  return { code: "clearing", currency, ownerRef: programId };
}

export function receivableAccount(programId: string, currency: Currency): AccountKey {
  return { code: "acquirer_receivable", currency, ownerRef: programId };
}

export function walletAccount(instrumentId: string, currency: Currency): AccountKey {
  return { code: "wallet", currency, ownerRef: instrumentId };
}

/** One account for each window key, so that the exact rest of one window is where the next one finds it. */
export function carryAccount(
  programId: string,
  merchantId: string,
  instrumentId: string,
  currency: Currency,
): AccountKey {
  return { code: "usage_carry", currency, ownerRef: `${programId}:${merchantId}:${instrumentId}` };
}
