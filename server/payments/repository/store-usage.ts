/** Usage records and the windows that gather them. Records go in by the thousand, in one statement. */
import type { DeviceKind } from "@/server/devices/constants";
import { binaryArray } from "@/server/platform/binary-array";
import { insertRows } from "@/server/platform/bulk";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type {
  AllowanceMonth,
  MonthUse,
  StandingRecord,
  UsageCover,
  UsageInstrument,
} from "../rules/judge-usage";
import type { DeviceFacts, InstrumentFacts, UsageRecordInput } from "../types";

export type UsageDevice = Pick<
  DeviceFacts,
  "id" | "programId" | "merchantId" | "kind" | "zone" | "state" | "currency"
> & { timeZone: string };

/**
 * The device, with its batches held one after the other until the transaction ends, so that its record keys cannot
 * race. The lock is not the device's row, which payments update while they hold accounts.
 */
export async function lockUsageDevice(tx: SqlTx, deviceId: Id<"device">): Promise<UsageDevice | null> {
  const { rows } = await tx.query<UsageDevice>(
    `select pg_advisory_xact_lock(hashtextextended('usage.' || $1::text, 0))::text as lock, d.id, d.program_id as "programId",
       d.merchant_id as "merchantId", d.kind, d.zone, d.state, p.currency, p.time_zone as "timeZone"
     from device d join program p on p.id = d.program_id where d.id = $1::uuid`,
    [deviceId],
  );
  return rows[0] ?? null;
}

export async function findUsageInstruments(
  tx: SqlTx,
  programId: Id<"program">,
  tokens: readonly string[],
): Promise<Map<string, UsageInstrument>> {
  const { rows } = await tx.query<UsageInstrument>(
    `select i.id, i.payer_id as "payerId", i.kind, i.token, i.state, i.blocked_until as "blockedUntil",
       case when i.kind = 'wallet' then a.credits_posted - a.debits_posted - a.debits_pending end as "availableMicros",
       coalesce(w.gathered, 0)::bigint as "gatheredMicros",
       exists (select from allowance where payer_id = i.payer_id) as "hasAllowance"
     from instrument i
     left join ledger.account a on a.id = i.funding_account_id and i.kind = 'wallet'
     left join lateral (select sum(total_micros + owed_in_micros) as gathered from usage_window
       where instrument_id = i.id and state = 'open') w on i.kind = 'wallet'
     where i.program_id = $1 and i.token = any($2::text[])`,
    [programId, binaryArray("text", tokens, (token) => token)],
  );
  return new Map(rows.map((row) => [row.token, row]));
}

interface KnownRow {
  key: string;
  instrumentId: Id<"instrument">;
  priceMicros: bigint;
  quantityMicros: bigint | null;
  unit: string | null;
  occurredAt: Date;
  allowanceId: Id<"instrument"> | null;
  coveredQuantityMicros: bigint;
  coveredMicros: bigint;
}

/** What this device recorded before under these keys. */
export async function findRecords(
  tx: SqlTx,
  deviceId: Id<"device">,
  records: readonly UsageRecordInput[],
): Promise<Map<string, StandingRecord>> {
  const { rows } = await tx.query<KnownRow>(
    `select r.record_key as key, w.instrument_id as "instrumentId", r.amount_micros + r.covered_micros as "priceMicros",
       (r.quantity * 1000000)::bigint as "quantityMicros", r.unit, r.occurred_at as "occurredAt",
       r.allowance_id as "allowanceId", r.covered_quantity_micros as "coveredQuantityMicros", r.covered_micros as "coveredMicros"
     from usage_record r join usage_window w on w.id = r.window_id
     where r.device_id = $1 and r.record_key = any($2::text[])`,
    [deviceId, binaryArray("text", records, (record) => record.key)],
  );
  return new Map(
    rows.map(({ key, allowanceId, coveredQuantityMicros, coveredMicros, ...row }) => [
      key,
      {
        ...row,
        cover: allowanceId && {
          allowanceId,
          quantityMicros: coveredQuantityMicros,
          micros: coveredMicros,
          unit: row.unit ?? "",
        },
      },
    ]),
  );
}

/**
 * The months of the payers' allowances that hold these moments, locked until the transaction ends, so that no other
 * batch or payment uses the same units.
 */
