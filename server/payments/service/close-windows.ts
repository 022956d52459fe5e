/**
 * Turns due usage windows into payments. One transaction a batch, so a worker that dies in it leaves no trace; where a
 * batch fails, each of its windows is tried by itself.
 */
import { accountIdFor, ensureAccounts, getAccounts, postTransfers } from "@/server/ledger/service";
import type { TransferInput } from "@/server/ledger/types";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant } from "@/server/platform/errors";
import { newIdAt, toPublicId } from "@/server/platform/ids";
import { openRound } from "@/server/platform/job-items";
import { emit, type OutboxEvent } from "@/server/platform/outbox";
import { mintSystemScope } from "@/server/platform/scope";
import { sandboxAcquirer } from "../acquirer";
import { type DeclineReason, USAGE_WINDOW_HOURS } from "../constants";
import { paymentEvent } from "../events";
import { insertPaymentEvents, insertPayments } from "../repository/payment-columns";
import * as usage from "../repository/store-usage";
import { carryAccount, clearingAccount } from "../rules/derive-accounts";
import { PAID_IN_MONEY } from "../rules/present-payment";
import { splitWindow } from "../rules/split-window";
import type { Payment, PaymentEvent } from "../types";

const platform = mintSystemScope("payments");

interface Closing {
  window: usage.DueWindow;
  payment: Payment;
  carriedInMicros: bigint;
  carriedOutMicros: bigint;
  /** What stays owed because it could not be charged. */
  owedOutMicros: bigint;
  transfers: TransferInput[];
}

/**
 * Closes up to `limit` windows that are due by amount or age; gives how many became payments. A window that has not
 * gathered one minor unit yet stays open. What a wallet or card cannot pay becomes a declined payment: nothing of that
 * window moves, all of it stays owed, and a window is opened at once that charges it with what comes next, a day later
 * at the latest. A window that holds nothing but such a debt and is declined again stays open for another day.
 */
export async function closeDueWindows(limit = 100): Promise<number> {
  const round = await openRound("payments.close-windows");
  const due = await withScope(platform, (tx) => usage.listDueWindows(tx, now(), limit, round.waiting));
  const closed = await round.attemptAll(due, (some) => closeWindows(some.map(({ id }) => id)));
  return closed.reduce((sum, count) => sum + count, 0);
}

async function closeWindows(ids: readonly string[]): Promise<number> {
  return await withScope(platform, async (tx) => {
    const at = now();
    const due = await usage.lockDueWindows(tx, at, ids);
    if (due.length === 0) return 0;
    const { closing, tooSmall } = await planClosings(tx, due, at);
    const nextTime = new Date(at.getTime() + USAGE_WINDOW_HOURS * 3_600_000);
    const tried = await moveMoney(tx, closing, at);
    const settled = tried.filter((each) => !isOldDebtAgain(each));
    const waiting = [...tooSmall, ...tried.filter(isOldDebtAgain).map(({ window }) => window)];
    if (waiting.length > 0) {
      await usage.postponeWindows(
        tx,
        waiting.map((window) => window.id),
        nextTime,
      );
    }
    await insertPayments(
      tx,
      settled.map(({ payment }) => payment),
    );
    await insertPaymentEvents(
      tx,
      settled.flatMap((each) => timelineOf(each, at)),
    );
    await usage.markWindowsClosed(
      tx,
      settled.map(({ window, payment, ...rest }) => ({ ...rest, id: window.id, paymentId: payment.id })),
      at,
    );
    await usage.openSuccessors(
      tx,
      settled
        .filter((each) => each.owedOutMicros > 0n)
        .map(({ window, payment, owedOutMicros }) => ({
          ...window,
          successorId: newIdAt("usageWindow", at),
          declinedId: payment.id,
          owedMicros: owedOutMicros,
        })),
      { at, closesAt: nextTime },
    );
    await emit(
      tx,
      settled.flatMap(({ window, payment }) => [paymentEvent(payment), windowClosed(window, payment)]),
    );
    return settled.length;
  });
}

/** Whether the charge failed and the window has no record that a declined payment would be needed for. */
function isOldDebtAgain({ window, owedOutMicros }: Closing): boolean {
  return owedOutMicros > 0n && window.recordCount === 0n;
}

async function planClosings(
  tx: SqlTx,
  due: readonly usage.DueWindow[],
  at: Date,
): Promise<{ closing: Closing[]; tooSmall: usage.DueWindow[] }> {
  const keys = due.map((window) =>
    carryAccount(window.programId, window.merchantId, window.instrumentId, window.currency),
  );
  await ensureAccounts(
    tx,
    keys.map((key, index) => ({ ...key, programRef: due[index]?.programId })),
  );
  const accounts = await getAccounts(tx, keys.map(accountIdFor));
  const carried = new Map(accounts.map((each) => [each.id, each.creditsPosted - each.debitsPosted]));
  const closing: Closing[] = [];
  const tooSmall: usage.DueWindow[] = [];
  for (const [index, window] of due.entries()) {
    const key = keys[index];
    invariant(key, "every window has a carry account");
    const carryId = accountIdFor(key);
    const carriedInMicros = carried.get(carryId) ?? 0n;
    const chargeMicros = window.totalMicros + window.owedInMicros;
    const split = splitWindow(chargeMicros, carriedInMicros, window.currency);
    if (split.paymentMicros === 0n) {
      tooSmall.push(window);
      continue;
    }
    invariant(window.fundingAccountId, "a window that gathered money has an account to take it from");
    const payment = newPayment(window, split.paymentMicros, at);
    const common = { journalId: payment.id, effectiveAt: at };
    const refusal = await acquirerRefusal(window, split.paymentMicros);
    closing.push({
      window,
      payment: refusal ? declined(payment, refusal, at) : payment,
      carriedInMicros,
      carriedOutMicros: refusal ? carriedInMicros : split.carriedOutMicros,
      owedOutMicros: refusal ? chargeMicros : 0n,
      transfers: refusal
        ? []
        : [
            {
              ...common,
              id: newIdAt("transfer", at),
              debitAccountId: window.fundingAccountId,
              creditAccountId: carryId,
              amountMicros: chargeMicros,
              code: "carry",
              linked: true,
            },
            {
              ...common,
              id: payment.captureTransferId ?? newIdAt("transfer", at),
              debitAccountId: carryId,
              creditAccountId: accountIdFor(clearingAccount(window.programId, window.currency)),
              amountMicros: split.paymentMicros,
              code: "capture",
            },
          ],
    });
  }
  return { closing, tooSmall };
}

