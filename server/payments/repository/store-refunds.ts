import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { PaymentState } from "../constants";
import type { Payment } from "../types";

export async function findRefundByKey(
  tx: SqlTx,
  paymentId: Id<"payment">,
  requestKey: string,
): Promise<{ id: Id<"refund">; amountMicros: bigint } | null> {
  const { rows } = await tx.query<{ id: Id<"refund">; amountMicros: bigint }>(
    `select id, amount_micros as "amountMicros" from refund where payment_id = $1 and request_key = $2`,
    [paymentId, requestKey],
  );
  return rows[0] ?? null;
}

export interface NewRefund {
  id: Id<"refund">;
  amountMicros: bigint;
  reason: string;
  requestKey: string | null;
  createdBy: Id<"user"> | null;
  transferId: Id<"transfer">;
  at: Date;
  /** The payment after it. */
  refundedMicros: bigint;
  state: PaymentState;
}

export interface WholeRefund {
  id: Id<"refund">;
  payment: Payment;
  amountMicros: bigint;
  transferId: Id<"transfer">;
}

/** Gives back all that is left of payments, each in one refund. The caller holds the payments' row locks. */
export async function insertWholeRefunds(
  tx: SqlTx,
  refunds: readonly WholeRefund[],
  { reason, by, at }: { reason: string; by: Id<"user"> | null; at: Date },
): Promise<void> {
  await tx.query(
    `insert into refund (id, payment_id, merchant_id, program_id, ordinal, amount_micros, reason, created_by, created_at,
       transfer_id, refund_seq)
     select t.id, t.payment_id, t.merchant_id, t.program_id,
       (select coalesce(max(r.ordinal), 0) + 1 from refund r where r.payment_id = t.payment_id), t.amount_micros, $1, $2,
       $3, t.transfer_id, nextval('payment_refund_seq')
     from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::bigint[], $9::uuid[])
       as t(id, payment_id, merchant_id, program_id, amount_micros, transfer_id)`,
    [
      reason,
      by,
      at,
      refunds.map((each) => each.id),
      refunds.map((each) => each.payment.id),
      refunds.map((each) => each.payment.merchantId),
      refunds.map((each) => each.payment.programId),
      refunds.map((each) => each.amountMicros),
      refunds.map((each) => each.transferId),
    ],
  );
  await tx.query(
    `update payment set refunded_micros = captured_micros, state = 'refunded' where id = any($1::uuid[])`,
    [refunds.map((each) => each.payment.id)],
  );
}

/** Writes the refund and the payment's new sum. The caller holds the payment's row lock. */
export async function insertRefund(tx: SqlTx, payment: Payment, refund: NewRefund): Promise<Payment> {
  await tx.query(
    `insert into refund (id, payment_id, merchant_id, program_id, ordinal, amount_micros, reason, created_by, created_at,
       request_key, transfer_id, refund_seq)
     select $1, $2, $3, $4, coalesce(max(ordinal), 0) + 1, $5, $6, $7, $8, $9, $10, nextval('payment_refund_seq')
     from refund where payment_id = $2`,
    [
      refund.id,
      payment.id,
      payment.merchantId,
      payment.programId,
      refund.amountMicros,
      refund.reason,
      refund.createdBy,
      refund.at,
      refund.requestKey,
      refund.transferId,
    ],
  );
  await tx.query(`update payment set refunded_micros = $2, state = $3 where id = $1`, [
    payment.id,
    refund.refundedMicros,
    refund.state,
  ]);
  return { ...payment, refundedMicros: refund.refundedMicros, state: refund.state };
}
