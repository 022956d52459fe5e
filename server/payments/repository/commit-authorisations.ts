/**
 * Writes a batch of decided authorisations: key, hold, payment, timeline, events, case and the device's last payment,
 * all or nothing in the caller's transaction. It takes arrays, so that many callers can share one commit.
 */
import { openCases } from "@/server/fraud/service";
import type { NewCase } from "@/server/fraud/types";
import { postTransfers } from "@/server/ledger/service";
import type { TransferInput } from "@/server/ledger/types";
import type { SqlTx } from "@/server/platform/db";
import { invariant } from "@/server/platform/errors";
import type { Id } from "@/server/platform/ids";
import { emit } from "@/server/platform/outbox";
import { paymentEvent } from "../events";
import { presentPayment, statusOf } from "../rules";
import type { EarlierAnswer, Payment, PaymentEvent } from "../types";
import { amendAnswers, claimKeys, findAnswer } from "./keep-idempotency";
import { insertPaymentEvents, insertPayments } from "./payment-columns";

export interface AuthorisationToCommit {
  deviceId: Id<"device">;
  key: string;
  requestHash: Uint8Array;
  at: Date;
  payment: Payment;
  timeline: PaymentEvent[];
  /** The hold, or the charge when it is captured at once; null when declined. */
  transfer: TransferInput | null;
  case: NewCase | null;
}

export type AuthorisationCommitted =
  | { kind: "stored"; payment: Payment }
  /** The key was there already: this is what its first request was answered. */
  | { kind: "answered_before"; earlier: EarlierAnswer };

/** Outcomes in order. Two entries of one batch must not share device and key. */
export async function commitAuthorisations(
  tx: SqlTx,
  batch: readonly AuthorisationToCommit[],
): Promise<AuthorisationCommitted[]> {
  const claimed = await claimKeys(
    tx,
    batch.map((item) => ({
      deviceId: item.deviceId,
      key: item.key,
      requestHash: item.requestHash,
      paymentId: item.payment.id,
      at: item.at,
      status: statusOf(item.payment.state),
      response: presentPayment(item.payment),
    })),
  );
  const fresh = await holdMoney(
    tx,
    batch.filter((_, position) => claimed.has(position)),
  );
  await insertPayments(
    tx,
    fresh.map((item) => item.payment),
  );
  await insertPaymentEvents(
    tx,
    fresh.flatMap((item) => item.timeline),
  );
  await openCases(
    tx,
    fresh.flatMap((item) => (item.case ? [item.case] : [])),
  );
  await emit(
    tx,
    fresh.map((item) => paymentEvent(item.payment)),
  );
  await touchDevices(tx, fresh);
  const stored = new Map(fresh.map((item) => [`${item.deviceId} ${item.key}`, item.payment]));
  const outcomes: AuthorisationCommitted[] = [];
  for (const item of batch) {
    const payment = stored.get(`${item.deviceId} ${item.key}`);
    if (payment) outcomes.push({ kind: "stored", payment });
    else {
      const earlier = await findAnswer(tx, item.deviceId, item.key);
      invariant(earlier, "a key that could not be claimed has an answer");
      outcomes.push({ kind: "answered_before", earlier });
    }
  }
  return outcomes;
}

/**
 * Posts the holds. The ledger is the judge of funds: where another payment was faster, this one becomes declined and
 * its stored answer with it.
 */
async function holdMoney(
  tx: SqlTx,
  items: readonly AuthorisationToCommit[],
): Promise<AuthorisationToCommit[]> {
  const transfers = items.flatMap((item) => (item.transfer ? [item.transfer] : []));
  if (transfers.length === 0) return [...items];
  const codes = await postTransfers(tx, transfers);
  const codeOf = new Map(transfers.map((transfer, at) => [transfer.id, codes[at]]));
  const declined: AuthorisationToCommit[] = [];
  const held = items.map((item) => {
    const code = item.transfer ? codeOf.get(item.transfer.id) : "created";
    if (code === "created") return item;
    invariant(code === "exceeds_credits", `a hold can only fail for want of funds, not with ${code}`);
    const payment: Payment = {
      ...item.payment,
      state: "declined",
      declineReason: "insufficient_funds",
      capturedMicros: 0n,
      captureOnApproval: false,
      authorisedAt: null,
      expiresAt: null,
      capturedAt: null,
      closedAt: item.at,
      holdTransferId: null,
      captureTransferId: null,
    };
    const reason: PaymentEvent = {
      paymentId: payment.id,
      merchantId: payment.merchantId,
      at: item.at,
      kind: "declined",
      detail: { reason: "insufficient_funds" },
    };
    const instead = { ...item, payment, timeline: [reason], transfer: null, case: null };
    declined.push(instead);
    return instead;
  });
  await amendAnswers(
    tx,
    declined.map(({ deviceId, key, payment }) => ({
      deviceId,
      key,
      status: statusOf(payment.state),
      response: presentPayment(payment),
    })),
  );
  return held;
}

async function touchDevices(tx: SqlTx, items: readonly AuthorisationToCommit[]): Promise<void> {
  const latest = new Map<string, Date>();
  for (const { deviceId, at } of items) {
    const known = latest.get(deviceId);
    if (!known || known < at) latest.set(deviceId, at);
  }
  const ids = [...latest.keys()].sort();
  if (ids.length === 0) return;
  await tx.query(
    `update device d set last_payment_at = greatest(d.last_payment_at, t.at), last_seen_at = greatest(d.last_seen_at, t.at)
     from (select u.id, u.at from unnest($1::uuid[], $2::timestamptz[]) as u(id, at)
       join device l on l.id = u.id order by l.id for no key update of l) t
     where d.id = t.id`,
    [ids, ids.map((id) => latest.get(id))],
  );
}
