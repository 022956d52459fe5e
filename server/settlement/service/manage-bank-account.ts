/**
 * Where parties are paid. An account is entered by one person and confirmed by another; another account than before
 * rests first, while the one before stays in use. Whoever may sign can end the use of one alone: that sends nothing.
 */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { AppError, invariant, notFound } from "@/server/platform/errors";
import { type Id, newId, toPublicId } from "@/server/platform/ids";
import { openRound } from "@/server/platform/job-items";
import { mintSystemScope, type PortalScope, type Scope } from "@/server/platform/scope";
import { emitBankAccountChanged } from "../events";
import * as accounts from "../repository/write-bank-account";
import type { ConfirmationRow } from "../repository/write-confirmation";
import { compactAccount, isAccountNumber, maskAccount } from "../rules/decide-payout";
import { accountPayload } from "../rules/describe-account";
import type { BankAccountView } from "../schema";
import { type ProposerRefusal, propose } from "./propose-change";

export type EnterResult =
  | { ok: true; bankAccountId: Id<"bankAccount">; confirmationId: Id<"confirmation"> }
  | { ok: false; reason: "account_number_malformed" | "account_waits_already" | ProposerRefusal };

/** Enters an account for an organisation: its own, or for the operator that of any party. It waits for another. */
export async function enterBankAccount(
  scope: PortalScope,
  account: { organisationId: string; currency: string; holder: string; iban: string; bankName: string },
): Promise<EnterResult> {
  if (!isAccountNumber(account.iban)) return { ok: false, reason: "account_number_malformed" };
  const { actor } = scope;
  if (actor.kind !== "user") {
    throw new AppError("forbidden", "person_unknown", "Only a person who is signed in can enter an account.");
  }
  const row = {
    ...account,
    iban: compactAccount(account.iban),
    id: newId("bankAccount"),
    createdBy: actor.id,
    at: now(),
  };
  try {
    return await withScope(scope, async (tx): Promise<EnterResult> => {
      if (!(await accounts.insertBankAccount(tx, row))) return { ok: false, reason: "account_waits_already" };
      const proposed = await propose(tx, scope, {
        action: "bank_account.use",
        organisationId: account.organisationId,
        subjectId: row.id,
        payload: accountPayload(row),
      });
      if (!proposed.ok) throw new Refused(proposed.reason);
      await tell(tx, scope, row, "entered", { label: maskAccount(row.bankName, row.iban) });
      return { ok: true, bankAccountId: row.id, confirmationId: proposed.confirmationId };
    });
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.reason };
    throw error;
  }
}

/** Thrown so that the account that was entered goes with the proposal that was refused. */
class Refused extends Error {
  constructor(readonly reason: ProposerRefusal) {
    super(reason);
  }
}

/** What the confirmation of an account does: it rests, or is in use at once when it replaces none. */
export async function confirmBankAccount(
  tx: SqlTx,
  scope: PortalScope,
  proposal: ConfirmationRow,
): Promise<void> {
  invariant(proposal.subject_id, "the proposal names its account");
  await accounts.restBankAccount(tx, proposal.subject_id, proposal.id);
  await startIfRested(tx, scope, proposal.subject_id);
}

/** Puts an account to use, in place of the one before, when its rest is over. */
async function startIfRested(tx: SqlTx, scope: Scope, id: string): Promise<void> {
  const account = await accounts.findBankAccount(tx, id);
  invariant(account?.usable_from, "a confirmed account knows from when it is used");
  const facts = { id, organisationId: account.organisation_id };
  if (account.state !== "resting") return;
  if (account.usable_from > now()) {
    await tell(tx, scope, facts, "confirmed", { usableFrom: account.usable_from.toISOString() });
    return;
  }
  const end = { at: now(), reason: "replaced" };
  const before = await accounts.disableBankAccount(
    tx,
    { organisationId: account.organisation_id, currency: account.currency },
    end,
  );
  await accounts.activateBankAccount(tx, id, end.at);
  await tell(tx, scope, facts, "used", {
    label: maskAccount(account.bank_name, account.iban),
    ...(before && { instead: maskAccount(before.bank_name, before.iban) }),
  });
}

