/**
 * Authorisation: one round trip for the facts, a pure decision, one round trip for the commit. Everything works on
 * batches; a single payment is a batch of one.
 */
import { getPolicyTerms } from "@/server/fraud/service";
import { now } from "@/server/platform/clock";
import { TransientDatabaseError } from "@/server/platform/db";
import { type DeviceScope, mintSystemScope } from "@/server/platform/scope";
import { sandboxAcquirer } from "../acquirer";
import type { PaymentRefusal } from "../constants";
import { commitAuthorisations } from "../repository/commit-authorisations";
import type { AdmittedMessage, AuthorisationToCommit } from "../repository/committed-rows";
import {
  type FactsAnswer,
  findAuthorisationFacts,
  type StoredFacts,
} from "../repository/find-authorisation-facts";
import { decideAuthorisation, isTapTimeAcceptable } from "../rules/decide-authorisation";
import { statusOf } from "../rules/present-payment";
import type {
  AuthorisationFacts,
  AuthorisationItem,
  AuthoriseRequest,
  AuthoriseResult,
  Decision,
  EarlierAnswer,
  PaymentResult,
} from "../types";
import { GroupAdmission } from "./admit-messages";
import { ensureCardInstrument } from "./manage-instruments";
import { BatchMemory, planAuthorisation, type TimedItem } from "./plan-authorisation";

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
  return await decidePayments(await lookUpPayments(items));
}

/** A payment to authorise with the facts of its decision, of no use but to be decided soon. */
export interface LookedUp {
  item: TimedItem;
  answer: FactsAnswer;
}

/** The first half of an authorisation: facts are read, and how the messages stand to what is remembered. */
export async function lookUpPayments(items: readonly AuthorisationItem[]): Promise<LookedUp[]> {
  if (items.length === 0) return [];
  const timed = items.map((item) => ({ ...item, at: item.at ?? now() }));
  const answers = await lookUpFacts(timed);
  return timed.map((item, at) => ({ item, answer: answers[at] ?? NOTHING }));
}

const NOTHING: FactsAnswer = { outcome: null, known: false, facts: null };

/** Most looks at the facts before a group gives up; each time one fails, somebody else's payments went through. */
const MOST_LOOKS = 8;

/** The second half, in one transaction: messages are admitted, payments decided. Groups may be others than of the first. */
export async function decidePayments(lookedUp: readonly LookedUp[]): Promise<AuthoriseResult[]> {
  const items = lookedUp.map(({ item }) => item);
  let answers = lookedUp.map(({ answer }) => answer);
  for (let look = 1; ; look++) {
    const { results, toCommit, admitted } = await decideAll(items, answers);
    if (await commitAuthorisations(platform, toCommit, admitted, now())) return results;
    if (look === MOST_LOOKS) throw new TransientDatabaseError("Too many payments changed the same facts.");
    answers = await lookUpFacts(items);
  }
}

/** What each is answered when all that is to commit commits. */
async function decideAll(
  items: readonly TimedItem[],
  answers: readonly FactsAnswer[],
): Promise<{ results: AuthoriseResult[]; toCommit: AuthorisationToCommit[]; admitted: AdmittedMessage[] }> {
  const admission = new GroupAdmission();
  const planned = new Map<string, AuthorisationToCommit>();
  const seen = new BatchMemory();
  const results: AuthoriseResult[] = [];
  for (const [position, item] of items.entries()) {
    const { outcome, known, facts } = answers[position] ?? NOTHING;
    const { idempotencyKey, requestHash, occurredAt } = item.request;
    const key = `${item.scope.deviceId} ${idempotencyKey}`;
    const first = planned.get(key);
    if (item.admission && outcome) {
      const judged = admission.admit(item.scope.deviceId, item.admission, outcome, known);
      if (judged !== "admitted") {
        results.push({ ok: false, reason: "not_admitted", outcome: judged });
        continue;
      }
    }
    const refusal = refusalOf(item, facts);
    if (facts?.earlier) results.push(replay(facts.earlier, requestHash));
    else if (refusal || !facts) results.push({ ok: false, reason: refusal ?? "device_not_active" });
    else if (first) results.push(replay(answerOf(first), requestHash));
    else {
      const current = seen.apply(await withTerms(facts), occurredAt ?? item.at);
      const commit = planAuthorisation(item, current, await decide(item, current));
      seen.remember(commit, current);
      planned.set(key, commit);
      const { status, response } = answerOf(commit);
      results.push({ ok: true, status, replayed: false, payment: response });
    }
  }
  return { results, toCommit: [...planned.values()], admitted: admission.admitted };
}

