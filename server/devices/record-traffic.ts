/** What the gateway remembers of messages: admissions, sightings, refusals. Part of this domain's repository. */
import type { OldRows } from "@/server/platform/clear-old";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import { MESSAGE_KEPT_HOURS, NONCE_KEPT_SECONDS, NUMBERS_TOLD_APART, REFUSAL_KEPT_DAYS } from "./constants";
import type { Admission, AdmissionRequest, RefusalRecord, Sighting } from "./types";

/**
 * Admits a group of verified requests; answers in their order. What is written here may be lost with the server's
 * power, so the commit does not wait for the disk: a payment that is acknowledged later is written after it in the
 * same log, and a replay without one meets the idempotency key.
 */
export async function admitMessages(
  tx: SqlTx,
  requests: readonly AdmissionRequest[],
  at: Date,
): Promise<Admission[]> {
  await tx.query("set local synchronous_commit = off");
  const { rows } = await tx.query<Admission & { ordinal: bigint }>(
    `select x.ordinal, x.outcome, x.device_id as "deviceId", x.merchant_id as "merchantId"
     from device_admission($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5, $6) a,
       unnest(a.outcomes, a.devices, a.merchants) with ordinality x(outcome, device_id, merchant_id, ordinal)
     order by x.ordinal`,
    [
      requests.map((request) => request.credentialId),
      requests.map((request) => request.nonce),
      requests.map((request) => request.message?.sequence ?? null),
      requests.map((request) => request.message?.idempotencyKey ?? null),
      at,
      NUMBERS_TOLD_APART,
    ],
  );
  return rows;
}

export async function recordSightings(tx: SqlTx, sightings: readonly Sighting[]): Promise<void> {
  await tx.query(
    `with seen as (
       select id, max(seen_at) as seen_at, max(sequence) as sequence, max(payment_at) as payment_at
       from unnest($1::uuid[], $2::timestamptz[], $3::bigint[], $4::timestamptz[]) as s (id, seen_at, sequence, payment_at)
       group by id),
     locked as (select d.id from device d join seen using (id) order by d.id for no key update of d)
     update device d set last_seen_at = greatest(d.last_seen_at, s.seen_at),
       last_sequence = greatest(d.last_sequence, s.sequence),
       last_payment_at = greatest(d.last_payment_at, s.payment_at)
     from seen s join locked using (id) where d.id = s.id`,
    [
      sightings.map((sighting) => sighting.deviceId),
      sightings.map((sighting) => sighting.seenAt),
      sightings.map((sighting) => sighting.sequence ?? null),
      sightings.map((sighting) => sighting.paymentAt ?? null),
    ],
  );
}

export async function insertRefusals(tx: SqlTx, refusals: readonly RefusalRecord[]): Promise<void> {
  await tx.query(
    `insert into device_refusal as r (device_id, merchant_id, code, minute, verified, hits, last_at, last_detail)
     select n.device_id, d.merchant_id, n.code, date_trunc('minute', n.at), n.verified, sum(n.hits), max(n.at),
       (array_agg(n.detail order by n.at desc))[1]
     from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::boolean[], $5::text[], $6::bigint[])
       as n (device_id, code, at, verified, detail, hits)
     left join device d on d.id = n.device_id
     group by n.device_id, d.merchant_id, n.code, date_trunc('minute', n.at), n.verified
     order by 1, 3, 4, 5
     on conflict on constraint device_refusal_once do update
       set hits = r.hits + excluded.hits, last_at = greatest(r.last_at, excluded.last_at), last_detail = excluded.last_detail`,
    [
      refusals.map((refusal) => refusal.deviceId),
      refusals.map((refusal) => refusal.code),
      refusals.map((refusal) => refusal.at),
      refusals.map((refusal) => refusal.verified),
      refusals.map((refusal) => refusal.detail?.slice(0, 300) ?? null),
      refusals.map((refusal) => refusal.hits ?? 1),
    ],
  );
}

/** The highest number that a message of the device has used; zero when there was none. */
export async function findHighestSequence(tx: SqlTx, deviceId: Id<"device">): Promise<bigint> {
  const { rows } = await tx.query<{ highest: bigint }>(
    "select coalesce(max(sequence), 0) as highest from device_message where device_id = $1",
    [deviceId],
  );
  return rows[0]?.highest ?? 0n;
}

/**
 * Counts unknown instruments of a device, one step each: gives how far ahead of `at` its moment lies then, never more
 * than `longestSeconds`.
 */
export async function countUnknownInstruments(
  tx: SqlTx,
  deviceId: Id<"device">,
  counted: { seconds: number; longestSeconds: number; at: Date },
): Promise<number> {
  const { rows } = await tx.query<{ ahead: number }>(
    `update device set unknown_instruments_until = least(
       greatest(unknown_instruments_until, $2) + make_interval(secs => $3), $2 + make_interval(secs => $4))
     where id = $1 returning extract(epoch from unknown_instruments_until - $2)::float8 as ahead`,
    [deviceId, counted.at, counted.seconds, counted.longestSeconds],
  );
  return rows[0]?.ahead ?? 0;
}

/** What can no longer decide anything. Numbers inside a device's window stay, however old. */
export function oldTraffic(at: Date): OldRows[] {
  return [
    {
      table: "device_nonce",
      key: ["credential_id", "nonce"],
      due: `seen_at < $1::timestamptz - interval '${NONCE_KEPT_SECONDS} seconds'`,
      at,
    },
    {
      table: "device_message",
      key: ["device_id", "sequence"],
      due: `seen_at < $1::timestamptz - interval '${MESSAGE_KEPT_HOURS} hours' and exists (select 1 from device_message newer
        where newer.device_id = old.device_id and newer.sequence >= old.sequence + ${NUMBERS_TOLD_APART})`,
      at,
    },
    {
      table: "device_refusal",
      key: ["device_id", "code", "minute", "verified"],
      due: `minute < $1::timestamptz - interval '${REFUSAL_KEPT_DAYS} days'`,
      at,
    },
  ];
}
