/** Corrections of what a party is owed, and what was agreed about its payouts, once two people want them. */
import { audit } from "@/server/audit/service";
import { accountIdFor, ensureAccounts, postJournal } from "@/server/ledger/service";
import { now } from "@/server/platform/clock";
import type { SqlTx } from "@/server/platform/db";
import { invariant } from "@/server/platform/errors";
import { newId } from "@/server/platform/ids";
import type { PortalScope } from "@/server/platform/scope";
import { getProgram } from "../repository/read-program";
import type { ConfirmationRow } from "../repository/write-confirmation";
import { insertAdjustments, writePayoutRule } from "../repository/write-payout";
import { partyAccount } from "../rules/name-accounts";

/** Books a confirmed adjustment: the party's row, the operator's other side of it, and the movement in the ledger. */
export async function applyAdjustment(
  tx: SqlTx,
  scope: PortalScope,
  { id, program_id, organisation_id, payload, proposed_by }: ConfirmationRow,
): Promise<void> {
  invariant(program_id && organisation_id, "an adjustment names its program and its party");
  const program = await getProgram(tx, program_id);
  const amountMicros = BigInt(String(payload.amount_micros));
  const adjustmentId = newId("adjustment");
  const common = {
    programId: program.id,
    reason: String(payload.reason),
    createdBy: proposed_by,
    confirmationId: id,
    at: now(),
  };
  await insertAdjustments(tx, [
    { ...common, id: adjustmentId, partyId: organisation_id, amountMicros },
    { ...common, id: newId("adjustment"), partyId: program.operatorId, amountMicros: -amountMicros },
  ]);
  const party = partyAccount(program, organisation_id);
  const operator = partyAccount(program, program.operatorId);
  await ensureAccounts(tx, [party, operator]);
  const gives = amountMicros > 0n;
  await postJournal(tx, [
    {
      id: newId("transfer"),
      debitAccountId: accountIdFor(gives ? operator : party),
      creditAccountId: accountIdFor(gives ? party : operator),
      amountMicros: gives ? amountMicros : -amountMicros,
      code: "adjustment",
      currency: program.currency,
      journalId: newId("journal"),
      effectiveAt: common.at,
    },
  ]);
  await audit(tx, scope, {
    action: "adjustment.added",
    subjectKind: "adjustment",
    subjectId: adjustmentId,
    organisationId: organisation_id,
    after: { ...payload, partyId: organisation_id },
  });
}

export async function applyPayoutRule(
  tx: SqlTx,
  scope: PortalScope,
  { id, program_id, organisation_id, payload }: ConfirmationRow,
): Promise<void> {
  invariant(program_id && organisation_id, "a payout rule names its program and its party");
  await writePayoutRule(tx, {
    programId: program_id,
    partyId: organisation_id,
    minimumMicros: BigInt(String(payload.minimum_micros)),
    held: payload.held === true,
    confirmationId: id,
  });
  await audit(tx, scope, {
    action: "payout_rule.changed",
    subjectKind: "organisation",
    subjectId: organisation_id,
    organisationId: organisation_id,
    after: { programId: program_id, ...payload },
  });
}
