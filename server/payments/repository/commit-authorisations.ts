/**
 * Commits a group of decided authorisations in one call: keys, payments, timelines, events, cases, counters of limits,
 * allowances and the money, all or nothing.
 */
import { openCases } from "@/server/fraud/service";
import type { NewCase } from "@/server/fraud/types";
import { postingArguments } from "@/server/ledger/service";
import type { TransferInput } from "@/server/ledger/types";
import { callFunction, sqlStateOf } from "@/server/platform/db";
import { outboxRecords } from "@/server/platform/outbox";
import type { SystemScope } from "@/server/platform/scope";
import { paymentEvent } from "../events";
import { statusOf } from "../rules/present-payment";
import type { AuthoriseRequest, Payment, PaymentAnswer, PaymentEvent } from "../types";
import { paymentRecord } from "./payment-columns";

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

const ARRAYS = "uuid uuid uuid bigint smallint smallint uuid integer text uuid timestamptz timestamptz".split(
  " ",
);
const TYPES = [...Array.from({ length: 8 }, () => "json"), ...ARRAYS.map((type) => `${type}[]`)];
const COMMIT = {
  name: "authorisation.commit",
  text: `select commit_authorisations(${TYPES.map((type, at) => `$${at + 1}::${type}`).join(", ")})`,
};
const NO_TRANSFERS = ARRAYS.map(() => null);

/**
 * False when the world is no longer what was decided on (a key was taken, a limit reached, an allowance or the money
 * used up) and nothing was written: the caller looks at the facts again. Entries must not share device and key.
 */
export async function commitAuthorisations(
  scope: SystemScope,
  batch: readonly AuthorisationToCommit[],
): Promise<boolean> {
  if (batch.length === 0) return true;
  const opened = openCases(batch.flatMap((item) => (item.case ? [item.case] : [])));
  const transfers = batch.flatMap((item) => (item.transfer ? [item.transfer] : []));
  const json = [
    batch.map((item) => paymentRecord(item.payment)),
    batch.map(answerRecord),
    batch.flatMap((item) => item.timeline.map(eventRecord)),
    [...outboxRecords(batch.map((item) => paymentEvent(item.payment))), ...outboxRecords(opened.events)],
    opened.cases,
    opened.signals,
    countRecords(batch),
    unitRecords(batch),
  ];
  try {
    await callFunction(scope, {
      ...COMMIT,
      params: [
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

function answerRecord({ payment, request, answer, at }: AuthorisationToCommit): object {
  return {
    device_id: payment.deviceId,
    key: request.idempotencyKey,
    request_hash: Buffer.from(request.requestHash).toString("hex"),
    payment_id: payment.id,
    status: statusOf(payment.state),
    response: answer,
    created_at: at,
  };
}

function eventRecord(event: PaymentEvent): object {
  return {
    payment_id: event.paymentId,
    merchant_id: event.merchantId,
    at: event.at,
    kind: event.kind,
    detail: event.detail,
  };
}

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
