/** One query for all that a batch of authorisations is decided on. */

import { TAP_HISTORY_HOURS, TAPS_LOOKED_AT } from "@/server/fraud/constants";
import type { Habit, Tap } from "@/server/fraud/types";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { AuthorisationFacts, DeviceFacts, InstrumentFacts, PaymentAnswer } from "../types";

export interface FactsQuestion {
  deviceId: Id<"device">;
  instrumentToken: string;
  idempotencyKey: string;
  occurredAt: Date;
}

/** Facts as stored: the policy is not parsed yet. */
export type StoredFacts = Omit<AuthorisationFacts, "policy"> & {
  policy: { version: number | null; terms: unknown };
};

interface Row {
  ord: bigint;
  device: DeviceFacts & { maxAmountMicros: string | null };
  instrument: (Omit<InstrumentFacts, "blockedUntil"> & { blockedUntil: string | null }) | null;
  availableMicros: bigint | null;
  requestHash: Uint8Array | null;
  status: number | null;
  response: PaymentAnswer | null;
  observations: bigint | null;
  meanLog: number | null;
  m2Log: number | null;
  version: number | null;
  terms: unknown;
  taps:
    | {
        paymentId: Id<"payment">;
        at: string;
        latitude: number | null;
        longitude: number | null;
        name: string;
      }[]
    | null;
}

/** The facts of each question, in order; null where there is no such device. */
export async function findAuthorisationFacts(
  tx: SqlTx,
  questions: readonly FactsQuestion[],
): Promise<(StoredFacts | null)[]> {
  const { rows } = await tx.query<Row>(
    `select q.ord,
       jsonb_build_object('id', d.id, 'programId', d.program_id, 'merchantId', d.merchant_id, 'kind', d.kind,
         'name', d.name, 'zone', d.zone, 'state', d.state, 'latitude', d.latitude, 'longitude', d.longitude,
         'maxAmountMicros', d.max_amount_micros::text, 'currency', p.currency) as device,
       case when i.id is not null then
         jsonb_build_object('id', i.id, 'payerId', i.payer_id, 'kind', i.kind, 'label', i.label, 'token', i.token,
           'state', i.state, 'blockedUntil', i.blocked_until, 'fundingAccountId', i.funding_account_id)
       end as instrument,
       case when i.kind = 'wallet' then a.credits_posted - a.debits_posted - a.debits_pending end as "availableMicros",
       k.request_hash as "requestHash", k.status, k.response,
       h.observations, h.mean_log as "meanLog", h.m2_log as "m2Log",
       f.version, f.terms, taps.list as taps
     from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) with ordinality
       as q(device_id, token, key, occurred_at, ord)
     join device d on d.id = q.device_id
     join program p on p.id = d.program_id
     left join instrument i on i.program_id = d.program_id and i.token = q.token
     left join ledger.account a on a.id = i.funding_account_id and i.kind = 'wallet'
     left join idempotency_key k on k.device_id = d.id and k.key = q.key
     left join fraud_habit h on h.program_id = d.program_id and h.device_kind = d.kind
     left join lateral (
       select version, terms from fraud_policy where program_id = d.program_id order by version desc limit 1
     ) f on true
     left join lateral (
       select jsonb_agg(jsonb_build_object('paymentId', t.id, 'at', t.occurred_at, 'latitude', t.latitude,
         'longitude', t.longitude, 'name', t.name)) as list
       from (
         select y.id, y.occurred_at, y.latitude, y.longitude, yd.name
         from payment y join device yd on yd.id = y.device_id
         where y.instrument_id = i.id and y.occurred_at <= q.occurred_at
           and y.occurred_at > q.occurred_at - make_interval(hours => $5)
         order by y.occurred_at desc limit $6
       ) t
     ) taps on true
     order by q.ord`,
    [
      questions.map((question) => question.deviceId),
      questions.map((question) => question.instrumentToken),
      questions.map((question) => question.idempotencyKey),
      questions.map((question) => question.occurredAt),
      TAP_HISTORY_HOURS,
      TAPS_LOOKED_AT,
    ],
  );
  const facts: (StoredFacts | null)[] = questions.map(() => null);
  for (const row of rows) facts[Number(row.ord) - 1] = toFacts(row);
  return facts;
}

function toFacts(row: Row): StoredFacts {
  const { device, instrument } = row;
  return {
    device: {
      ...device,
      maxAmountMicros: device.maxAmountMicros === null ? null : BigInt(device.maxAmountMicros),
    },
    instrument: instrument && {
      ...instrument,
      blockedUntil: instrument.blockedUntil === null ? null : new Date(instrument.blockedUntil),
      availableMicros: row.availableMicros,
    },
    earlier:
      row.requestHash && row.response
        ? { requestHash: row.requestHash, status: row.status ?? 0, response: row.response }
        : null,
    taps: (row.taps ?? []).map(
      (tap): Tap => ({
        paymentId: tap.paymentId,
        occurredAt: new Date(tap.at),
        place:
          tap.latitude === null || tap.longitude === null
            ? null
            : { latitude: tap.latitude, longitude: tap.longitude },
        deviceName: tap.name,
      }),
    ),
    habit: toHabit(row),
    policy: { version: row.version, terms: row.terms },
  };
}

function toHabit(row: Row): Habit | null {
  if (row.observations === null || row.meanLog === null || row.m2Log === null) return null;
  return { observations: row.observations, meanLog: row.meanLog, m2Log: row.m2Log };
}
