/** The usage records behind a payment. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";

export interface PaymentWindow {
  id: Id<"usageWindow">;
  recordCount: bigint;
  totalMicros: bigint;
  carriedInMicros: bigint;
  carriedOutMicros: bigint;
  /** What allowances covered of its records, beside the total. */
  coveredMicros: bigint;
  /** What earlier windows left owed, and the declined payment of the last of them. */
  owedInMicros: bigint;
  owedFrom: Id<"payment"> | null;
  /** What it leaves owed, when its payment was declined. */
  owedOutMicros: bigint;
  openedAt: Date;
  closedAt: Date;
  /** The window that holds what this one left owed. */
  next: { state: "open" | "closed"; closesAt: Date; paymentId: Id<"payment"> | null } | null;
}

export async function findWindowOfPayment(
  tx: SqlTx,
  paymentId: Id<"payment">,
): Promise<PaymentWindow | null> {
  type Row = Omit<PaymentWindow, "next"> & {
    nextState: "open" | "closed" | null;
    nextClosesAt: Date;
    nextPaymentId: Id<"payment"> | null;
  };
  const { rows } = await tx.query<Row>(
    `select w.id, w.record_count as "recordCount", w.total_micros as "totalMicros", w.covered_micros as "coveredMicros",
       w.carried_in_micros as "carriedInMicros", w.carried_out_micros as "carriedOutMicros",
       w.owed_in_micros as "owedInMicros", w.owed_from as "owedFrom", w.owed_out_micros as "owedOutMicros",
       w.opened_at as "openedAt", w.closed_at as "closedAt",
       n.state as "nextState", n.closes_at as "nextClosesAt", n.payment_id as "nextPaymentId"
     from usage_window w left join usage_window n on n.owed_from = w.payment_id
     where w.payment_id = $1`,
    [paymentId],
  );
  if (!rows[0]) return null;
  const { nextState, nextClosesAt, nextPaymentId, ...window } = rows[0];
  const next = nextState && { state: nextState, closesAt: nextClosesAt, paymentId: nextPaymentId };
  return { ...window, next };
}

export interface UsageRecordRow {
  deviceId: Id<"device">;
  deviceName: string;
  key: string;
  /** The money that is left to pay. */
  amountMicros: bigint;
  /** What an allowance covered of it, and how much of its unit that was. */
  coveredMicros: bigint;
  coveredQuantityMicros: bigint;
  quantity: string | null;
  unit: string | null;
  occurredAt: Date;
}

export interface RecordCursor {
  at: string;
  deviceId: string;
  key: string;
}

/**
 * The records of a window in order of time; a page costs the same wherever it lies and however many there are. Walking
 * the index in its order is asked for by name: statistics know the average window, and for one that is a thousand times
 * as large they would have all of it fetched and sorted for each page.
 */
export async function listRecords(
  tx: SqlTx,
  windowId: Id<"usageWindow">,
  page: { after: RecordCursor | null; limit: number },
): Promise<UsageRecordRow[]> {
  const { after } = page;
  await tx.query("set local enable_bitmapscan = off");
  const { rows } = await tx.query<UsageRecordRow>(
    `select r.device_id as "deviceId", coalesce(d.name, '') as "deviceName", r.record_key as key,
       r.amount_micros as "amountMicros", r.covered_micros as "coveredMicros",
       r.covered_quantity_micros as "coveredQuantityMicros", trim_scale(r.quantity)::text as quantity, r.unit,
       r.occurred_at as "occurredAt"
     from (
       select * from usage_record where window_id = $1 ${after ? "and (occurred_at, device_id, record_key) > ($3::timestamptz, $4::uuid, $5::text)" : ""}
       order by occurred_at, device_id, record_key limit $2
     ) r left join device d on d.id = r.device_id
     order by r.occurred_at, r.device_id, r.record_key`,
    after ? [windowId, page.limit, after.at, after.deviceId, after.key] : [windowId, page.limit],
  );
  return rows;
}
