/** Usage records and the windows that gather them. Records go in by the thousand, in one statement. */
import type { DeviceKind } from "@/server/devices/constants";
import { insertRows } from "@/server/platform/bulk";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { DeviceFacts, InstrumentFacts } from "../types";

export type UsageDevice = Pick<
  DeviceFacts,
  "id" | "programId" | "merchantId" | "kind" | "zone" | "state" | "currency"
>;

/**
 * The device, with its batches held one after the other until the transaction ends, so that its record keys cannot
 * race. The lock is not the device's row, which payments update while they hold accounts.
 */
export async function lockUsageDevice(tx: SqlTx, deviceId: Id<"device">): Promise<UsageDevice | null> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('usage.' || $1, 0))", [deviceId]);
  const { rows } = await tx.query<UsageDevice>(
    `select d.id, d.program_id as "programId", d.merchant_id as "merchantId", d.kind, d.zone, d.state, p.currency
     from device d join program p on p.id = d.program_id where d.id = $1`,
    [deviceId],
  );
  return rows[0] ?? null;
}

export type UsageInstrument = Pick<
  InstrumentFacts,
  "id" | "payerId" | "kind" | "token" | "state" | "blockedUntil" | "availableMicros"
> & {
  /** Gathered in open windows of any merchant and not charged yet. */
  gatheredMicros: bigint;
};

export async function findUsageInstruments(
  tx: SqlTx,
  programId: Id<"program">,
  tokens: readonly string[],
): Promise<Map<string, UsageInstrument>> {
  const { rows } = await tx.query<UsageInstrument>(
    `select i.id, i.payer_id as "payerId", i.kind, i.token, i.state, i.blocked_until as "blockedUntil",
       case when i.kind = 'wallet' then a.credits_posted - a.debits_posted - a.debits_pending end as "availableMicros",
       coalesce(w.gathered, 0)::bigint as "gatheredMicros"
     from instrument i
     left join ledger.account a on a.id = i.funding_account_id and i.kind = 'wallet'
     left join lateral (select sum(total_micros) as gathered from usage_window
       where program_id = i.program_id and instrument_id = i.id and state = 'open') w on true
     where i.program_id = $1 and i.token = any($2::text[])`,
    [programId, tokens],
  );
  return new Map(rows.map((row) => [row.token, row]));
}

export interface WindowKey {
  id: Id<"usageWindow">;
  instrumentId: Id<"instrument">;
  payerId: Id<"payer">;
}

/** Opens windows where none is open; gives the instruments whose window is new. */
export async function openWindows(
  tx: SqlTx,
  device: UsageDevice,
  windows: readonly WindowKey[],
  times: { openedAt: Date; closesAt: Date },
): Promise<Id<"instrument">[]> {
  const rows = await insertRows<WindowKey, { instrument_id: Id<"instrument"> }>(
    tx,
    "usage_window",
    [
      { name: "id", type: "uuid", value: (row) => row.id },
      { name: "instrument_id", type: "uuid", value: (row) => row.instrumentId },
      { name: "payer_id", type: "uuid", value: (row) => row.payerId },
      { name: "program_id", type: "uuid", value: () => device.programId },
      { name: "merchant_id", type: "uuid", value: () => device.merchantId },
      { name: "device_kind", type: "text", value: () => device.kind },
      { name: "zone", type: "text", value: () => device.zone },
      { name: "opened_at", type: "timestamptz", value: () => times.openedAt },
      { name: "closes_at", type: "timestamptz", value: () => times.closesAt },
    ],
    [...windows].sort((a, b) => (a.instrumentId < b.instrumentId ? -1 : 1)),
    {
      suffix:
        "on conflict (program_id, merchant_id, instrument_id) where state = 'open' do nothing returning instrument_id",
    },
  );
  return rows.map((row) => row.instrument_id);
}

/** The open windows of these instruments, locked against closing; one that was just closed is missing. */
export async function lockOpenWindows(
  tx: SqlTx,
  device: UsageDevice,
  instrumentIds: readonly Id<"instrument">[],
): Promise<Map<Id<"instrument">, Id<"usageWindow">>> {
  const { rows } = await tx.query<{ id: Id<"usageWindow">; instrumentId: Id<"instrument"> }>(
    `select id, instrument_id as "instrumentId" from usage_window
     where program_id = $1 and merchant_id = $2 and instrument_id = any($3::uuid[]) and state = 'open'
     order by instrument_id for no key update`,
    [device.programId, device.merchantId, instrumentIds],
  );
  return new Map(rows.map((row) => [row.instrumentId, row.id]));
}

export interface NewRecord {
  key: string;
  windowId: Id<"usageWindow">;
  amountMicros: bigint;
  quantity: string | null;
  unit: string | null;
  occurredAt: Date;
}

