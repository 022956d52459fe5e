/** The usage records behind a payment. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";

export interface PaymentWindow {
  id: Id<"usageWindow">;
  recordCount: bigint;
  totalMicros: bigint;
  carriedInMicros: bigint;
  carriedOutMicros: bigint;
  openedAt: Date;
  closedAt: Date;
}

export async function findWindowOfPayment(
  tx: SqlTx,
  paymentId: Id<"payment">,
): Promise<PaymentWindow | null> {
  const { rows } = await tx.query<PaymentWindow>(
    `select id, record_count as "recordCount", total_micros as "totalMicros", carried_in_micros as "carriedInMicros",
       carried_out_micros as "carriedOutMicros", opened_at as "openedAt", closed_at as "closedAt"
     from usage_window where payment_id = $1`,
    [paymentId],
  );
  return rows[0] ?? null;
}

export interface UsageRecordRow {
  deviceId: Id<"device">;
  deviceName: string;
  key: string;
  amountMicros: bigint;
  quantity: string | null;
  unit: string | null;
  occurredAt: Date;
}

export interface RecordCursor {
  at: string;
  deviceId: string;
  key: string;
}

/** The records of a window in order of time; a page costs the same wherever it lies. */
export async function listRecords(
  tx: SqlTx,
  windowId: Id<"usageWindow">,
  page: { after: RecordCursor | null; limit: number },
): Promise<UsageRecordRow[]> {
  const { rows } = await tx.query<UsageRecordRow>(
    `select r.device_id as "deviceId", d.name as "deviceName", r.record_key as key, r.amount_micros as "amountMicros",
       trim_scale(r.quantity)::text as quantity, r.unit, r.occurred_at as "occurredAt"
     from usage_record r join device d on d.id = r.device_id
     where r.window_id = $1 and ($2::timestamptz is null
       or (r.occurred_at, r.device_id, r.record_key) > ($2::timestamptz, $3::uuid, $4::text))
     order by r.occurred_at, r.device_id, r.record_key limit $5`,
    [windowId, page.after?.at ?? null, page.after?.deviceId ?? null, page.after?.key ?? null, page.limit],
  );
  return rows;
}
