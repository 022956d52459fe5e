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
import { claimKeys, findAnswer } from "./keep-idempotency";
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

/** The ledger did not find the funds of these payments; nothing of the batch was written. */
export class HoldsRefused extends Error {
  constructor(readonly paymentIds: ReadonlySet<Id<"payment">>) {
    super("The ledger refused holds for want of funds.");
  }
}

/**
 * Outcomes in order. Two entries of one batch must not share device and key. Locks are taken in one order everywhere:
 * devices, keys, and the ledger's accounts last, because all payments of a program meet at its clearing account and
 * should hold it for no longer than a commit. Throws `HoldsRefused` when another payment was faster with the money;
 * the caller begins again with those declined.
 */
export async function commitAuthorisations(
  tx: SqlTx,
  batch: readonly AuthorisationToCommit[],
): Promise<AuthorisationCommitted[]> {
  await touchDevices(tx, batch);
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
  const fresh = batch.filter((_, position) => claimed.has(position));
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
  const outcomes: AuthorisationCommitted[] = [];
  for (const [position, item] of batch.entries()) {
    if (claimed.has(position)) outcomes.push({ kind: "stored", payment: item.payment });
    else {
      const earlier = await findAnswer(tx, item.deviceId, item.key);
      invariant(earlier, "a key that could not be claimed has an answer");
      outcomes.push({ kind: "answered_before", earlier });
    }
  }
  await holdMoney(tx, fresh);
  return outcomes;
}

async function holdMoney(tx: SqlTx, items: readonly AuthorisationToCommit[]): Promise<void> {
  const holds = items.flatMap(({ transfer, payment }) => (transfer ? [{ transfer, payment }] : []));
  if (holds.length === 0) return;
  const codes = await postTransfers(
    tx,
    holds.map(({ transfer }) => transfer),
  );
  const refused = holds.filter((_, position) => codes[position] !== "created");
  if (refused.length === 0) return;
  for (const code of codes) {
    invariant(
      code === "created" || code === "exceeds_credits",
      `a hold fails for want of funds, not with ${code}`,
    );
  }
  throw new HoldsRefused(new Set(refused.map(({ payment }) => payment.id)));
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
