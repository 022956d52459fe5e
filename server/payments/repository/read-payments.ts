/** Reads of payments for lists, details and devices. Row-level security narrows each to what the scope may see. */

import type { DeviceKind } from "@/server/devices/constants";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { PaymentEventKind, PaymentSource, PaymentState } from "../constants";
import type { Payment, Refund } from "../types";
import { inside, type PaymentMatch, WORDS_SEARCHED } from "./find-by-text";
import { PAYMENT_COLUMNS } from "./payment-columns";

export async function findPayment(tx: SqlTx, paymentId: Id<"payment">): Promise<Payment | null> {
  const { rows } = await tx.query<Payment>(`select ${PAYMENT_COLUMNS} from payment p where p.id = $1`, [
    paymentId,
  ]);
  return rows[0] ?? null;
}

/** A payment with the names that screens show. */
export interface ListedPayment extends Payment {
  merchantName: string;
  merchantSlug: string;
  programName: string;
  programSlug: string;
  programTimeZone: string;
  deviceName: string | null;
  allocatedAt: Date | null;
}

const LISTED = `${PAYMENT_COLUMNS}, m.name as "merchantName", m.slug as "merchantSlug", g.name as "programName",
  g.slug as "programSlug", g.time_zone as "programTimeZone", d.name as "deviceName", p.allocated_at as "allocatedAt"`;
const LISTED_TABLES = `payment p join organisation m on m.id = p.merchant_id join program g on g.id = p.program_id
  left join device d on d.id = p.device_id`;

export async function findListedPayment(tx: SqlTx, paymentId: Id<"payment">): Promise<ListedPayment | null> {
  const { rows } = await tx.query<ListedPayment>(`select ${LISTED} from ${LISTED_TABLES} where p.id = $1`, [
    paymentId,
  ]);
  return rows[0] ?? null;
}

export interface PaymentFilter {
  states?: readonly PaymentState[] | undefined;
  sources?: readonly PaymentSource[] | undefined;
  deviceKinds?: readonly DeviceKind[] | undefined;
  programId?: Id<"program"> | undefined;
  merchantId?: Id<"organisation"> | undefined;
  deviceId?: Id<"device"> | undefined;
  instrumentId?: Id<"instrument"> | undefined;
  importId?: Id<"import"> | undefined;
  zone?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  /** First and last day in the time zone of each payment's program. */
  fromDay?: string | undefined;
  toDay?: string | undefined;
  minAmount?: bigint | undefined;
  maxAmount?: bigint | undefined;
  flagged?: boolean | undefined;
  /** What a text that is looked for can mean; any of it. */
  match?: PaymentMatch | undefined;
}

export interface PaymentOrder {
  by: "time" | "amount";
  descending: boolean;
}

/** The last row of the page before. */
export interface PaymentKey {
  id: Id<"payment">;
  chargedMicros: bigint;
}

/** The amount that lists show, as its index has it: what was captured, or else what was asked for. */
const CHARGED = "(case when p.captured_micros = 0::bigint then p.amount_micros else p.captured_micros end)";

export const chargedMicros = (payment: Payment) => payment.capturedMicros || payment.amountMicros;

/** Conditions over the aliases `p` (payment) and `g` (its program); values are only ever parameters. */
function whereOf(filter: PaymentFilter, params: unknown[]): string {
  const conditions: string[] = [];
  const add = (value: unknown, condition: (parameter: string) => string) => {
    if (value === undefined || value === false) return;
    params.push(value);
    conditions.push(condition(`$${params.length}`));
  };
  add(filter.states, (n) => `p.state = any(${n}::text[])`);
  add(filter.sources, (n) => `p.source = any(${n}::text[])`);
  add(filter.deviceKinds, (n) => `p.device_kind = any(${n}::text[])`);
  add(filter.programId, (n) => `p.program_id = ${n}`);
  add(filter.merchantId, (n) => `p.merchant_id = ${n}`);
  add(filter.deviceId, (n) => `p.device_id = ${n}`);
  add(filter.instrumentId, (n) => `p.instrument_id = ${n}`);
  add(filter.importId, (n) => `p.import_id = ${n}`);
  add(filter.zone, (n) => `p.zone = ${n}`);
  add(filter.from, (n) => `p.occurred_at >= ${n}`);
  add(filter.to, (n) => `p.occurred_at < ${n}`);
  // Wherever a day is, it begins within 14 hours of UTC's: the first bound is one that an index can use.
  add(
    filter.fromDay,
    (n) =>
      `p.occurred_at >= ${n}::date::timestamp at time zone 'UTC' - interval '14 hours' and p.occurred_at >= ${n}::date::timestamp at time zone g.time_zone`,
  );
  add(
    filter.toDay,
    (n) =>
      `p.occurred_at < (${n}::date + 1)::timestamp at time zone 'UTC' + interval '14 hours' and p.occurred_at < (${n}::date + 1)::timestamp at time zone g.time_zone`,
  );
  add(filter.minAmount, (n) => `${CHARGED} >= ${n}`);
  add(filter.maxAmount, (n) => `${CHARGED} <= ${n}`);
  add(filter.flagged, (n) => `(${n} and p.flags <> '[]')`);
  if (filter.match) conditions.push(matches(filter.match, params));
  return conditions.length === 0 ? "true" : conditions.join(" and ");
}

