/** Where parties are paid. A change waits for a second person. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { type Id, newId, toPublicId } from "@/server/platform/ids";
import type { OperatorScope, PortalScope, SystemScope } from "@/server/platform/scope";
import * as payouts from "../repository/write-payout";
import { isAccountNumber, maskAccount } from "../rules/decide-payout";
import type { BankAccountView } from "../schema";

export type RegisterResult =
  | { ok: true; bankAccountId: Id<"bankAccount">; state: "waiting" | "active" }
  | { ok: false; reason: "account_number_malformed" };

/**
 * Stores a bank account for an organisation. It waits until a second person of the operator approves it; only the
 * platform's own processes (set-up, the demo) may put one to use at once.
 */
export async function registerBankAccount(
  scope: PortalScope | SystemScope,
  account: { organisationId: string; currency: string; holder: string; iban: string; bankName: string },
): Promise<RegisterResult> {
  if (!isAccountNumber(account.iban)) return { ok: false, reason: "account_number_malformed" };
  return await withScope(scope, async (tx) => {
    const state = scope.kind === "system" ? "active" : "waiting";
    const id = newId("bankAccount");
    if (state === "active") await payouts.disableAccounts(tx, account);
    await payouts.insertBankAccount(tx, {
      ...account,
      id,
      state,
      iban: account.iban.replaceAll(" ", "").toUpperCase(),
      createdBy: scope.actor.kind === "user" ? scope.actor.id : null,
      at: now(),
    });
    await audit(tx, scope, {
      action: "bank_account.registered",
      subjectKind: "bank_account",
      subjectId: id,
      organisationId: account.organisationId,
      after: { label: maskAccount(account.bankName, account.iban), state },
    });
    return { ok: true, bankAccountId: id, state };
  });
}

export type ApproveAccountResult =
  | { ok: true }
  | { ok: false; reason: "account_not_waiting" | "approver_is_creator" | "approver_unknown" };

/** Puts a waiting account to use in place of the one before. Whoever entered it cannot approve it. */
export async function approveBankAccount(
  scope: OperatorScope,
  bankAccountId: string,
): Promise<ApproveAccountResult> {
  return await withScope(scope, async (tx): Promise<ApproveAccountResult> => {
    const account = await payouts.findBankAccount(tx, bankAccountId);
    if (!account) throw notFound("bank account");
    if (account.state !== "waiting") return { ok: false, reason: "account_not_waiting" };
    if (scope.actor.kind !== "user") return { ok: false, reason: "approver_unknown" };
    if (account.created_by === scope.actor.id) return { ok: false, reason: "approver_is_creator" };
    await payouts.disableAccounts(tx, {
      organisationId: account.organisation_id,
      currency: account.currency,
    });
    await payouts.activateAccount(tx, account.id, scope.actor.id);
    await audit(tx, scope, {
      action: "bank_account.approved",
      subjectKind: "bank_account",
      subjectId: account.id,
      organisationId: account.organisation_id,
    });
    return { ok: true };
  });
}

/** An organisation's accounts, newest first; numbers are shown by their last four characters only. */
export async function listBankAccounts(
  scope: PortalScope,
  organisationId: string,
): Promise<BankAccountView[]> {
  return await withScope(scope, async (tx) =>
    (await payouts.listBankAccountRows(tx, organisationId)).map((row) => ({
      id: toPublicId("bankAccount", row.id),
      label: maskAccount(row.bank_name, row.iban),
      holder: row.holder,
      currency: row.currency,
      state: row.state,
      createdAt: row.created_at.toISOString(),
    })),
  );
}
