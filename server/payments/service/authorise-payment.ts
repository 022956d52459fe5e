/**
 * Authorisation: facts in one query, a pure decision, one commit. Everything works on batches; a single payment is a
 * batch of one.
 */
import { termsOf } from "@/server/fraud/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { type DeviceScope, mintSystemScope } from "@/server/platform/scope";
import { sandboxAcquirer } from "../acquirer";
import type { PaymentRefusal } from "../constants";
import {
  type AuthorisationCommitted,
  type AuthorisationToCommit,
  commitAuthorisations,
  HoldsRefused,
} from "../repository/commit-authorisations";
import { findAuthorisationFacts, type StoredFacts } from "../repository/find-authorisation-facts";
import { decideAuthorisation, isTapTimeAcceptable, presentPayment, statusOf } from "../rules";
import type {
  AuthorisationFacts,
  AuthorisationItem,
  AuthoriseRequest,
  AuthoriseResult,
  Decision,
  EarlierAnswer,
} from "../types";
import { ensureCardInstrument } from "./manage-instruments";
import { BatchMemory, declineForFunds, planAuthorisation, type TimedItem } from "./plan-authorisation";

// One commit is shared by devices of several merchants, so row-level security cannot speak for each; who the device
// is was verified before, and every fact is looked up by the device's own id.
const platform = mintSystemScope("payments");

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
      const commit = planAuthorisation(item, current, decision);
      seen.remember(commit, current);
      planned.set(key, { position, item: commit });
    }
  }
  const toCommit = [...planned.values()];
  const outcomes = await commit(toCommit.map(({ item }) => item));
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

/** Commits the batch; what the ledger has no money for is declined, and the batch committed without it. */
async function commit(batch: readonly AuthorisationToCommit[]): Promise<AuthorisationCommitted[]> {
  if (batch.length === 0) return [];
  let current = [...batch];
  for (;;) {
    try {
      return await withScope(platform, (tx) => commitAuthorisations(tx, current));
    } catch (error) {
      if (!(error instanceof HoldsRefused)) throw error;
      const { paymentIds } = error;
      current = current.map((item) => (paymentIds.has(item.payment.id) ? declineForFunds(item) : item));
    }
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
