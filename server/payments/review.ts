/**
 * What a reviewer's decision does to a payment: approving posts its hold, declining releases it. Whoever holds the
 * payment's row lock first decides; everybody after finds the case closed.
 */
import type { DecisionReason, OverturnRefusal } from "@/server/fraud/constants";
import {
  closeCase,
  findOverdueCases,
  getCase,
  readCase,
  recordOverturn,
  whyNotOverturn,
} from "@/server/fraud/service";
import type { CaseDetail } from "@/server/fraud/types";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant, notFound } from "@/server/platform/errors";
import type { Id } from "@/server/platform/ids";
import { openRound } from "@/server/platform/job-items";
import { mintSystemScope, type OperatorScope } from "@/server/platform/scope";
import { HOLD_HOURS } from "./constants";
import { lockPayment, markAuthorised } from "./repository/move-payment";
import { findCaseContext, type PaymentContext } from "./repository/read-case-context";
import { findListedPayment, type ListedPayment } from "./repository/read-payments";
import { priceOf, splitPrice } from "./rules/plan-change";
import { postHold, record, releaseHold } from "./service/capture-payment";
import { refundWithin } from "./service/refund-payment";
import type { Payment } from "./types";

const platform = mintSystemScope("payments");

export type ReviewResult =
  | { ok: true; payment: Payment }
  | { ok: false; reason: "case_already_decided" | "claimed_by_other"; message: string };

interface Decision {
  caseId: Id<"case">;
  reason: DecisionReason;
  note?: string | undefined;
}

/** Posts the hold: captured when the device asked for it at once, otherwise authorised for the device to capture. */
export async function approveHeldPayment(scope: OperatorScope, decision: Decision): Promise<ReviewResult> {
  return await decide(scope, "approved", decision);
}

/** Releases the hold; the payment is declined and the device learns it when it asks. */
export async function declineHeldPayment(scope: OperatorScope, decision: Decision): Promise<ReviewResult> {
  return await decide(scope, "declined", decision);
}

async function decide(
  scope: OperatorScope,
  state: "approved" | "declined",
  { caseId, reason, note }: Decision,
): Promise<ReviewResult> {
  const { paymentId } = await getCase(scope, caseId);
  return await withScope<ReviewResult>(scope, async (tx) => {
    const payment = await lockPayment(tx, paymentId);
    if (!payment) throw notFound("payment");
    const closed =
      payment.state === "in_review" &&
      (await closeCase(tx, scope, { caseId, paymentId, state, reason, note: note ?? null }));
    if (!closed) return tooLate(await readCase(tx, caseId));
    const at = now();
    if (state === "declined") {
      return { ok: true, payment: await releaseHold(tx, payment, "declined", "review_declined", at) };
    }
    if (payment.captureOnApproval) {
      await record(tx, payment, "review_approved", {}, at);
      return { ok: true, payment: await postHold(tx, payment, splitPrice(payment, priceOf(payment)), at) };
    }
    // The device waited for the reviewer; its own time to capture begins now.
    const expiresAt = new Date(at.getTime() + HOLD_HOURS[payment.deviceKind] * 3_600_000);
    const authorised = await markAuthorised(tx, payment, expiresAt);
    await record(tx, authorised, "review_approved", {}, at);
    return { ok: true, payment: authorised };
  });
}

const DONE: Record<string, string> = {
  approved: "approved",
  declined: "declined",
  expired: "declined by the policy, because nobody decided in time",
  withdrawn: "withdrawn, because the device took the payment back",
};

/** Tells the late reviewer what happened meanwhile, and whose doing it was. */
function tooLate(found: CaseDetail): ReviewResult & { ok: false } {
  const done = DONE[found.state];
  if (done) {
    const by = found.decidedByName ? ` by ${found.decidedByName}` : "";
    return { ok: false, reason: "case_already_decided", message: `This case was ${done}${by} already.` };
  }
  return {
    ok: false,
    reason: "claimed_by_other",
    message: `${found.claimedByName ?? "A colleague"} is working on this case.`,
  };
}

