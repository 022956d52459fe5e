/** Pure decisions of the ledger's client side: account ids and flag bits. */
import { createHash } from "node:crypto";
import { ACCOUNT_CODES, ACCOUNT_FLAGS, TRANSFER_FLAGS } from "./constants";
import type { AccountKey, AccountSpec, TransferInput } from "./types";

/**
 * The account's id: a UUID of version 8 (RFC 9562) over currency, code and owner. Pure, so hot paths need no look-up;
 * equal keys give equal ids everywhere.
 */
export function accountIdFor(key: AccountKey): string {
  const digest = createHash("sha256")
    .update(`ledger.account\n${key.currency}\n${ACCOUNT_CODES[key.code]}\n${key.ownerRef}`)
    .digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString("hex", 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function accountFlagsFor(spec: AccountSpec): number {
  const limit = spec.limit ?? (spec.code === "wallet" ? "debits_must_not_exceed_credits" : "none");
  return limit === "none" ? 0 : ACCOUNT_FLAGS[limit];
}

export function transferFlagsFor(input: TransferInput): number {
  const linked = input.linked ? TRANSFER_FLAGS.linked : 0;
  if ("pendingId" in input) return linked | TRANSFER_FLAGS[input.kind];
  return (
    linked |
    (input.kind === "pending" ? TRANSFER_FLAGS.pending : 0) |
    (input.balancingDebit ? TRANSFER_FLAGS.balancing_debit : 0) |
    (input.balancingCredit ? TRANSFER_FLAGS.balancing_credit : 0) |
    (input.closingDebit ? TRANSFER_FLAGS.closing_debit : 0) |
    (input.closingCredit ? TRANSFER_FLAGS.closing_credit : 0)
  );
}
