/**
 * Commits a group of decided authorisations in one call: keys, payments, timelines, events, cases, counters of limits,
 * allowances and the money, all or nothing.
 */
import { openCases } from "@/server/fraud/service";
import type { NewCase } from "@/server/fraud/types";
import { postingArguments, TRANSFER_ARGUMENTS } from "@/server/ledger/service";
import type { TransferInput } from "@/server/ledger/types";
import { binaryArray } from "@/server/platform/binary-array";
import { callFunction, sqlStateOf } from "@/server/platform/db";
import { outboxArrays } from "@/server/platform/outbox";
import type { SystemScope } from "@/server/platform/scope";
import { paymentEvent } from "../events";
import { statusOf } from "../rules/present-payment";
import type { AuthoriseRequest, Payment, PaymentAnswer, PaymentEvent } from "../types";
import { paymentArrays } from "./payment-columns";

export interface AuthorisationToCommit {
  request: Pick<AuthoriseRequest, "idempotencyKey" | "requestHash">;
  at: Date;
  payment: Payment;
  answer: PaymentAnswer;
  timeline: PaymentEvent[];
  /** The hold, or the charge when it is captured at once; null when declined or when no money is due. */
  transfer: TransferInput | null;
  case: NewCase | null;
}

/** Columns of payments in the order in which the function takes them. */
const COLUMNS = `id program_id merchant_id device_id device_kind zone payer_id instrument_id
  instrument_kind instrument_label external_ref device_sequence currency amount_micros
  captured_micros state decline_reason description quantity latitude longitude risk_score
  capture_on_approval occurred_at authorised_at expires_at captured_at closed_at
  hold_transfer_id capture_transfer_id allowance_id allowance_month allowance_unit
  allowance_quantity_micros allowance_micros counted`.split(/\s+/);

/** As many places as the function has parameters: columns, answers, timelines, events, JSON, transfers. */
const PLACES = COLUMNS.length + 5 + 5 + 6 + 4 + TRANSFER_ARGUMENTS;
const COMMIT = {
  name: "authorisation.commit",
  text: `select commit_authorisations(${Array.from({ length: PLACES }, (_, at) => `$${at + 1}`).join(", ")})`,
};
const NO_TRANSFERS = Array.from({ length: TRANSFER_ARGUMENTS }, () => null);

/**
 * False when the world is no longer what was decided on (a key was taken, a limit reached, an allowance or the money
 * used up) and nothing was written: the caller looks at the facts again. Entries must not share device and key.
 */
export async function commitAuthorisations(
  scope: SystemScope,
  batch: readonly AuthorisationToCommit[],
): Promise<boolean> {
  if (batch.length === 0) return true;
  const payments = batch.map((item) => item.payment);
  const timeline = batch.flatMap((item) => item.timeline);
  const opened = openCases(batch.flatMap((item) => (item.case ? [item.case] : [])));
  const transfers = batch.flatMap((item) => (item.transfer ? [item.transfer] : []));
  const json = [opened.cases, opened.signals, countRecords(batch), unitRecords(batch)];
  try {
    await callFunction(scope, {
      ...COMMIT,
      params: [
        ...paymentArrays(payments, COLUMNS),
        binaryArray("timestamptz", batch, (item) => item.at),
        binaryArray("text", batch, (item) => item.request.idempotencyKey),
        binaryArray("bytea", batch, (item) => item.request.requestHash),
        binaryArray("smallint", batch, (item) => statusOf(item.payment.state)),
        binaryArray("json", batch, (item) => item.answer),
        binaryArray("uuid", timeline, (event) => event.paymentId),
        binaryArray("uuid", timeline, (event) => event.merchantId),
        binaryArray("timestamptz", timeline, (event) => event.at),
        binaryArray("text", timeline, (event) => event.kind),
        binaryArray("jsonb", timeline, (event) => event.detail),
        ...outboxArrays([...payments.map(paymentEvent), ...opened.events]),
        ...json.map((records) => (records.length > 0 ? JSON.stringify(records) : null)),
        ...(transfers.length > 0 ? postingArguments(transfers) : NO_TRANSFERS),
      ],
    });
    return true;
  } catch (error) {
    if (CHANGED.has(sqlStateOf(error))) return false;
    throw error;
  }
}

/** Raised by the function itself, and by a unique index when the same new id or key is just being written. */
const CHANGED = new Set(["PU001", "23505"]);

/** What the batch adds to each counter of a limit. */
function countRecords(batch: readonly AuthorisationToCommit[]): object[] {
  const counts = new Map<
    string,
    { limit_id: string; subject_id: string; period_start: string; payments: number; micros: bigint }
  >();
  for (const { payment } of batch) {
    for (const { limit, subject, start } of payment.counted ?? []) {
      const key = `${limit} ${subject} ${start}`;
      const count = counts.get(key) ?? {
        limit_id: limit,
        subject_id: subject,
        period_start: start,
        payments: 0,
        micros: 0n,
      };
      count.payments++;
      count.micros += payment.amountMicros;
      counts.set(key, count);
    }
  }
  return [...counts.values()].map(({ micros, ...count }) => ({ ...count, amount_micros: micros.toString() }));
}

/** What the batch takes from each allowance. */
function unitRecords(batch: readonly AuthorisationToCommit[]): object[] {
  const units = new Map<string, { instrument_id: string; month_start: Date; micros: bigint }>();
  for (const { payment } of batch) {
    const { allowanceId, allowanceMonth, allowanceQuantityMicros } = payment;
    if (!allowanceId || !allowanceMonth) continue;
    const key = `${allowanceId} ${allowanceMonth.toISOString()}`;
    const used = units.get(key) ?? { instrument_id: allowanceId, month_start: allowanceMonth, micros: 0n };
    used.micros += allowanceQuantityMicros;
    units.set(key, used);
  }
  return [...units.values()].map(({ micros, ...used }) => ({ ...used, used_micros: micros.toString() }));
}
