/** Proposals of what one person alone may not do. Nothing moves before a second person confirms one. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { AppError, notFound } from "@/server/platform/errors";
import { type Id, newId } from "@/server/platform/ids";
import { microsPerMinor } from "@/server/platform/money";
import type { OperatorScope, PortalScope } from "@/server/platform/scope";
import { type AuthoritySetting, type ConfirmationAction, PROPOSAL_DAYS } from "../constants";
import { emitConfirmationChanged } from "../events";
import { getProgram, lockProgram } from "../repository/read-program";
import * as confirmations from "../repository/write-confirmation";
import { findPayouts } from "../repository/write-payout";
import { listPartyIds } from "../repository/write-statement";
import { mayTake } from "../rules/decide-payout";

const DAY_MS = 86_400_000;

export type ProposerRefusal = "not_a_signer" | "above_limit";
export type ProposeResult<Refusal extends string> =
  | { ok: true; confirmationId: Id<"confirmation"> }
  | { ok: false; reason: Refusal | ProposerRefusal };

interface Proposal {
  action: ConfirmationAction;
  programId?: string;
  organisationId?: string;
  subjectId?: string;
  payload: Record<string, unknown>;
}

/** Stores a proposal in the signed-in person's name, or says why it is not theirs to propose. */
export async function propose(
  tx: SqlTx,
  scope: PortalScope,
  proposal: Proposal,
): Promise<{ ok: true; confirmationId: Id<"confirmation"> } | { ok: false; reason: ProposerRefusal }> {
  if (scope.actor.kind !== "user") {
    throw new AppError("forbidden", "proposer_unknown", "Only a person who is signed in can propose this.");
  }
  const at = now();
  const row = {
    id: newId("confirmation"),
    action: proposal.action,
    programId: proposal.programId ?? null,
    organisationId: proposal.organisationId ?? null,
    subjectId: proposal.subjectId ?? null,
    payload: proposal.payload,
    proposedBy: scope.actor.id,
    proposedIn: scope.organisationId,
    at,
    expiresAt: new Date(at.getTime() + PROPOSAL_DAYS * DAY_MS),
  };
  const fault = await confirmations.proposerFault(tx, row);
  if (fault) return { ok: false, reason: fault as ProposerRefusal };
  await confirmations.insertConfirmation(tx, row);
  await audit(tx, scope, {
    action: `${subjectOf(proposal.action)}.proposed`,
    subjectKind: "confirmation",
    subjectId: row.id,
    organisationId: proposal.organisationId ?? scope.organisationId,
    after: { action: proposal.action, ...proposal.payload },
  });
  await emitConfirmationChanged(tx, row, "proposed");
  return { ok: true, confirmationId: row.id };
}

/** "adjustment.add" is about an adjustment. */
export function subjectOf(action: ConfirmationAction): string {
  return action.slice(0, action.indexOf("."));
}

export type AdjustRefusal =
  | "amount_zero"
  | "amount_too_precise"
  | "party_not_in_program"
  | "party_is_operator";

/**
 * Proposes to give a party more (or less, when `amountMicros` is negative) at the operator's cost. The ledger moves
 * when somebody else confirms it; the next run's statements of both show it. Settled statements are never edited.
 */
export async function proposeAdjustment(
  scope: OperatorScope,
  input: { programId: string; partyId: string; amountMicros: bigint; reason: string },
): Promise<ProposeResult<AdjustRefusal>> {
  if (input.amountMicros === 0n) return { ok: false, reason: "amount_zero" };
  return await withScope(scope, async (tx): Promise<ProposeResult<AdjustRefusal>> => {
    const program = await getProgram(tx, input.programId);
    if (input.amountMicros % microsPerMinor(program.currency) !== 0n) {
      return { ok: false, reason: "amount_too_precise" };
    }
    if (input.partyId === program.operatorId) return { ok: false, reason: "party_is_operator" };
    if (!(await listPartyIds(tx, program.id)).includes(input.partyId)) {
      return { ok: false, reason: "party_not_in_program" };
    }
    return await propose(tx, scope, {
      action: "adjustment.add",
      programId: program.id,
      organisationId: input.partyId,
      payload: { amount_micros: input.amountMicros.toString(), reason: input.reason },
    });
  });
}

/** Proposes a party's minimum payout (micros; smaller balances are carried) and whether its payouts are held back. */
export async function proposePayoutRule(
  scope: OperatorScope,
  rule: { programId: string; partyId: string; minimumMicros: bigint; held: boolean },
): Promise<ProposeResult<"amount_too_precise" | "party_not_in_program" | "party_is_operator">> {
  return await withScope(scope, async (tx) => {
    const program = await getProgram(tx, rule.programId);
    if (rule.minimumMicros % microsPerMinor(program.currency) !== 0n) {
      return { ok: false, reason: "amount_too_precise" };
    }
    if (rule.partyId === program.operatorId) return { ok: false, reason: "party_is_operator" };
    if (!(await listPartyIds(tx, program.id)).includes(rule.partyId)) {
      return { ok: false, reason: "party_not_in_program" };
    }
    return await propose(tx, scope, {
      action: "payout_rule.set",
      programId: program.id,
      organisationId: rule.partyId,
      payload: { minimum_micros: rule.minimumMicros.toString(), held: rule.held },
    });
  });
}

/**
 * Proposes to take back a payout that was sent: the bank refused it (`failed`) or its money came back (`returned`).
 * It is owed again only when a second person has seen the same.
 */
export async function proposeTakeBack(
  scope: OperatorScope,
  payoutId: string,
  state: "failed" | "returned",
  reason: string,
): Promise<ProposeResult<"payout_not_submitted" | "proposal_waits">> {
  return await withScope(scope, async (tx) => {
    const [found] = await findPayouts(tx, { payoutIds: [payoutId] }, "");
    if (!found) throw notFound("payout");
    await lockProgram(tx, found.program_id);
    const [payout] = await findPayouts(tx, { payoutIds: [payoutId] });
    if (!payout || !mayTake(state === "failed" ? "fail" : "return", payout.state)) {
      return { ok: false, reason: "payout_not_submitted" };
    }
    if (await confirmations.findWaiting(tx, { action: "payout.take_back", subjectId: payoutId })) {
      return { ok: false, reason: "proposal_waits" };
    }
    return await propose(tx, scope, {
      action: "payout.take_back",
      programId: payout.program_id,
      organisationId: payout.party_id,
      subjectId: payoutId,
      payload: { state, reason },
    });
  });
}

/** Proposes another value for a figure of authority. */
export async function proposeSetting(
  scope: OperatorScope,
  name: AuthoritySetting,
  value: bigint,
): Promise<ProposeResult<never>> {
  return await withScope(scope, (tx) =>
    propose(tx, scope, { action: "authority_setting.set", payload: { name, value: value.toString() } }),
  );
}