export async function lockAllowances(
  tx: SqlTx,
  device: Pick<UsageDevice, "programId" | "timeZone">,
  wanted: { payerIds: readonly Id<"payer">[]; units: readonly string[]; from: Date; until: Date },
): Promise<AllowanceMonth[]> {
  if (wanted.payerIds.length === 0 || wanted.units.length === 0) return [];
  const params = [
    device.programId,
    device.timeZone,
    binaryArray("uuid", wanted.payerIds, (id) => id),
    binaryArray("text", wanted.units, (unit) => unit),
    binaryArray("timestamptz", [wanted.from, wanted.until], (at) => at),
  ];
  const these = `allowance a cross join (select distinct date_trunc('month', t, $2::text) as start from unnest($5::timestamptz[]) t) s
     where a.program_id = $1::uuid and a.payer_id = any($3::uuid[]) and a.unit = any($4::text[])`;
  await tx.query(
    `insert into allowance_month (instrument_id, month_start, used_micros)
     select a.instrument_id, s.start, 0 from ${these} order by 1, 2 on conflict do nothing`,
    params,
  );
  const { rows } = await tx.query<AllowanceMonth>(
    `select a.instrument_id as "instrumentId", a.payer_id as "payerId", a.unit, i.state, i.blocked_until as "blockedUntil",
       m.month_start as "monthStart",
       (m.month_start at time zone $2::text + interval '1 month') at time zone $2::text as "monthEnd",
       greatest(a.monthly_micros - m.used_micros, 0) as "leftMicros"
     from allowance_month m join allowance a on a.instrument_id = m.instrument_id
     join instrument i on i.id = a.instrument_id
     where (m.instrument_id, m.month_start) in (select a.instrument_id, s.start from ${these})
     order by m.instrument_id, m.month_start for no key update of m`,
    params,
  );
  return rows;
}

/** The records of one instrument in a batch: they go to its open window, or open the next one under `id`. */
export interface WindowGrowth {
  id: Id<"usageWindow">;
  instrumentId: Id<"instrument">;
  payerId: Id<"payer">;
  records: number;
  micros: bigint;
  coveredMicros: bigint;
}

export interface NewRecord {
  record: UsageRecordInput;
  /** Its place in `windows`. */
  window: number;
  dueMicros: bigint;
  cover: UsageCover | null;
}

/**
 * Opens or grows the windows, runs the allowances down and inserts the records, in one statement. A window that
 * reaches the threshold is due at once. One that closes at this moment is waited for, and its successor taken.
 */
export async function storeUsage(
  tx: SqlTx,
  device: UsageDevice,
  {
    windows,
    months,
    records,
  }: { windows: WindowGrowth[]; months: readonly MonthUse[]; records: NewRecord[] },
  times: { at: Date; closesAt: Date; thresholdMicros: bigint },
): Promise<number> {
  const covers = records.some(({ cover }) => cover) ? records : [];
  const quantities = records.some(({ record }) => record.quantity !== undefined) ? records : [];
  const units = records.some(({ record }) => record.unit !== undefined) ? records : [];
  const { rowCount } = await tx.query(
    `with given as (
       select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[]) with ordinality
         as t(id, instrument_id, payer_id, records, micros, covered, no)
     ), used as (
       update allowance_month m set used_micros = m.used_micros + t.used
       from unnest($7::uuid[], $8::timestamptz[], $9::bigint[]) as t(instrument_id, month_start, used)
       where m.instrument_id = t.instrument_id and m.month_start = t.month_start
     ), grown as (
       insert into usage_window as w (id, program_id, merchant_id, payer_id, instrument_id, device_kind, zone, opened_at,
         closes_at, record_count, total_micros, covered_micros)
       select id, $10, $11, payer_id, instrument_id, $12, $13, $14::timestamptz,
         case when micros >= $15::bigint then $14::timestamptz else $16::timestamptz end, records, micros, covered
       from given order by instrument_id
       on conflict (program_id, merchant_id, instrument_id) where state = 'open' do update
       set record_count = w.record_count + excluded.record_count, total_micros = w.total_micros + excluded.total_micros,
         covered_micros = w.covered_micros + excluded.covered_micros,
         closes_at = case when w.total_micros + excluded.total_micros >= $15::bigint then least(w.closes_at, $14::timestamptz)
           else w.closes_at end
       returning id, instrument_id
     )
     insert into usage_record (device_id, merchant_id, record_key, window_id, amount_micros, occurred_at, quantity, unit,
       allowance_id, covered_quantity_micros, covered_micros)
     select $17, $11, t.key, grown.id, t.micros, t.at, t.quantity::numeric, t.unit, t.allowance_id,
       coalesce(t.covered_quantity, 0), coalesce(t.covered, 0)
     from unnest($18::text[], $19::bigint[], $20::bigint[], $21::timestamptz[], $22::text[], $23::text[], $24::uuid[],
       $25::bigint[], $26::bigint[]) as t(key, no, micros, at, quantity, unit, allowance_id, covered_quantity, covered)
     join given using (no) join grown using (instrument_id)`,
    [
      binaryArray("uuid", windows, (each) => each.id),
      binaryArray("uuid", windows, (each) => each.instrumentId),
      binaryArray("uuid", windows, (each) => each.payerId),
      binaryArray("bigint", windows, (each) => each.records),
      binaryArray("bigint", windows, (each) => each.micros),
      binaryArray("bigint", windows, (each) => each.coveredMicros),
      binaryArray("uuid", months, ({ month }) => month.instrumentId),
      binaryArray("timestamptz", months, ({ month }) => month.monthStart),
      binaryArray("bigint", months, ({ usedMicros }) => usedMicros),
      device.programId,
      device.merchantId,
      device.kind,
      device.zone,
      times.at,
      times.thresholdMicros,
      times.closesAt,
      device.id,
      binaryArray("text", records, ({ record }) => record.key),
      binaryArray("bigint", records, ({ window }) => window + 1),
      binaryArray("bigint", records, ({ dueMicros }) => dueMicros),
      binaryArray("timestamptz", records, ({ record }) => record.occurredAt),
      binaryArray("text", quantities, ({ record }) => record.quantity),
      binaryArray("text", units, ({ record }) => record.unit),
      binaryArray("uuid", covers, ({ cover }) => cover?.allowanceId),
      binaryArray("bigint", covers, ({ cover }) => cover?.quantityMicros),
      binaryArray("bigint", covers, ({ cover }) => cover?.micros),
    ],
  );
  return rowCount;
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
  /** Null for an allowance, whose windows gather no money. */
  fundingAccountId: string | null;
  deviceKind: DeviceKind;
  zone: string | null;
  currency: Currency;
  openedAt: Date;
  recordCount: bigint;
  totalMicros: bigint;
  /** Left by earlier windows that could not be charged. */
  owedInMicros: bigint;
  owedFrom: Id<"payment"> | null;
}

