/** Changes of one payment's state. The row lock decides every race; who takes it first moves the money. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { DeclineReason } from "../constants";
import type { CapturePlan } from "../rules/plan-change";
import type { Payment } from "../types";
import { PAYMENT_COLUMNS } from "./payment-columns";

export interface PaymentOwner {
  merchantId?: Id<"organisation"> | undefined;
  deviceId?: Id<"device"> | undefined;
}

/** Reads and locks a payment, if it is the owner's. Every change begins here. */
export async function lockPayment(
  tx: SqlTx,
  paymentId: Id<"payment">,
  owner: PaymentOwner = {},
): Promise<Payment | null> {
  const { rows } = await tx.query<Payment>(
    `select ${PAYMENT_COLUMNS} from payment p
     where p.id = $1 and ($2::uuid is null or p.merchant_id = $2) and ($3::uuid is null or p.device_id = $3)
     for no key update`,
    [paymentId, owner.merchantId ?? null, owner.deviceId ?? null],
  );
  return rows[0] ?? null;
}

export async function markCaptured(
  tx: SqlTx,
  payment: Payment,
  change: CapturePlan & { at: Date; transferId: Id<"transfer"> | null },
): Promise<Payment> {
  await tx.query(
    `update payment set state = 'captured', captured_micros = $2::bigint, captured_at = $3, capture_transfer_id = $4,
       allowance_micros = $5, allowance_quantity_micros = $6, expires_at = null,
       capture_seq = case when $2::bigint > 0 then nextval('payment_capture_seq') end where id = $1`,
    [
      payment.id,
      change.dueMicros,
      change.at,
      change.transferId,
      change.allowanceMicros,
      change.allowanceQuantityMicros,
    ],
  );
  return {
    ...payment,
    state: "captured",
    capturedMicros: change.dueMicros,
    capturedAt: change.at,
    captureTransferId: change.transferId,
    allowanceMicros: change.allowanceMicros,
    allowanceQuantityMicros: change.allowanceQuantityMicros,
    expiresAt: null,
  };
}

/** An approved review whose capture was not asked at once: the hold stays, now for the device to capture. */
export async function markAuthorised(tx: SqlTx, payment: Payment, expiresAt: Date): Promise<Payment> {
  await tx.query(`update payment set state = 'authorised', expires_at = $2 where id = $1`, [
    payment.id,
    expiresAt,
  ]);
  return { ...payment, state: "authorised", expiresAt };
}

export async function markReleased(
  tx: SqlTx,
  payment: Payment,
  change: { state: "voided" | "expired" | "declined"; reason: DeclineReason | null; at: Date },
): Promise<Payment> {
  await tx.query(
    `update payment set state = $2, decline_reason = $3, closed_at = $4, expires_at = null where id = $1`,
    [payment.id, change.state, change.reason, change.at],
  );
  return {
    ...payment,
    state: change.state,
    declineReason: change.reason,
    closedAt: change.at,
    expiresAt: null,
  };
}

/** Payments of an import that money is left of, or whose record is registered still, in the order of their ids, locked. */
export async function lockImportedPayments(
  tx: SqlTx,
  importId: Id<"import">,
  page: { after: Id<"payment"> | null; limit: number },
): Promise<Payment[]> {
  const { rows } = await tx.query<Payment>(
    `select ${PAYMENT_COLUMNS} from payment p
     where p.import_id = $1 and ($2::uuid is null or p.id > $2)
       and (p.refunded_micros < p.captured_micros
         or exists (select 1 from imported_record r where r.payment_id = p.id and r.undone_at is null))
     order by p.id limit $3 for no key update of p`,
    [importId, page.after, page.limit],
  );
  return rows;
}

/** Authorised payments whose hold is over, oldest first, locked; those in other hands are left out. */
/** Payments whose hold is over, without those that wait for their next try. */
export async function listExpiredHolds(
  tx: SqlTx,
  at: Date,
  limit: number,
  without: readonly string[],
): Promise<{ id: string; programId: string }[]> {
  const { rows } = await tx.query<{ id: string; programId: string }>(
    `select id, program_id as "programId" from payment
      where state = 'authorised' and expires_at <= $1 and id <> all($3::uuid[]) order by expires_at limit $2`,
    [at, limit, without],
  );
  return rows;
}

/** Those of the payments whose hold is still over and that nobody else holds. */
export async function lockExpiredHolds(tx: SqlTx, at: Date, ids: readonly string[]): Promise<Payment[]> {
  const { rows } = await tx.query<Payment>(
    `select ${PAYMENT_COLUMNS} from payment p
     where p.state = 'authorised' and p.expires_at <= $1 and p.id = any($2::uuid[])
     order by p.expires_at for no key update skip locked`,
    [at, ids],
  );
  return rows;
}
