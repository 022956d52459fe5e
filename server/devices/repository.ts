/** The registry's rows. What the gateway remembers of messages is in `record-traffic.ts`. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { DeviceKind, DeviceState } from "./constants";
import type { Credential, Device, DeviceFilter, Refusal, VerificationCredential } from "./types";

const DEVICE_COLUMNS = `
  d.id, d.program_id as "programId", p.name as "programName", p.currency, p.time_zone as "timeZone",
  d.merchant_id as "merchantId", o.name as "merchantName", o.slug as "merchantSlug", d.kind, d.name,
  d.external_id as "externalId", d.zone, d.site,
  d.latitude, d.longitude, d.state, d.state_reason as "stateReason", d.state_changed_at as "stateChangedAt",
  d.max_amount_micros as "maxAmountMicros", d.created_at as "createdAt", d.last_seen_at as "lastSeenAt",
  d.last_sequence as "lastSequence", d.last_payment_at as "lastPaymentAt",
  coalesce((select sum(r.hits) from device_refusal r
    where r.device_id = d.id and r.minute > $1::timestamptz - interval '1 day'), 0)::bigint as "refusalsLastDay"`;
const DEVICE_TABLES =
  "device d join program p on p.id = d.program_id join organisation o on o.id = d.merchant_id";

export interface NewDevice {
  id: Id<"device">;
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  kind: DeviceKind;
  name: string;
  externalId: string | null;
  zone: string | null;
  site: string | null;
  latitude: number | null;
  longitude: number | null;
  maxAmountMicros: bigint | null;
  createdBy: Id<"user"> | null;
  at: Date;
}

export async function insertDevice(tx: SqlTx, device: NewDevice): Promise<void> {
  await tx.query(
    `insert into device (id, program_id, merchant_id, kind, name, zone, site, latitude, longitude, max_amount_micros,
       created_by, created_at, state_changed_at, external_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13)`,
    [
      device.id,
      device.programId,
      device.merchantId,
      device.kind,
      device.name,
      device.zone,
      device.site,
      device.latitude,
      device.longitude,
      device.maxAmountMicros,
      device.createdBy,
      device.at,
      device.externalId,
    ],
  );
}

/** The unique name of a device among those of its merchant in its program. */
export const EXTERNAL_ID_INDEX = "device_by_external_id";

export async function updateExternalId(
  tx: SqlTx,
  id: Id<"device">,
  externalId: string | null,
): Promise<{ merchantId: Id<"organisation">; state: DeviceState; before: string | null } | null> {
  const { rows } = await tx.query<{
    merchantId: Id<"organisation">;
    state: DeviceState;
    before: string | null;
  }>(
    `with found as (select id, merchant_id, state, external_id from device where id = $1 for update)
     update device d set external_id = $2 from found where d.id = found.id
     returning found.merchant_id as "merchantId", found.state, found.external_id as before`,
    [id, externalId],
  );
  return rows[0] ?? null;
}

/** The currency of a program in which this merchant takes part, or null. */
export async function findMerchantProgram(
  tx: SqlTx,
  programId: Id<"program">,
  merchantId: Id<"organisation">,
): Promise<{ currency: Currency } | null> {
  const { rows } = await tx.query<{ currency: Currency }>(
    `select p.currency from program p
     join program_party pp on pp.program_id = p.id
     join organisation o on o.id = pp.organisation_id and o.kind = 'merchant'
     where p.id = $1 and o.id = $2`,
    [programId, merchantId],
  );
  return rows[0] ?? null;
}

export async function findDevice(tx: SqlTx, id: Id<"device">, at: Date): Promise<Device | null> {
  const { rows } = await tx.query<Device>(`select ${DEVICE_COLUMNS} from ${DEVICE_TABLES} where d.id = $2`, [
    at,
    id,
  ]);
  return rows[0] ?? null;
}

/** State and owner of a device, locked until the transaction ends. */
export async function lockDevice(
  tx: SqlTx,
  id: Id<"device">,
): Promise<{ state: DeviceState; stateReason: string | null; merchantId: Id<"organisation"> } | null> {
  const { rows } = await tx.query<{
    state: DeviceState;
    stateReason: string | null;
    merchantId: Id<"organisation">;
  }>(
    `select state, state_reason as "stateReason", merchant_id as "merchantId" from device where id = $1 for update`,
    [id],
  );
  return rows[0] ?? null;
}

export async function updateDeviceState(
  tx: SqlTx,
  id: Id<"device">,
  change: { state: DeviceState; reason: string | null; at: Date },
): Promise<void> {
  await tx.query(`update device set state = $2, state_reason = $3, state_changed_at = $4 where id = $1`, [
    id,
    change.state,
    change.reason,
    change.at,
  ]);
}

