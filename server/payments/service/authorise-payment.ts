/**
 * Authorisation: facts in one query, a pure decision, one commit. Everything works on batches; a single payment is a
 * batch of one.
 */
import { termsOf } from "@/server/fraud/service";
import type { NewCase } from "@/server/fraud/types";
import { accountIdFor } from "@/server/ledger/service";
import type { TransferInput } from "@/server/ledger/types";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { newIdAt } from "@/server/platform/ids";
import { type DeviceScope, mintSystemScope } from "@/server/platform/scope";
import { sandboxAcquirer } from "../acquirer";
import { type DeclineReason, HOLD_HOURS, type PaymentRefusal } from "../constants";
import {
  type AuthorisationCommitted,
  type AuthorisationToCommit,
  commitAuthorisations,
} from "../repository/commit-authorisations";
import { findAuthorisationFacts, type StoredFacts } from "../repository/find-authorisation-facts";
import {
  clearingAccount,
  decideAuthorisation,
  isTapTimeAcceptable,
  placeOf,
  presentPayment,
  statusOf,
} from "../rules";
import type {
  AuthorisationFacts,
  AuthoriseRequest,
  AuthoriseResult,
  Decision,
  EarlierAnswer,
  Payment,
  PaymentEvent,
} from "../types";
import { ensureCardInstrument } from "./manage-instruments";

// One commit is shared by devices of several merchants, so row-level security cannot speak for each; who the device
// is was verified before, and every fact is looked up by the device's own id.
const platform = mintSystemScope("payments");

export interface AuthorisationItem {
  scope: DeviceScope;
  request: AuthoriseRequest;
  /** Business time of this one; `now()` when left out. */
  at?: Date;
}

/**
 * Authorises a payment, captures it at once when asked, or opens a case and keeps the hold. A repeat of the same key
 * and request gets the first answer, refusals included; the same key with another request is refused.
 */
export async function authorisePayment(
  scope: DeviceScope,
  request: AuthoriseRequest,
): Promise<AuthoriseResult> {
  const [result] = await authorisePayments([{ scope, request }]);
  return result ?? { ok: false, reason: "device_not_active" };
}

/** Authorises many in one transaction, in the given order; equal to one after the other. */
export async function authorisePayments(items: readonly AuthorisationItem[]): Promise<AuthoriseResult[]> {
  if (items.length === 0) return [];
  const timed = items.map((item) => ({ ...item, at: item.at ?? now() }));
  const facts = await lookUpFacts(timed);
  const results = new Map<number, AuthoriseResult>();
  const planned = new Map<string, { position: number; item: AuthorisationToCommit }>();
  const repeats: { position: number; of: string; requestHash: Uint8Array }[] = [];
  const seen = new BatchMemory();
  for (const [position, item] of timed.entries()) {
    const stored = facts[position];
    const key = `${item.scope.deviceId} ${item.request.idempotencyKey}`;
    const refusal = refusalOf(item, stored);
    if (stored?.earlier) results.set(position, replay(stored.earlier, item.request.requestHash));
    else if (refusal || !stored) results.set(position, { ok: false, reason: refusal ?? "device_not_active" });
    else if (planned.has(key)) repeats.push({ position, of: key, requestHash: item.request.requestHash });
    else {
      const current = seen.apply(withTerms(stored), item.request.occurredAt ?? item.at);
      const decision = await decide(item, current);
      const commit = plan(item, current, decision);
      seen.remember(commit, current);
      planned.set(key, { position, item: commit });
    }
  }
  const toCommit = [...planned.values()];
  const outcomes =
    toCommit.length === 0
      ? []
      : await withScope(platform, (tx) =>
          commitAuthorisations(
            tx,
            toCommit.map(({ item }) => item),
          ),
        );
  for (const [at, { position, item }] of toCommit.entries()) {
    const outcome = outcomes[at];
    if (outcome) results.set(position, resultOf(outcome, item.requestHash));
  }
  for (const { position, of, requestHash } of repeats) {
    const first = planned.get(of);
    const answer = first && results.get(first.position);
    if (!first || !answer?.ok) results.set(position, { ok: false, reason: "idempotency_key_reused" });
    else {
      const earlier = {
        requestHash: first.item.requestHash,
        status: answer.status,
        response: answer.payment,
      };
      results.set(position, replay(earlier, requestHash));
    }
  }
  return timed.map((_, position) => results.get(position) ?? { ok: false, reason: "device_not_active" });
}

