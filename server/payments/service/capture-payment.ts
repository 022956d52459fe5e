/** What a device does with a payment that it holds: capture, void, look at it; and what happens when it does nothing. */
import { closeCase, findCaseIdOfPayment } from "@/server/fraud/service";
import { postTransfers } from "@/server/ledger/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant } from "@/server/platform/errors";
import { type Id, newIdAt } from "@/server/platform/ids";
import { openRound } from "@/server/platform/job-items";
import { emit } from "@/server/platform/outbox";
import { type DeviceScope, mintSystemScope } from "@/server/platform/scope";
import type { DeclineReason, PaymentEventKind, PaymentRefusal } from "../constants";
import { paymentEvent } from "../events";
import { claimKeys, findAnswer } from "../repository/keep-idempotency";
import {
  listExpiredHolds,
  lockExpiredHolds,
  lockPayment,
  markCaptured,
  markReleased,
} from "../repository/move-payment";
import { insertPaymentEvents } from "../repository/payment-columns";
import { findPayment } from "../repository/read-payments";
import { type CapturePlan, planCapture, planVoid } from "../rules/plan-change";
import { presentPayment } from "../rules/present-payment";
import type { Idempotency, Payment, PaymentResult } from "../types";
import { replay } from "./authorise-payment";

// Releasing a payment in review closes its case, which no device may touch by itself. The device's own payment is
// looked up by its id, so nothing of another device is reachable.
const platform = mintSystemScope("payments");

/**
 * Captures a payment of this device at a price of `amountMicros`, or at all that was authorised; the allowance pays
 * first, the rest of the hold is released. The same amount again answers as before. With `idempotency`, the first answer is kept under the key.
 */
export async function capturePayment(
  scope: DeviceScope,
  request: {
    paymentId: Id<"payment">;
    amountMicros?: bigint | undefined;
    idempotency?: Idempotency | undefined;
  },
): Promise<PaymentResult> {
  return await change(scope, request, async (tx, payment) => {
    const at = now();
    const plan = planCapture(payment, request.amountMicros, at);
    if (!plan.ok) return plan;
    if (plan.alreadyDone) return { ok: true, payment };
    return { ok: true, payment: await postHold(tx, payment, plan.capture, at) };
  });
}

/** Releases the whole hold of a payment of this device. A payment in review is taken back with its case. */
export async function voidPayment(
  scope: DeviceScope,
  request: { paymentId: Id<"payment">; idempotency?: Idempotency | undefined },
): Promise<PaymentResult> {
  return await change(scope, request, async (tx, payment) => {
    const plan = planVoid(payment);
    if (!plan.ok) return plan;
    if (plan.alreadyDone) return { ok: true, payment };
    if (payment.state === "in_review") {
      const caseId = await findCaseIdOfPayment(tx, payment.id);
      invariant(caseId, "a payment in review has a case");
      const closed = await closeCase(tx, platform, {
        caseId,
        paymentId: payment.id,
        state: "withdrawn",
        reason: null,
        note: "The device took the payment back.",
      });
      invariant(closed, "whoever holds the payment's lock finds its case open");
    }
    return { ok: true, payment: await releaseHold(tx, payment, "voided", null, now()) };
  });
}

/** The payment as it is now, for the device that made it; null when it made no such payment. */
export async function getPaymentForDevice(
  scope: DeviceScope,
  paymentId: Id<"payment">,
): Promise<PaymentResult> {
  return await withScope(scope, async (tx) => {
    const payment = await findPayment(tx, paymentId);
    if (payment?.deviceId !== scope.deviceId) return { ok: false, reason: "payment_not_found" };
    return { ok: true, status: 200, replayed: false, payment: presentPayment(payment) };
  });
}

/**
 * Releases holds whose time is over, in one transaction for up to `limit` of them, or each by itself when that fails;
 * gives how many.
 */
export async function expireHolds(limit = 200): Promise<number> {
  const round = await openRound("payments.expire-holds");
  const due = await withScope(platform, (tx) => listExpiredHolds(tx, now(), limit, round.waiting));
  const released = await round.attemptAll(due, (some) => releaseExpired(some.map(({ id }) => id)));
  return released.reduce((sum, count) => sum + count, 0);
}

async function releaseExpired(ids: readonly string[]): Promise<number> {
  return await withScope(platform, async (tx) => {
    const at = now();
    const due = await lockExpiredHolds(tx, at, ids);
    await voidHolds(tx, due, at);
    for (const payment of due) await closeReleased(tx, payment, "expired", null, at);
    return due.length;
  });
}