const MATCHES = `($2::text is null or d.kind = $2) and ($3::uuid is null or d.merchant_id = $3)
  and ($4::uuid is null or d.program_id = $4)
  and ($5::text is null or d.name ilike $5 or d.zone ilike $5 or d.site ilike $5 or d.external_id ilike $5 or d.id = $6::uuid)`;

function matchParams(filter: DeviceFilter, exactId: Id<"device"> | null): unknown[] {
  const text = filter.text?.trim();
  return [
    filter.kind ?? null,
    filter.merchantId ?? null,
    filter.programId ?? null,
    text ? `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%` : null,
    exactId,
  ];
}

/** Newest registration first; at most `limit` rows older than `before`. */
export async function listDevices(
  tx: SqlTx,
  filter: DeviceFilter,
  page: { before: Id<"device"> | null; limit: number; exactId: Id<"device"> | null; at: Date },
): Promise<Device[]> {
  const { rows } = await tx.query<Device>(
    `select ${DEVICE_COLUMNS} from ${DEVICE_TABLES}
     where ${MATCHES} and ($7::text is null or d.state = $7) and ($8::uuid is null or d.id < $8)
     order by d.id desc limit $9`,
    [page.at, ...matchParams(filter, page.exactId), filter.state ?? null, page.before, page.limit],
  );
  return rows;
}

export async function countDevicesByState(
  tx: SqlTx,
  filter: DeviceFilter,
  exactId: Id<"device"> | null,
): Promise<{ state: DeviceState; count: bigint }[]> {
  const { rows } = await tx.query<{ state: DeviceState; count: bigint }>(
    `select d.state, count(*) as count from device d where $1::text is null and ${MATCHES} group by d.state`,
    [null, ...matchParams(filter, exactId)],
  );
  return rows;
}

const CREDENTIAL_COLUMNS = `id, device_id as "deviceId", public_key as "publicKey", created_at as "createdAt",
  revoked_at as "revokedAt"`;

export async function listCredentials(tx: SqlTx, deviceId: Id<"device">): Promise<Credential[]> {
  const { rows } = await tx.query<Credential>(
    `select ${CREDENTIAL_COLUMNS} from device_credential where device_id = $1 order by id desc`,
    [deviceId],
  );
  return rows;
}

/** False when the key belongs to a credential already, of whatever device. */
export async function insertCredential(
  tx: SqlTx,
  credential: {
    id: Id<"credential">;
    deviceId: Id<"device">;
    merchantId: Id<"organisation">;
    publicKey: Buffer;
    createdBy: Id<"user"> | null;
    at: Date;
  },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into device_credential (id, device_id, merchant_id, public_key, created_by, created_at)
     values ($1, $2, $3, $4, $5, $6) on conflict (public_key) do nothing`,
    [
      credential.id,
      credential.deviceId,
      credential.merchantId,
      credential.publicKey,
      credential.createdBy,
      credential.at,
    ],
  );
  return rowCount === 1;
}

export async function revokeCredential(
  tx: SqlTx,
  id: Id<"credential">,
  at: Date,
): Promise<{ deviceId: Id<"device">; merchantId: Id<"organisation">; changed: boolean } | null> {
  const { rows } = await tx.query<{
    deviceId: Id<"device">;
    merchantId: Id<"organisation">;
    changed: boolean;
  }>(
    `with found as (select id, device_id, merchant_id, revoked_at from device_credential where id = $1 for update),
       changed as (update device_credential c set revoked_at = $2 from found
         where c.id = found.id and found.revoked_at is null returning c.id)
     select device_id as "deviceId", merchant_id as "merchantId", exists (select 1 from changed) as changed from found`,
    [id, at],
  );
  return rows[0] ?? null;
}

export async function findVerificationCredential(
  tx: SqlTx,
  id: Id<"credential">,
): Promise<VerificationCredential | null> {
  const { rows } = await tx.query<VerificationCredential>(
    `select id as "credentialId", public_key as "publicKey", device_id as "deviceId", merchant_id as "merchantId"
     from device_credential where id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

export async function listRefusals(tx: SqlTx, deviceId: Id<"device">, limit: number): Promise<Refusal[]> {
  const { rows } = await tx.query<Refusal>(
    `select code, last_at as at, hits, verified, last_detail as detail from device_refusal
     where device_id = $1 order by minute desc, last_at desc limit $2`,
    [deviceId, limit],
  );
  return rows;
}