/** Windows whose time has come, locked; those in other hands are left out. */
/** Windows that are due, oldest first, without those that wait for their next try. */
export async function listDueWindows(
  tx: SqlTx,
  at: Date,
  limit: number,
  without: readonly string[],
): Promise<{ id: string; programId: string }[]> {
  const { rows } = await tx.query<{ id: string; programId: string }>(
    `select id, program_id as "programId" from usage_window
      where state = 'open' and closes_at <= $1 and id <> all($3::uuid[]) order by closes_at limit $2`,
    [at, limit, without],
  );
  return rows;
}

/** Those of the windows that are still due and that nobody else holds. */
export async function lockDueWindows(tx: SqlTx, at: Date, ids: readonly string[]): Promise<DueWindow[]> {
  const { rows } = await tx.query<DueWindow>(
    `select w.id, w.program_id as "programId", w.merchant_id as "merchantId", w.payer_id as "payerId",
       w.instrument_id as "instrumentId", i.kind as "instrumentKind", i.label as "instrumentLabel",
       i.token as "instrumentToken", i.funding_account_id as "fundingAccountId", w.device_kind as "deviceKind", w.zone,
       p.currency, w.opened_at as "openedAt", w.record_count as "recordCount", w.total_micros as "totalMicros",
       w.owed_in_micros as "owedInMicros", w.owed_from as "owedFrom"
     from usage_window w join instrument i on i.id = w.instrument_id join program p on p.id = w.program_id
     where w.state = 'open' and w.closes_at <= $1 and w.id = any($2::uuid[])
     order by w.closes_at for no key update of w skip locked`,
    [at, ids],
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
  owedOutMicros: bigint;
}

export async function markWindowsClosed(
  tx: SqlTx,
  windows: readonly ClosedWindow[],
  at: Date,
): Promise<void> {
  await tx.query(
    `update usage_window w set state = 'closed', closed_at = $6, payment_id = t.payment_id,
       carried_in_micros = t.carried_in, carried_out_micros = t.carried_out, owed_out_micros = t.owed_out
     from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[])
       as t(id, payment_id, carried_in, carried_out, owed_out)
     where w.id = t.id`,
    [
      binaryArray("uuid", windows, (each) => each.id),
      binaryArray("uuid", windows, (each) => each.paymentId),
      binaryArray("bigint", windows, (each) => each.carriedInMicros),
      binaryArray("bigint", windows, (each) => each.carriedOutMicros),
      binaryArray("bigint", windows, (each) => each.owedOutMicros),
      at,
    ],
  );
}

/** Opens the windows that keep what declined ones left owed, so that it is tried again whether or not more comes. */
export async function openSuccessors(
  tx: SqlTx,
  windows: readonly (DueWindow & {
    successorId: Id<"usageWindow">;
    declinedId: Id<"payment">;
    owedMicros: bigint;
  })[],
  times: { at: Date; closesAt: Date },
): Promise<void> {
  await insertRows(
    tx,
    "usage_window",
    [
      { name: "id", type: "uuid", value: (row) => row.successorId },
      { name: "instrument_id", type: "uuid", value: (row) => row.instrumentId },
      { name: "payer_id", type: "uuid", value: (row) => row.payerId },
      { name: "program_id", type: "uuid", value: (row) => row.programId },
      { name: "merchant_id", type: "uuid", value: (row) => row.merchantId },
      { name: "device_kind", type: "text", value: (row) => row.deviceKind },
      { name: "zone", type: "text", value: (row) => row.zone },
      { name: "opened_at", type: "timestamptz", value: () => times.at },
      { name: "closes_at", type: "timestamptz", value: () => times.closesAt },
      { name: "owed_in_micros", type: "bigint", value: (row) => row.owedMicros },
      { name: "owed_from", type: "uuid", value: (row) => row.declinedId },
    ],
    windows,
  );
}