async function acquirerRefusal(window: usage.DueWindow, amountMicros: bigint): Promise<DeclineReason | null> {
  if (window.instrumentKind !== "card_token") return null;
  const answer = await sandboxAcquirer.authorise({
    reference: window.id,
    token: window.instrumentToken,
    amountMicros,
    currency: window.currency,
  });
  return answer.ok ? null : answer.reason;
}

/** Posts the two transfers of each window as one chain; a chain that the wallet cannot pay leaves it declined. */
async function moveMoney(tx: SqlTx, closing: readonly Closing[], at: Date): Promise<Closing[]> {
  const transfers = closing.flatMap((each) => each.transfers);
  if (transfers.length === 0) return [...closing];
  const codes = await postTransfers(tx, transfers);
  const codeOf = new Map(transfers.map((transfer, index) => [transfer.id, codes[index]]));
  return closing.map((each) => {
    const answers = each.transfers.map((transfer) => codeOf.get(transfer.id));
    if (answers.every((code) => code === "created")) return each;
    invariant(
      answers[0] === "exceeds_credits",
      `a window can only fail for want of funds: ${answers.join()}`,
    );
    return {
      ...each,
      payment: declined(each.payment, "insufficient_funds", at),
      carriedOutMicros: each.carriedInMicros,
      owedOutMicros: each.window.totalMicros + each.window.owedInMicros,
      transfers: [],
    };
  });
}

function newPayment(window: usage.DueWindow, amountMicros: bigint, at: Date): Payment {
  return {
    id: newIdAt("payment", at),
    programId: window.programId,
    merchantId: window.merchantId,
    deviceId: null,
    deviceKind: window.deviceKind,
    zone: window.zone,
    payerId: window.payerId,
    instrumentId: window.instrumentId,
    instrumentKind: window.instrumentKind,
    instrumentLabel: window.instrumentLabel,
    source: "usage",
    externalRef: window.id,
    deviceSequence: null,
    importId: null,
    currency: window.currency,
    amountMicros,
    capturedMicros: amountMicros,
    refundedMicros: 0n,
    state: "captured",
    declineReason: null,
    description:
      window.recordCount === 0n
        ? "Usage that was owed"
        : `${window.recordCount} usage record${window.recordCount === 1n ? "" : "s"}`,
    quantity: { records: window.recordCount.toString() },
    latitude: null,
    longitude: null,
    flags: [],
    riskScore: null,
    captureOnApproval: false,
    occurredAt: at,
    authorisedAt: at,
    expiresAt: null,
    capturedAt: at,
    closedAt: null,
    holdTransferId: null,
    captureTransferId: newIdAt("transfer", at),
    ...PAID_IN_MONEY,
    // What allowances covered stands with the records; the window gathers the money that is left.
    allowanceId: null,
    allowanceMonth: null,
    allowanceUnit: null,
    allowanceQuantityMicros: 0n,
    allowanceMicros: 0n,
    counted: null,
  };
}

function declined(payment: Payment, reason: DeclineReason, at: Date): Payment {
  return {
    ...payment,
    state: "declined",
    declineReason: reason,
    capturedMicros: 0n,
    authorisedAt: null,
    capturedAt: null,
    closedAt: at,
    captureTransferId: null,
  };
}

function timelineOf(
  { window, payment, carriedInMicros, carriedOutMicros, owedOutMicros }: Closing,
  at: Date,
): PaymentEvent[] {
  const event = (kind: PaymentEvent["kind"], detail: Record<string, unknown>): PaymentEvent => ({
    paymentId: payment.id,
    merchantId: payment.merchantId,
    at,
    kind,
    detail,
  });
  return [
    event("window_closed", {
      records: window.recordCount.toString(),
      gathered_micros: window.totalMicros.toString(),
      carried_in_micros: carriedInMicros.toString(),
      carried_out_micros: carriedOutMicros.toString(),
      ...(window.owedInMicros > 0n && {
        owed_in_micros: window.owedInMicros.toString(),
        owed_from: window.owedFrom && toPublicId("payment", window.owedFrom),
      }),
      ...(owedOutMicros > 0n && { owed_out_micros: owedOutMicros.toString() }),
    }),
    payment.state === "captured"
      ? event("captured", { amount_micros: payment.amountMicros.toString() })
      : event("declined", { reason: payment.declineReason }),
  ];
}

function windowClosed(window: usage.DueWindow, payment: Payment): OutboxEvent {
  return {
    aggregateType: "usage_window",
    aggregateId: window.id,
    type: "window.closed",
    payload: {
      id: toPublicId("usageWindow", window.id),
      payment: toPublicId("payment", payment.id),
      merchant: toPublicId("organisation", window.merchantId),
      records: window.recordCount.toString(),
    },
    organisationId: window.merchantId,
  };
}