type TimedItem = AuthorisationItem & { at: Date };

/** Facts of all items; cards that are seen for the first time get their instrument, then their facts. */
async function lookUpFacts(items: readonly TimedItem[]): Promise<(StoredFacts | null)[]> {
  const ask = (some: readonly TimedItem[]) =>
    withScope(platform, (tx) =>
      findAuthorisationFacts(
        tx,
        some.map(({ scope, request, at }) => ({
          deviceId: scope.deviceId,
          instrumentToken: request.instrumentToken,
          idempotencyKey: request.idempotencyKey,
          occurredAt: request.occurredAt ?? at,
        })),
      ),
    );
  const facts = await ask(items);
  const newCards = items.flatMap((item, at) => {
    const stored = facts[at];
    const isNew = stored && !stored.instrument && sandboxAcquirer.recognises(item.request.instrumentToken);
    return isNew ? [{ item, at, programId: stored.device.programId }] : [];
  });
  if (newCards.length === 0) return facts;
  for (const { item, programId } of newCards) {
    await ensureCardInstrument(platform, programId, item.request.instrumentToken);
  }
  const again = await ask(newCards.map(({ item }) => item));
  for (const [index, { at }] of newCards.entries()) facts[at] = again[index] ?? null;
  return facts;
}

function refusalOf(item: TimedItem, facts: StoredFacts | null | undefined): PaymentRefusal | null {
  if (facts?.device.state !== "active") return "device_not_active";
  if (facts.device.merchantId !== item.scope.organisationId) return "device_not_active";
  const occurredAt = item.request.occurredAt;
  if (occurredAt && !isTapTimeAcceptable(occurredAt, item.at)) return "occurred_at_out_of_range";
  return null;
}

function withTerms(facts: StoredFacts): AuthorisationFacts {
  const { version, terms } = facts.policy;
  return {
    ...facts,
    policy: { version: version ?? 0, terms: termsOf(facts.device.programId, version, terms) },
  };
}

async function decide(item: TimedItem, facts: AuthorisationFacts): Promise<Decision> {
  const decision = decideAuthorisation(item.request, facts, item.at);
  if (decision.verdict === "decline" || facts.instrument?.kind !== "card_token") return decision;
  const answer = await sandboxAcquirer.authorise({
    reference: `${facts.device.id}:${item.request.idempotencyKey}`,
    token: facts.instrument.token,
    amountMicros: item.request.amountMicros,
    currency: item.request.currency,
  });
  return answer.ok ? decision : { verdict: "decline", reason: answer.reason, screening: decision.screening };
}

/** The rows and the transfer that a decision means. */
function plan(item: TimedItem, facts: AuthorisationFacts, decision: Decision): AuthorisationToCommit {
  const { request, at } = item;
  const { device, instrument, policy } = facts;
  const declined: DeclineReason | null = decision.verdict === "decline" ? decision.reason : null;
  const captured = decision.verdict === "authorise" && request.capture;
  const held = !declined && !captured;
  const transferId = declined ? null : newIdAt("transfer", at);
  const place = placeOf(request, facts);
  const reviewUntil = new Date(at.getTime() + policy.terms.reviewMinutes * 60_000);
  const holdUntil = new Date(at.getTime() + HOLD_HOURS[device.kind] * 3_600_000);
  const payment: Payment = {
    id: newIdAt("payment", at),
    programId: device.programId,
    merchantId: device.merchantId,
    deviceId: device.id,
    deviceKind: device.kind,
    zone: device.zone,
    payerId: instrument?.payerId ?? null,
    instrumentId: instrument?.id ?? null,
    instrumentKind: instrument?.kind ?? "unknown",
    instrumentLabel: instrument?.label ?? `Unknown (…${request.instrumentToken.slice(-4)})`,
    source: "device",
    externalRef: `${device.id}:${request.idempotencyKey}`,
    deviceSequence: request.sequence ?? null,
    importId: null,
    currency: request.currency,
    amountMicros: request.amountMicros,
    capturedMicros: captured ? request.amountMicros : 0n,
    refundedMicros: 0n,
    state: declined
      ? "declined"
      : captured
        ? "captured"
        : decision.verdict === "review"
          ? "in_review"
          : "authorised",
    declineReason: declined,
    description: request.description ?? null,
    quantity: request.quantity ?? null,
    latitude: place?.latitude ?? null,
    longitude: place?.longitude ?? null,
    flags: [],
    riskScore: decision.screening?.score ?? null,
    captureOnApproval: decision.verdict === "review" && request.capture,
    occurredAt: request.occurredAt ?? at,
    authorisedAt: declined ? null : at,
    expiresAt: held ? holdUntil : null,
    capturedAt: captured ? at : null,
    closedAt: declined ? at : null,
    holdTransferId: held ? transferId : null,
    captureTransferId: captured ? transferId : null,
  };
  const transfer: TransferInput | null =
    transferId && instrument
      ? {
          id: transferId,
          kind: captured ? "posted" : "pending",
          debitAccountId: instrument.fundingAccountId,
          creditAccountId: accountIdFor(clearingAccount(device.programId, request.currency)),
          amountMicros: request.amountMicros,
          code: captured ? "capture" : "hold",
          journalId: payment.id,
          effectiveAt: at,
        }
      : null;
  const opened: NewCase | null =
    decision.verdict === "review"
      ? {
          id: newIdAt("case", at),
          paymentId: payment.id,
          programId: payment.programId,
          merchantId: payment.merchantId,
          deviceId: device.id,
          amountMicros: payment.amountMicros,
          currency: payment.currency,
          screening: decision.screening,
          policyVersion: policy.version,
          openedAt: at,
          // The hold outlives the review, so that a decision always finds the money.
          dueAt: reviewUntil < holdUntil ? reviewUntil : holdUntil,
        }
      : null;
  return {
    deviceId: device.id,
    key: request.idempotencyKey,
    requestHash: request.requestHash,
    at,
    payment,
    timeline: timelineOf(payment, decision, at),
    transfer,
    case: opened,
  };
}

