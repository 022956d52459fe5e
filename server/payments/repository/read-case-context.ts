/** What a reviewer looks at beside the payment: linked payments, taps for the map, the histories of payer and device. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { DeclineReason, PaymentState } from "../constants";
import type { Payment } from "../types";

export interface LinkedPayment {
  id: Id<"payment">;
  state: PaymentState;
  amountMicros: bigint;
  currency: Payment["currency"];
  occurredAt: Date;
  riskScore: number | null;
  declineReason: DeclineReason | null;
  instrumentLabel: string;
  merchantName: string;
  deviceName: string | null;
  latitude: number | null;
  longitude: number | null;
  sameInstrument: boolean;
  sameDevice: boolean;
}

export interface History {
  payments: bigint;
  captured: bigint;
  declined: bigint;
  reviewed: bigint;
  refunded: bigint;
  capturedMicros: bigint;
  firstAt: Date | null;
}

export interface PaymentContext {
  /** Payments with the same instrument or at the same device within a day, nearest in time first. */
  linked: LinkedPayment[];
  /** Taps of the instrument within a day, in order of time, the payment's own among them. */
  taps: {
    paymentId: Id<"payment">;
    at: Date;
    latitude: number;
    longitude: number;
    deviceName: string | null;
  }[];
  /** Of the payer over the 90 days before the payment, and since; null for an unknown payer. */
  payer: History | null;
  /** Of the device over the 30 days before the payment, and since. */
  device: History | null;
}

const LINKED_LIMIT = 40;

export async function findCaseContext(tx: SqlTx, payment: Payment): Promise<PaymentContext> {
  const { rows: linked } = await tx.query<LinkedPayment>(
    `with near as (
       (select id from payment where instrument_id = $2 and id <> $1
          and occurred_at between $4::timestamptz - interval '1 day' and $4::timestamptz + interval '1 day'
        order by occurred_at desc limit ${LINKED_LIMIT})
       union
       (select id from payment where device_id = $3 and id <> $1
          and occurred_at between $4::timestamptz - interval '1 day' and $4::timestamptz + interval '1 day'
        order by id desc limit ${LINKED_LIMIT}))
     select p.id, p.state, p.amount_micros as "amountMicros", p.currency, p.occurred_at as "occurredAt",
       p.risk_score as "riskScore", p.decline_reason as "declineReason", p.instrument_label as "instrumentLabel",
       m.name as "merchantName", d.name as "deviceName", p.latitude, p.longitude,
       coalesce(p.instrument_id = $2, false) as "sameInstrument", coalesce(p.device_id = $3, false) as "sameDevice"
     from near join payment p using (id) join organisation m on m.id = p.merchant_id
     left join device d on d.id = p.device_id
     order by coalesce(p.instrument_id = $2, false) desc, abs(extract(epoch from p.occurred_at - $4::timestamptz)), p.id
     limit ${LINKED_LIMIT}`,
    [payment.id, payment.instrumentId, payment.deviceId, payment.occurredAt],
  );
  const { rows: taps } = await tx.query<PaymentContext["taps"][number]>(
    `select p.id as "paymentId", p.occurred_at as at, p.latitude, p.longitude, d.name as "deviceName"
     from payment p left join device d on d.id = p.device_id
     where p.instrument_id = $1 and p.latitude is not null and p.longitude is not null
       and p.occurred_at between $2::timestamptz - interval '1 day' and $2::timestamptz + interval '1 day'
     order by p.occurred_at limit 100`,
    [payment.instrumentId, payment.occurredAt],
  );
  return {
    linked,
    taps,
    payer: payment.instrumentId
      ? await history(
          tx,
          "p.instrument_id in (select id from instrument where payer_id = $1)",
          payment.payerId,
          90,
          payment.occurredAt,
        )
      : null,
    device: payment.deviceId
      ? await history(tx, "p.device_id = $1", payment.deviceId, 30, payment.occurredAt)
      : null,
  };
}

/** `condition` is one of the two texts above, never input. */
async function history(
  tx: SqlTx,
  condition: string,
  id: string | null,
  days: number,
  at: Date,
): Promise<History | null> {
  const { rows } = await tx.query<History>(
    `select count(*) as payments,
       count(*) filter (where p.captured_micros > 0) as captured,
       count(*) filter (where p.state = 'declined') as declined,
       (select count(*) from review_case c join payment p on p.id = c.payment_id where ${condition}) as reviewed,
       count(*) filter (where p.refunded_micros > 0) as refunded,
       coalesce(sum(p.captured_micros), 0)::bigint as "capturedMicros", min(p.occurred_at) as "firstAt"
     from payment p where ${condition} and p.occurred_at > $3::timestamptz - make_interval(days => $2)`,
    [id, days, at],
  );
  return rows[0] ?? null;
}