function answerOf({ request, payment, answer }: AuthorisationToCommit): EarlierAnswer {
  return { requestHash: request.requestHash, status: statusOf(payment.state), response: answer };
}

/** Facts of all items; cards that are seen for the first time get their instrument, then their facts. */
async function lookUpFacts(items: readonly TimedItem[]): Promise<FactsAnswer[]> {
  const ask = (some: readonly TimedItem[]) =>
    findAuthorisationFacts(
      platform,
      some.map(({ scope, request, at, admission }) => ({
        deviceId: scope.deviceId,
        instrumentToken: request.instrumentToken,
        idempotencyKey: request.idempotencyKey,
        occurredAt: request.occurredAt ?? at,
        at,
        admission,
      })),
    );
  const answers = await ask(items);
  const newCards = items.flatMap((item, position) => {
    const { outcome, facts } = answers[position] ?? NOTHING;
    const isWelcome = outcome === null || outcome === "admitted";
    const isNew = facts && !facts.instrument && sandboxAcquirer.recognises(item.request.instrumentToken);
    return isWelcome && isNew ? [{ item, position, programId: facts.device.programId }] : [];
  });
  for (const { item, programId } of newCards) {
    await ensureCardInstrument(platform, programId, item.request.instrumentToken);
  }
  if (newCards.length > 0) {
    const again = await ask(newCards.map(({ item }) => item));
    for (const [index, { position }] of newCards.entries()) answers[position] = again[index] ?? NOTHING;
  }
  return answers;
}

function refusalOf(item: TimedItem, facts: StoredFacts | null): PaymentRefusal | null {
  if (facts?.device.state !== "active") return "device_not_active";
  if (facts.device.merchantId !== item.scope.organisationId) return "device_not_active";
  const occurredAt = item.request.occurredAt;
  if (occurredAt && !isTapTimeAcceptable(occurredAt, item.at)) return "occurred_at_out_of_range";
  return null;
}

async function withTerms({ policyVersion, ...facts }: StoredFacts): Promise<AuthorisationFacts> {
  const terms = await getPolicyTerms(platform, facts.device.programId, policyVersion);
  return { ...facts, policy: { version: policyVersion ?? 0, terms } };
}

async function decide(item: TimedItem, facts: AuthorisationFacts): Promise<Decision> {
  const decision = decideAuthorisation(item.request, facts, item.at);
  if (decision.verdict === "decline" || facts.instrument?.kind !== "card_token") return decision;
  if (decision.dueMicros === 0n) return decision;
  const answer = await sandboxAcquirer.authorise({
    reference: `${facts.device.id}:${item.request.idempotencyKey}`,
    token: facts.instrument.token,
    amountMicros: decision.dueMicros,
    currency: item.request.currency,
  });
  if (answer.ok) return decision;
  return { verdict: "decline", reason: answer.reason, screening: decision.screening, limit: null };
}

/** The first answer, or the refusal when the key came with another request. */
export function replay(earlier: EarlierAnswer, requestHash: Uint8Array): PaymentResult {
  if (!Buffer.from(earlier.requestHash).equals(Buffer.from(requestHash))) {
    return { ok: false, reason: "idempotency_key_reused" };
  }
  return { ok: true, status: earlier.status, replayed: true, payment: earlier.response };
}