/** Any of the meanings of a text; each of them has an index, which Postgres joins. */
function matches(match: PaymentMatch, params: unknown[]): string {
  const any: string[] = [];
  const add = (value: unknown, condition: (parameter: string) => string) => {
    if (value === null || (Array.isArray(value) && value.length === 0)) return;
    params.push(value);
    any.push(condition(`$${params.length}`));
  };
  add(match.paymentIds, (n) => `p.id = any(${n}::uuid[])`);
  add(match.deviceIds, (n) => `p.device_id = any(${n}::uuid[])`);
  add(match.merchantIds, (n) => `p.merchant_id = any(${n}::uuid[])`);
  add(match.instrumentIds, (n) => `p.instrument_id = any(${n}::uuid[])`);
  add(match.amountMicros, (n) => `${CHARGED} = ${n}`);
  if (match.label) {
    const { tail, pattern } = match.label;
    params.push(tail, pattern);
    any.push(`p.label_tail = $${params.length - 1} and p.instrument_label ilike $${params.length}`);
  }
  return any.length === 0 ? "false" : `(${any.join(" or ")})`;
}

/** Among the newest payments of a filter: those with the words inside of their label, description or reference. */
export async function findByWords(
  tx: SqlTx,
  filter: PaymentFilter,
  text: string,
  label: string | null,
): Promise<string[]> {
  const params: unknown[] = [WORDS_SEARCHED, inside(text), label, text];
  const where = whereOf({ ...filter, match: undefined }, params);
  const { rows } = await tx.query<{ id: string }>(
    `select id from (
       select p.id, p.instrument_label, p.description, p.external_ref
         from payment p join program g on g.id = p.program_id where ${where} order by p.id desc limit $1) newest
     where instrument_label ilike $2 or instrument_label ilike $3 or description ilike $2 or external_ref = $4`,
    params,
  );
  return rows.map(({ id }) => id);
}

/** By id, whose embedded time is when the payment was made, or by the amount that lists show. */
export async function listPayments(
  tx: SqlTx,
  filter: PaymentFilter,
  page: { after: PaymentKey | null; order: PaymentOrder; limit: number },
): Promise<ListedPayment[]> {
  const { after, order } = page;
  const params: unknown[] = [page.limit];
  const direction = order.descending ? "desc" : "asc";
  const beyond = order.descending ? "<" : ">";
  let key = "true";
  if (after) {
    params.push(after.id);
    key = `p.id ${beyond} $2::uuid`;
    if (order.by === "amount") {
      params.push(after.chargedMicros);
      key = `(${CHARGED}, p.id) ${beyond} ($3::bigint, $2::uuid)`;
    }
  }
  const by = order.by === "amount" ? `${CHARGED} ${direction}, p.id ${direction}` : `p.id ${direction}`;
  const { rows } = await tx.query<ListedPayment>(
    `select ${LISTED} from ${LISTED_TABLES} where ${key} and ${whereOf(filter, params)} order by ${by} limit $1`,
    params,
  );
  return rows;
}

export interface StateCount {
  state: PaymentState;
  count: bigint;
}

/** How many payments there are in each state under the filter; its own states do not narrow the counts. */
export async function countByState(tx: SqlTx, filter: PaymentFilter): Promise<StateCount[]> {
  const params: unknown[] = [];
  const where = whereOf({ ...filter, states: undefined }, params);
  const { rows } = await tx.query<StateCount>(
    `select p.state, count(*) as count from payment p join program g on g.id = p.program_id where ${where} group by p.state`,
    params,
  );
  return rows;
}

export interface CurrencyTotal {
  currency: Currency;
  payments: bigint;
  captured: bigint;
  refunded: bigint;
}

/** How many payments a filter leaves and what was captured and refunded of them, by currency. */
export async function sumPayments(tx: SqlTx, filter: PaymentFilter): Promise<CurrencyTotal[]> {
  const params: unknown[] = [];
  const where = whereOf(filter, params);
  const { rows } = await tx.query<CurrencyTotal>(
    `select p.currency, count(*) as payments, coalesce(sum(p.captured_micros), 0)::bigint as captured,
            coalesce(sum(p.refunded_micros), 0)::bigint as refunded
       from payment p join program g on g.id = p.program_id where ${where} group by p.currency order by p.currency`,
    params,
  );
  return rows;
}

export interface TimelineEntry {
  at: Date;
  kind: PaymentEventKind;
  detail: Record<string, unknown>;
}

export async function listTimeline(tx: SqlTx, paymentId: Id<"payment">): Promise<TimelineEntry[]> {
  const { rows } = await tx.query<TimelineEntry>(
    `select at, kind, detail from payment_event where payment_id = $1 order by seq`,
    [paymentId],
  );
  return rows;
}

export async function listRefunds(tx: SqlTx, paymentId: Id<"payment">): Promise<Refund[]> {
  const { rows } = await tx.query<Refund>(
    `select r.id, r.payment_id as "paymentId", r.ordinal, r.amount_micros as "amountMicros", r.reason,
       r.created_at as "createdAt", u.name as "createdByName", r.transfer_id as "transferId"
     from refund r left join app_user u on u.id = r.created_by where r.payment_id = $1 order by r.ordinal`,
    [paymentId],
  );
  return rows;
}