export type OverturnResult =
  | { ok: true; payment: Payment; refunded: boolean }
  | { ok: false; reason: OverturnRefusal };

/**
 * Overturns what another reviewer decided. What was approved and is captured is refunded whole, what the device has
 * not captured yet is released. What was declined stays declined, as its hold is gone: the label is corrected and the
 * payer may pay again. The database refuses anybody who is not a second person.
 */
export async function overturnDecision(
  scope: OperatorScope,
  request: Decision & { verdict: "approved" | "declined"; note: string },
): Promise<OverturnResult> {
  const { paymentId } = await getCase(scope, request.caseId);
  return await withScope<OverturnResult>(scope, async (tx) => {
    const payment = await lockPayment(tx, paymentId);
    if (!payment) throw notFound("payment");
    const found = await readCase(tx, request.caseId);
    const refusal = await whyNotOverturn(tx, scope, found);
    if (refusal) return { ok: false, reason: refusal };
    if (found.state === request.verdict) return { ok: false, reason: "same_verdict" };
    const { moved, refundId } = await takeBack(tx, scope, payment, request);
    const { verdict, reason, note } = request;
    const recorded = await recordOverturn(tx, scope, found, { verdict, reason, note, refundId });
    invariant(recorded, "whoever holds the payment's lock finds its case as it was");
    return { ok: true, payment: moved, refunded: refundId !== null };
  });
}

/** Undoes what an approval did, as far as there is something left to undo. */
async function takeBack(
  tx: SqlTx,
  scope: OperatorScope,
  payment: Payment,
  { verdict, note }: { verdict: "approved" | "declined"; note: string },
): Promise<{ moved: Payment; refundId: Id<"refund"> | null }> {
  if (verdict === "approved") return { moved: payment, refundId: null };
  if (payment.state === "authorised") {
    const moved = await releaseHold(tx, payment, "declined", "review_declined", now());
    return { moved, refundId: null };
  }
  const refunded = await refundWithin(tx, scope, {
    paymentId: payment.id,
    reason: `The review was overturned: ${note}`.slice(0, 500),
  });
  // Nothing is left to give back where the merchant refunded it already, or an allowance paid it all.
  return refunded.ok
    ? { moved: refunded.payment, refundId: refunded.refund.id }
    : { moved: payment, refundId: null };
}

/** Declines by policy what nobody reviewed in time, up to `limit`; gives how many. Each case is its own transaction. */
export async function declineOverdueCases(limit = 100): Promise<number> {
  const round = await openRound("payments.decline-overdue-cases");
  const due = await withScope(platform, (tx) => findOverdueCases(tx, limit, round.waiting));
  let declined = 0;
  for (const { id, paymentId, programId } of due) {
    const attempt = await round.attempt({ id, programId }, () => declineOverdue(id, paymentId));
    if (attempt.ok && attempt.value) declined++;
  }
  return declined;
}

async function declineOverdue(caseId: Id<"case">, paymentId: Id<"payment">): Promise<boolean> {
  return await withScope(platform, async (tx) => {
    const payment = await lockPayment(tx, paymentId);
    if (payment?.state !== "in_review") return false;
    const note = "Nobody decided in time; the policy declined.";
    const closed = await closeCase(tx, platform, {
      caseId,
      paymentId,
      state: "expired",
      reason: null,
      note,
    });
    invariant(closed, "whoever holds the payment's lock finds its case open");
    await releaseHold(tx, payment, "declined", "review_timed_out", now());
    return true;
  });
}

export interface CaseFile {
  case: CaseDetail;
  payment: ListedPayment;
  context: PaymentContext;
}

/** A case with its payment, the taps and payments linked to it, and the habits of payer and device. */
export async function getCaseFile(scope: OperatorScope, caseId: Id<"case">): Promise<CaseFile> {
  const found = await getCase(scope, caseId);
  return await withScope(scope, async (tx) => {
    const payment = await findListedPayment(tx, found.paymentId);
    if (!payment) throw notFound("payment");
    return { case: found, payment, context: await findCaseContext(tx, payment) };
  });
}