/** Inserts records whose key is new; gives their keys. */
export async function insertRecords(
  tx: SqlTx,
  device: UsageDevice,
  records: readonly NewRecord[],
): Promise<Set<string>> {
  if (records.length === 0) return new Set();
  const { rows } = await tx.query<{ record_key: string }>(
    `insert into usage_record (device_id, record_key, window_id, merchant_id, amount_micros, quantity, unit, occurred_at)
     select $1, t.key, t.window_id, $2, t.amount, t.quantity, t.unit, t.at
     from unnest($3::text[], $4::uuid[], $5::bigint[], $6::numeric[], $7::text[], $8::timestamptz[])
       as t(key, window_id, amount, quantity, unit, at)
     on conflict (device_id, record_key) do nothing returning record_key`,
    [
      device.id,
      device.merchantId,
      records.map((record) => record.key),
      records.map((record) => record.windowId),
      records.map((record) => record.amountMicros),
      records.map((record) => record.quantity),
      records.map((record) => record.unit),
      records.map((record) => record.occurredAt),
    ],
  );
  return new Set(rows.map((row) => row.record_key));
}

/** The amounts of records that this device sent before, by key. */
export async function findRecords(
  tx: SqlTx,
  deviceId: Id<"device">,
  keys: readonly string[],
): Promise<Map<string, bigint>> {
  if (keys.length === 0) return new Map();
  const { rows } = await tx.query<{ key: string; amount: bigint }>(
    `select record_key as key, amount_micros as amount from usage_record
     where device_id = $1 and record_key = any($2::text[])`,
    [deviceId, keys],
  );
  return new Map(rows.map((row) => [row.key, row.amount]));
}

/** Adds to windows what was recorded; one that reaches the threshold is due at once. */
export async function growWindows(
  tx: SqlTx,
  growth: readonly { windowId: Id<"usageWindow">; records: number; micros: bigint }[],
  due: { thresholdMicros: bigint; at: Date },
): Promise<void> {
  if (growth.length === 0) return;
  await tx.query(
    `update usage_window w set record_count = w.record_count + t.records, total_micros = w.total_micros + t.micros,
       closes_at = case when w.total_micros + t.micros >= $4 then least(w.closes_at, $5) else w.closes_at end
     from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as t(id, records, micros) where w.id = t.id`,
    [
      growth.map((each) => each.windowId),
      growth.map((each) => each.records),
      growth.map((each) => each.micros),
      due.thresholdMicros,
      due.at,
    ],
  );
}

export interface DueWindow {
  id: Id<"usageWindow">;
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  payerId: Id<"payer">;
  instrumentId: Id<"instrument">;
  instrumentKind: InstrumentFacts["kind"];
  instrumentLabel: string;
  instrumentToken: string;
  fundingAccountId: string;
  deviceKind: DeviceKind;
  zone: string | null;
  currency: Currency;
  openedAt: Date;
  recordCount: bigint;
  totalMicros: bigint;
}

/** Windows whose time has come, locked; those in other hands are left out. */
export async function lockDueWindows(tx: SqlTx, at: Date, limit: number): Promise<DueWindow[]> {
  const { rows } = await tx.query<DueWindow>(
    `select w.id, w.program_id as "programId", w.merchant_id as "merchantId", w.payer_id as "payerId",
       w.instrument_id as "instrumentId", i.kind as "instrumentKind", i.label as "instrumentLabel",
       i.token as "instrumentToken", i.funding_account_id as "fundingAccountId", w.device_kind as "deviceKind", w.zone,
       p.currency, w.opened_at as "openedAt", w.record_count as "recordCount", w.total_micros as "totalMicros"
     from usage_window w join instrument i on i.id = w.instrument_id join program p on p.id = w.program_id
     where w.state = 'open' and w.closes_at <= $1
     order by w.closes_at limit $2 for no key update of w skip locked`,
    [at, limit],
  );
  return rows;
}

export async function postponeWindows(
  tx: SqlTx,
  ids: readonly Id<"usageWindow">[],
  closesAt: Date,
): Promise<void> {
  await tx.query(`update usage_window set closes_at = $2 where id = any($1::uuid[])`, [ids, closesAt]);
}

export interface ClosedWindow {
  id: Id<"usageWindow">;
  paymentId: Id<"payment">;
  carriedInMicros: bigint;
  carriedOutMicros: bigint;
}

export async function markWindowsClosed(
  tx: SqlTx,
  windows: readonly ClosedWindow[],
  at: Date,
): Promise<void> {
  await tx.query(
    `update usage_window w set state = 'closed', closed_at = $5, payment_id = t.payment_id,
       carried_in_micros = t.carried_in, carried_out_micros = t.carried_out
     from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) as t(id, payment_id, carried_in, carried_out)
     where w.id = t.id`,
    [
      windows.map((each) => each.id),
      windows.map((each) => each.paymentId),
      windows.map((each) => each.carriedInMicros),
      windows.map((each) => each.carriedOutMicros),
      at,
    ],
  );
}
