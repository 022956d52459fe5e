import { audit } from "@/server/audit/service";
import { accountIdFor, postTransfers } from "@/server/ledger/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant } from "@/server/platform/errors";
import { type Id, newIdAt, toPublicId } from "@/server/platform/ids";
import { toMoneyJson } from "@/server/platform/money";
import type { MerchantScope, PlatformScope } from "@/server/platform/scope";
import { lockPayment } from "../repository/move-payment";
import { findRefundByKey, insertRefund } from "../repository/store-refunds";
import { clearingAccount, receivableAccount, walletAccount } from "../rules/derive-accounts";
import { planRefund } from "../rules/plan-change";
import type { Payment, RefundResult } from "../types";
import { record } from "./capture-payment";

/**
 * Gives money of a captured payment back to its payer, at once; the allocator takes it back from the parties by the
 * legs of the payment. `amountMicros` in whole minor units, all that is left when left out; many refunds never exceed
 * what was captured. The same `requestKey` again gives the first refund, with another amount it is refused.
 */
export async function refundPayment(
  scope: MerchantScope | PlatformScope,
  request: RefundRequest,
): Promise<RefundResult> {
  return await withScope<RefundResult>(scope, (tx) => refundWithin(tx, scope, request));
}

export interface RefundRequest {
  paymentId: Id<"payment">;
  amountMicros?: bigint | undefined;
  reason: string;
  requestKey?: string | undefined;
}

/** The same as a part of the caller's transaction. */
export async function refundWithin(
  tx: SqlTx,
  scope: MerchantScope | PlatformScope,
  request: RefundRequest,
): Promise<RefundResult> {
  const payment = await lockPayment(tx, request.paymentId);
  if (!payment) return { ok: false, reason: "payment_not_found" };
  if (request.requestKey) {
    const first = await findRefundByKey(tx, payment.id, request.requestKey);
    if (first && request.amountMicros !== undefined && first.amountMicros !== request.amountMicros) {
      return { ok: false, reason: "refund_key_reused" };
    }
    if (first) return { ok: true, replayed: true, refund: first, payment };
  }
  const plan = planRefund(payment, request.amountMicros);
  if (!plan.ok) return plan;
  const at = now();
  const id = newIdAt("refund", at);
  const transferId = newIdAt("transfer", at);
  const [code] = await postTransfers(tx, [
    {
      id: transferId,
      debitAccountId: accountIdFor(clearingAccount(payment.programId, payment.currency)),
      creditAccountId: accountIdFor(payerAccount(payment)),
      amountMicros: plan.amountMicros,
      code: "refund",
      journalId: payment.id,
      effectiveAt: at,
    },
  ]);
  invariant(code === "created", `a refund's transfer is created, not ${code}`);
  const refunded = await insertRefund(tx, payment, {
    id,
    amountMicros: plan.amountMicros,
    reason: request.reason,
    requestKey: request.requestKey ?? null,
    createdBy: scope.actor.kind === "user" ? scope.actor.id : null,
    transferId,
    at,
    refundedMicros: plan.refundedMicros,
    state: plan.state,
  });
  const amount = toMoneyJson(plan.amountMicros, payment.currency);
  await record(
    tx,
    refunded,
    "refunded",
    {
      refund: toPublicId("refund", id),
      amount_micros: plan.amountMicros.toString(),
      reason: request.reason,
    },
    at,
  );
  await audit(tx, scope, {
    action: "payment.refunded",
    subjectKind: "payment",
    subjectId: payment.id,
    organisationId: payment.merchantId,
    before: { refunded_micros: payment.refundedMicros.toString() },
    after: { refunded_micros: refunded.refundedMicros.toString(), amount, reason: request.reason },
  });
  return { ok: true, replayed: false, refund: { id, amountMicros: plan.amountMicros }, payment: refunded };
}

/** Where the payer's money came from and goes back to. */
function payerAccount(payment: Payment) {
  return payment.instrumentKind === "wallet" && payment.instrumentId
    ? walletAccount(payment.instrumentId, payment.currency)
    : receivableAccount(payment.programId, payment.currency);
}
