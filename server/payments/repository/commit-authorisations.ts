/**
 * Commits a group of decided authorisations in one call: messages, keys, payments, timelines, events, cases, counters of
 * limits, allowances and the money, all or nothing.
 */
import { openCases } from "@/server/fraud/service";
import { postingArguments, TRANSFER_ARGUMENTS } from "@/server/ledger/service";
import { callFunction, RowsParameter, sqlStateOf } from "@/server/platform/db";
import { OUTBOX_ROW } from "@/server/platform/outbox";
import type { SystemScope } from "@/server/platform/scope";
import { paymentEvent } from "../events";
import {
  type AdmittedMessage,
  type AuthorisationToCommit,
  LIMIT_COUNT_ROW,
  type LimitCount,
  MESSAGE_ROW,
  PAYMENT_EVENT_ROW,
  PAYMENT_ROW,
} from "./committed-rows";

/** Payments, timelines, events, messages and when they were seen, counters, three of JSON, transfers. */
const PLACES = 9 + TRANSFER_ARGUMENTS;
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
  const json = [opened.cases, opened.signals, unitRecords(batch)];
  try {
    await callFunction(scope, {
      ...COMMIT,
      params: [
        new RowsParameter(PAYMENT_ROW, batch),
        new RowsParameter(PAYMENT_EVENT_ROW, timeline),
        new RowsParameter(OUTBOX_ROW, [...payments.map(paymentEvent), ...opened.events]),
        new RowsParameter(MESSAGE_ROW, messages),
        at,
        new RowsParameter(LIMIT_COUNT_ROW, countsOf(batch)),
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

/** What the batch adds to each counter of a limit. */
function countsOf(batch: readonly AuthorisationToCommit[]): LimitCount[] {
  const counts = new Map<string, LimitCount>();
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
