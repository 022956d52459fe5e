/** The ledger accounts between which settlement moves money. */
import type { AccountKey, AccountSpec } from "@/server/ledger/types";

interface ProgramAccounts {
  id: string;
  currency: string;
  operatorId: string;
}

function spec(program: ProgramAccounts, code: AccountKey["code"], ownerRef: string): AccountSpec {
  return { code, currency: program.currency, ownerRef, programRef: program.id };
}

/** Money captured and not yet allocated; returns to zero. */
export function clearingAccount(program: ProgramAccounts): AccountSpec {
  return spec(program, "clearing", program.id);
}

/** What a party is owed; the operator's own share is the platform's revenue instead. */
export function partyAccount(program: ProgramAccounts, partyId: string): AccountSpec {
  return partyId === program.operatorId
    ? spec(program, "platform_revenue", program.id)
    : spec(program, "party_payable", `${program.id}:${partyId}`);
}

export function payoutAccount(program: ProgramAccounts, payoutId: string): AccountSpec {
  return spec(program, "payout_in_transit", payoutId);
}

/** The bank account from which the program pays out. */
export function bankLedgerAccount(program: ProgramAccounts): AccountSpec {
  return spec(program, "bank", program.id);
}