function timelineOf(payment: Payment, decision: Decision, at: Date): PaymentEvent[] {
  const event = (kind: PaymentEvent["kind"], detail: Record<string, unknown> = {}): PaymentEvent => ({
    paymentId: payment.id,
    merchantId: payment.merchantId,
    at,
    kind,
    detail,
  });
  const amount_micros = payment.amountMicros.toString();
  if (decision.verdict === "decline") return [event("declined", { reason: decision.reason })];
  if (decision.verdict === "review") return [event("held", { amount_micros })];
  const authorised = event("authorised", { amount_micros });
  return payment.state === "captured" ? [authorised, event("captured", { amount_micros })] : [authorised];
}

/** What earlier items of a batch mean for later ones, so that a batch decides as single requests would. */
class BatchMemory {
  private readonly taps = new Map<string, AuthorisationFacts["taps"]>();
  private readonly spent = new Map<string, bigint>();

  apply(facts: AuthorisationFacts, occurredAt: Date): AuthorisationFacts {
    const { instrument } = facts;
    if (!instrument) return facts;
    const spent = this.spent.get(instrument.id) ?? 0n;
    const available = instrument.availableMicros;
    const earlier = (this.taps.get(instrument.id) ?? []).filter((tap) => tap.occurredAt <= occurredAt);
    return {
      ...facts,
      instrument: { ...instrument, availableMicros: available === null ? null : available - spent },
      taps: [...earlier, ...facts.taps],
    };
  }

  remember({ payment }: AuthorisationToCommit, { device }: AuthorisationFacts): void {
    const id = payment.instrumentId;
    if (!id) return;
    const { latitude, longitude } = payment;
    const place = latitude === null || longitude === null ? null : { latitude, longitude };
    const tap = { paymentId: payment.id, occurredAt: payment.occurredAt, place, deviceName: device.name };
    this.taps.set(id, [tap, ...(this.taps.get(id) ?? [])]);
    if (payment.state !== "declined") this.spent.set(id, (this.spent.get(id) ?? 0n) + payment.amountMicros);
  }
}

function resultOf(outcome: AuthorisationCommitted, requestHash: Uint8Array): AuthoriseResult {
  if (outcome.kind === "answered_before") return replay(outcome.earlier, requestHash);
  const { payment } = outcome;
  return { ok: true, status: statusOf(payment.state), replayed: false, payment: presentPayment(payment) };
}

/** The first answer, or the refusal when the key came with another request. */
export function replay(earlier: EarlierAnswer, requestHash: Uint8Array): AuthoriseResult {
  if (!Buffer.from(earlier.requestHash).equals(Buffer.from(requestHash))) {
    return { ok: false, reason: "idempotency_key_reused" };
  }
  return { ok: true, status: earlier.status, replayed: true, payment: earlier.response };
}
