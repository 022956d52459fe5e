/**
 * What a reviewer's decision does to a payment: approving posts its hold, declining releases it. Whoever holds the
 * payment's row lock first decides; everybody after finds the case closed.
 */
import { closeCase, findOverdueCases, getCase } from "@/server/fraud/service";
import type { CaseDetail } from "@/server/fraud/types";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { invariant, notFound } from "@/server/platform/errors";
import type { Id } from "@/server/platform/ids";
import { mintSystemScope, type OperatorScope } from "@/server/platform/scope";
import { HOLD_HOURS } from "./constants";
import { lockPayment, markAuthorised } from "./repository/move-payment";
import { findCaseContext, type PaymentContext } from "./repository/read-case-context";
import { findListedPayment, type ListedPayment } from "./repository/read-payments";
import { priceOf, splitPrice } from "./rules/plan-change";
import { postHold, record, releaseHold } from "./service/capture-payment";
import type { Payment } from "./types";

const platform = mintSystemScope("payments");

export type ReviewResult =
  | { ok: true; payment: Payment }
  | { ok: false; reason: "case_already_decided" | "claimed_by_other" };

/** Posts the hold: captured when the device asked for it at once, otherwise authorised for the device to capture. */
export async function approveHeldPayment(
  scope: OperatorScope,
  decision: { caseId: Id<"case">; note?: string | undefined },
): Promise<ReviewResult> {
  return await decide(scope, "approved", decision);
}

/** Releases the hold; the payment is declined and the device learns it when it asks. */
export async function declineHeldPayment(
  scope: OperatorScope,
  decision: { caseId: Id<"case">; note?: string | undefined },
): Promise<ReviewResult> {
  return await decide(scope, "declined", decision);
}

async function decide(
  scope: OperatorScope,
  state: "approved" | "declined",
  { caseId, note }: { caseId: Id<"case">; note?: string | undefined },
): Promise<ReviewResult> {
  const { paymentId } = await getCase(scope, caseId);
  return await withScope<ReviewResult>(scope, async (tx) => {
    const payment = await lockPayment(tx, paymentId);
    if (!payment) throw notFound("payment");
    if (payment.state !== "in_review") return { ok: false, reason: "case_already_decided" };
    const closed = await closeCase(tx, scope, { caseId, paymentId, state, note: note ?? null });
    if (!closed) return { ok: false, reason: "claimed_by_other" };
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

/** Declines by policy what nobody reviewed in time, up to `limit`; gives how many. Each case is its own transaction. */
export async function declineOverdueCases(limit = 100): Promise<number> {
  const due = await withScope(platform, (tx) => findOverdueCases(tx, limit));
  let declined = 0;
  for (const { id: caseId, paymentId } of due) {
    await withScope(platform, async (tx) => {
      const payment = await lockPayment(tx, paymentId);
      if (payment?.state !== "in_review") return;
      const note = "Nobody decided in time; the policy declined.";
      const closed = await closeCase(tx, platform, { caseId, paymentId, state: "expired", note });
      invariant(closed, "whoever holds the payment's lock finds its case open");
      await releaseHold(tx, payment, "declined", "review_timed_out", now());
      declined++;
    });
  }
  return declined;
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