/** Puts every account to use whose rest is over. Gives how many; the trouble of one does not hold up the others. */
export async function startRestedAccounts(): Promise<number> {
  const system = mintSystemScope("settlement");
  const rested = await withScope(system, (tx) => accounts.listRested(tx, now()));
  const round = await openRound("settlement.start-rested-accounts");
  let used = 0;
  for (const { id } of rested) {
    if (round.isWaiting(id)) continue;
    const attempt = await round.attempt({ id, programId: null }, () =>
      withScope(system, (tx) => startIfRested(tx, system, id)),
    );
    if (attempt.ok) used += 1;
  }
  return used;
}

/** Ends the use of an account, now; nothing goes out to it until another is confirmed. */
export async function disableBankAccount(
  scope: PortalScope,
  bankAccountId: string,
  reason: string,
): Promise<{ ok: true } | { ok: false; reason: "account_not_in_use" }> {
  return await withScope(scope, async (tx) => {
    if (!(await accounts.findBankAccount(tx, bankAccountId))) throw notFound("bank account");
    return (await endAccountUse(tx, scope, bankAccountId, reason))
      ? { ok: true }
      : { ok: false, reason: "account_not_in_use" };
  });
}

/** As `disableBankAccount` inside a transaction that already runs; false when it was in no use. */
export async function endAccountUse(tx: SqlTx, scope: Scope, id: string, reason: string): Promise<boolean> {
  const ended = await accounts.disableBankAccount(tx, { id }, { at: now(), reason });
  if (!ended) return false;
  await tell(tx, scope, { id, organisationId: ended.organisation_id }, "disabled", { reason });
  return true;
}

/** An organisation's accounts, newest first. Whole numbers are for those who may compare and confirm them. */
export async function listBankAccounts(
  scope: PortalScope,
  organisationId: string,
  whole: boolean,
): Promise<BankAccountView[]> {
  const userId = scope.actor.kind === "user" ? scope.actor.id : null;
  const by = { userId, organisationId: scope.organisationId, at: now() };
  const rows = await withScope(scope, (tx) => accounts.listBankAccountRows(tx, organisationId, by));
  return rows.map((row) => ({
    id: toPublicId("bankAccount", row.id),
    label: maskAccount(row.bank_name, row.iban),
    number: whole && row.state !== "disabled" && row.state !== "refused" ? row.iban : null,
    bankName: row.bank_name,
    holder: row.holder,
    currency: row.currency,
    state: row.state,
    createdAt: row.created_at.toISOString(),
    enteredBy: row.entered_by_name,
    confirmedBy: row.confirmed_by_name,
    confirmedAt: row.confirmed_at?.toISOString() ?? null,
    usableFrom: row.usable_from?.toISOString() ?? null,
    activatedAt: row.activated_at?.toISOString() ?? null,
    disabledAt: row.disabled_at?.toISOString() ?? null,
    disabledReason: row.disabled_reason,
    waiting:
      row.waiting_id && row.waiting_sha256 && row.expires_at
        ? {
            confirmationId: toPublicId("confirmation", row.waiting_id),
            sha256: row.waiting_sha256,
            expiresAt: row.expires_at.toISOString(),
            fault: row.fault,
            mine: row.proposed_by === userId,
          }
        : null,
  }));
}

/** Everybody concerned reads the same: the party's log, which is the operator's as well, and whoever is notified. */
async function tell(
  tx: SqlTx,
  scope: Scope,
  account: { id: string; organisationId: string },
  change: "entered" | "confirmed" | "used" | "disabled",
  after: Record<string, unknown>,
): Promise<void> {
  await audit(tx, scope, {
    action: `bank_account.${change}`,
    subjectKind: "bank_account",
    subjectId: account.id,
    organisationId: account.organisationId,
    after,
  });
  await emitBankAccountChanged(tx, account, change);
}