/**
 * Posts a payment's hold: the money moves, the payment is captured. Where no money is due, because an allowance pays
 * it all, the hold is released. The caller holds the row lock.
 */
export async function postHold(
  tx: SqlTx,
  payment: Payment,
  capture: CapturePlan,
  at: Date,
): Promise<Payment> {
  const transferId = capture.dueMicros > 0n ? newIdAt("transfer", at) : null;
  if (transferId === null) await voidHolds(tx, [payment], at);
  else {
    invariant(payment.holdTransferId, "a payment that money is captured of has a hold");
    const [code] = await postTransfers(tx, [
      {
        id: transferId,
        kind: "post_pending",
        pendingId: payment.holdTransferId,
        amountMicros: capture.dueMicros,
        journalId: payment.id,
        effectiveAt: at,
      },
    ]);
    invariant(code === "created", `posting a hold is created, not ${code}`);
  }
  const captured = await markCaptured(tx, payment, { ...capture, at, transferId });
  await record(tx, captured, "captured", { amount_micros: capture.dueMicros.toString() }, at);
  return captured;
}

/** Voids a payment's hold and closes the payment. The caller holds the row lock. */
export async function releaseHold(
  tx: SqlTx,
  payment: Payment,
  state: "voided" | "expired" | "declined",
  reason: DeclineReason | null,
  at: Date,
): Promise<Payment> {
  await voidHolds(tx, [payment], at);
  return await closeReleased(tx, payment, state, reason, at);
}

/** All in one call, so that the ledger locks their accounts in its own order and no two callers wait for each other. */
async function voidHolds(tx: SqlTx, payments: readonly Payment[], at: Date): Promise<void> {
  const voids = payments.flatMap(({ id, holdTransferId }) =>
    holdTransferId === null
      ? []
      : [
          {
            id: newIdAt("transfer", at),
            kind: "void_pending" as const,
            pendingId: holdTransferId,
            journalId: id,
            effectiveAt: at,
          },
        ],
  );
  if (voids.length === 0) return;
  const codes = await postTransfers(tx, voids);
  for (const code of codes) invariant(code === "created", `voiding a hold is created, not ${code}`);
}

async function closeReleased(
  tx: SqlTx,
  payment: Payment,
  state: "voided" | "expired" | "declined",
  reason: DeclineReason | null,
  at: Date,
): Promise<Payment> {
  const released = await markReleased(tx, payment, { state, reason, at });
  await record(tx, released, state, reason ? { reason } : {}, at);
  return released;
}

export async function record(
  tx: SqlTx,
  payment: Payment,
  kind: PaymentEventKind,
  detail: Record<string, unknown>,
  at: Date,
): Promise<void> {
  await insertPaymentEvents(tx, [
    { paymentId: payment.id, merchantId: payment.merchantId, at, kind, detail },
  ]);
  await emit(tx, [paymentEvent(payment)]);
}

type Change = (
  tx: SqlTx,
  payment: Payment,
) => Promise<{ ok: true; payment: Payment } | { ok: false; reason: PaymentRefusal }>;

/** Locks the payment, runs the change, and keeps its answer under the key. Refusals keep no key: they moved nothing. */
async function change(
  scope: DeviceScope,
  request: { paymentId: Id<"payment">; idempotency?: Idempotency | undefined },
  run: Change,
): Promise<PaymentResult> {
  return await withScope<PaymentResult>(platform, async (tx) => {
    const { idempotency } = request;
    const payment = await lockPayment(tx, request.paymentId, {
      deviceId: scope.deviceId,
      merchantId: scope.organisationId,
    });
    if (!payment) return { ok: false, reason: "payment_not_found" };
    if (idempotency) {
      const earlier = await findAnswer(tx, scope.deviceId, idempotency.key);
      if (earlier) return replay(earlier, idempotency.requestHash);
    }
    const outcome = await run(tx, payment);
    if (!outcome.ok) return outcome;
    const answer = presentPayment(outcome.payment);
    if (idempotency) {
      const claimed = await claimKeys(tx, [
        {
          deviceId: scope.deviceId,
          key: idempotency.key,
          requestHash: idempotency.requestHash,
          paymentId: payment.id,
          status: 200,
          response: answer,
          at: now(),
        },
      ]);
      // Another payment's request took the key between the look and the claim: this one must leave no trace.
      if (claimed.size === 0) throw new KeyTaken();
    }
    return { ok: true, status: 200, replayed: false, payment: answer };
  }).catch((error: unknown): PaymentResult => {
    if (error instanceof KeyTaken) return { ok: false, reason: "idempotency_key_reused" };
    throw error;
  });
}

class KeyTaken extends Error {}
