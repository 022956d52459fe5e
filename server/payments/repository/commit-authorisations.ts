/**
 * Commits a group of decided authorisations in one call: messages, keys, payments, timelines, events, cases, counters of
 * limits, allowances and the money, all or nothing.
 */
import { openCases } from "@/server/fraud/service";
import type { NewCase } from "@/server/fraud/types";
import { postingArguments, TRANSFER_ARGUMENTS } from "@/server/ledger/service";
import type { TransferInput } from "@/server/ledger/types";
import { binaryArray } from "@/server/platform/binary-array";
import { callFunction, sqlStateOf } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import { outboxArrays } from "@/server/platform/outbox";
import type { SystemScope } from "@/server/platform/scope";
import { paymentEvent } from "../events";
import { statusOf } from "../rules/present-payment";
import type { AuthoriseRequest, CountedLimit, Payment, PaymentAnswer, PaymentEvent } from "../types";
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

/** An admitted message, to be remembered. */
export interface AdmittedMessage {
  credentialId: Id<"credential">;
  nonce: string;
  deviceId: Id<"device">;
  /** Null where there is no number, or it is remembered already. */
  sequence: bigint | null;
  idempotencyKey: string | null;
}

/** Columns of payments in the order in which the function takes them. */
const COLUMNS = `id program_id merchant_id device_id device_kind zone payer_id instrument_id
  instrument_kind instrument_label external_ref device_sequence currency amount_micros
  captured_micros state decline_reason description quantity latitude longitude risk_score
  capture_on_approval occurred_at authorised_at expires_at captured_at closed_at
  hold_transfer_id capture_transfer_id allowance_id allowance_month allowance_unit
  allowance_quantity_micros allowance_micros counted`.split(/\s+/);

/** As many places as the function has parameters: columns, answers, timelines, events, messages, counters, JSON, transfers. */
const PLACES = COLUMNS.length + 5 + 5 + 6 + 6 + 5 + 3 + TRANSFER_ARGUMENTS;
const COMMIT = {
  name: "authorisation.commit",
  text: `select commit_authorisations(${Array.from({ length: PLACES }, (_, at) => `$${at + 1}`).join(", ")})`,
};
const NO_TRANSFERS = Array.from({ length: TRANSFER_ARGUMENTS }, () => null);

/**
 * False when the world is no longer what was decided on (a nonce, a number or a key was taken, a limit reached, an
 * allowance or the money used up) and nothing was written: the caller looks at the facts again. Entries must not share
 * device and key, nor messages a nonce or a number.
 */
export async function commitAuthorisations(
  scope: SystemScope,
  batch: readonly AuthorisationToCommit[],
  messages: readonly AdmittedMessage[],
  at: Date,
): Promise<boolean> {
  if (batch.length === 0 && messages.length === 0) return true;
  const payments = batch.map((item) => item.payment);
  const timeline = batch.flatMap((item) => item.timeline);
  const opened = openCases(batch.flatMap((item) => (item.case ? [item.case] : [])));
  const transfers = batch.flatMap((item) => (item.transfer ? [item.transfer] : []));
  const counts = countsOf(batch);
  const json = [opened.cases, opened.signals, unitRecords(batch)];
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
        binaryArray("uuid", messages, (message) => message.credentialId),
        binaryArray("text", messages, (message) => message.nonce),
        binaryArray("uuid", messages, (message) => message.deviceId),
        binaryArray("bigint", messages, (message) => message.sequence),
        binaryArray("text", messages, (message) => message.idempotencyKey),
        at,
        binaryArray("uuid", counts, (count) => count.limit),
        binaryArray("uuid", counts, (count) => count.subject),
        binaryArray("timestamptz", counts, (count) => new Date(count.start)),
        binaryArray("integer", counts, (count) => count.payments),
        binaryArray("bigint", counts, (count) => count.micros),
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

/** Raised by the function itself, and by a unique index when a nonce, a number or a key is taken. */
const CHANGED = new Set(["PU001", "23505"]);

type Count = CountedLimit & { payments: number; micros: bigint };

/** What the batch adds to each counter of a limit. */
function countsOf(batch: readonly AuthorisationToCommit[]): Count[] {
  const counts = new Map<string, Count>();
  for (const { payment } of batch) {
    for (const counted of payment.counted ?? []) {
      const key = `${counted.limit} ${counted.subject} ${counted.start}`;
      const count = counts.get(key) ?? { ...counted, payments: 0, micros: 0n };
      count.payments++;
      count.micros += payment.amountMicros;
      counts.set(key, count);
    }
  }
  return [...counts.values()];
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
