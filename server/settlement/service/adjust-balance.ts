/** Corrections of what a party is owed, and what was agreed about its payouts. */
import { audit } from "@/server/audit/service";
import { accountIdFor, ensureAccounts, postJournal } from "@/server/ledger/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { type Id, newId } from "@/server/platform/ids";
import type { PlatformScope } from "@/server/platform/scope";
import { getProgram, lockProgram } from "../repository/read-program";
import { insertAdjustments, writePayoutRule } from "../repository/write-payout";
import { listPartyIds } from "../repository/write-statement";
import { partyAccount } from "../rules/name-accounts";

export type AdjustResult =
  | { ok: true; adjustmentId: Id<"adjustment"> }
  | { ok: false; reason: "amount_zero" | "party_not_in_program" | "party_is_operator" };

/**
 * Gives a party more (or less, when `amountMicros` is negative) at the operator's cost, with a reason. The ledger
 * moves at once; the next run's statements of both show it. Settled statements are never edited.
 */
export async function addAdjustment(
  scope: PlatformScope,
  input: { programId: string; partyId: string; amountMicros: bigint; reason: string },
): Promise<AdjustResult> {
  if (input.amountMicros === 0n) return { ok: false, reason: "amount_zero" };
  return await withScope(scope, async (tx): Promise<AdjustResult> => {
    await lockProgram(tx, input.programId);
    const program = await getProgram(tx, input.programId);
    if (input.partyId === program.operatorId) return { ok: false, reason: "party_is_operator" };
    if (!(await listPartyIds(tx, program.id)).includes(input.partyId)) {
      return { ok: false, reason: "party_not_in_program" };
    }
    const adjustmentId = newId("adjustment");
    const common = {
      programId: program.id,
      reason: input.reason,
      createdBy: scope.actor.kind === "user" ? scope.actor.id : null,
      at: now(),
    };
    await insertAdjustments(tx, [
      { ...common, id: adjustmentId, partyId: input.partyId, amountMicros: input.amountMicros },
      {
        ...common,
        id: newId("adjustment"),
        partyId: program.operatorId,
        amountMicros: -input.amountMicros,
      },
    ]);
    const party = partyAccount(program, input.partyId);
    const operator = partyAccount(program, program.operatorId);
    await ensureAccounts(tx, [party, operator]);
    const gives = input.amountMicros > 0n;
    await postJournal(tx, [
      {
        id: newId("transfer"),
        debitAccountId: accountIdFor(gives ? operator : party),
        creditAccountId: accountIdFor(gives ? party : operator),
        amountMicros: gives ? input.amountMicros : -input.amountMicros,
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
      organisationId: input.partyId,
      after: { amountMicros: input.amountMicros.toString(), reason: input.reason, partyId: input.partyId },
    });
    return { ok: true, adjustmentId };
  });
}

/** Sets a party's minimum payout (micros; smaller balances are carried) and whether its payouts are held back. */
export async function setPayoutRule(
  scope: PlatformScope,
  rule: { programId: string; partyId: string; minimumMicros: bigint; held: boolean },
): Promise<void> {
  await withScope(scope, async (tx) => {
    await writePayoutRule(tx, rule);
    await audit(tx, scope, {
      action: "payout_rule.changed",
      subjectKind: "organisation",
      subjectId: rule.partyId,
      organisationId: rule.partyId,
      after: {
        programId: rule.programId,
        minimumMicros: rule.minimumMicros.toString(),
        held: rule.held,
      },
    });
  });
}
