/** The review queue and the policies behind it. What a decision does to the payment's money lives with payments. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant, notFound } from "@/server/platform/errors";
import type { Id } from "@/server/platform/ids";
import { emit, type OutboxEvent } from "@/server/platform/outbox";
import type { OperatorScope, PlatformScope } from "@/server/platform/scope";
import {
  type CaseState,
  CLAIM_LEASE_MINUTES,
  type DecisionReason,
  OPEN_CASE_STATES,
  type OverturnRefusal,
} from "./constants";
import { caseDecided, caseOpened, caseOverturned } from "./events";
import * as policies from "./repository/keep-policies";
import * as reads from "./repository/read-cases";
import * as writes from "./repository/write-cases";
import { learnHabit } from "./rules";
import { DEFAULT_TERMS, type FraudTerms, fraudTermsSchema } from "./schema";
import type { CaseDetail, CaseRefusal, CaseRow, HabitObservation, NewCase } from "./types";

export { viewCaseDetail } from "./view-case";

const parsedTerms = new Map<string, FraudTerms>();

/** Parses a stored policy; versions never change, so each is parsed once a process. */
function termsOf(programId: string, version: number, terms: unknown): FraudTerms {
  const key = `${programId}:${version}`;
  const known = parsedTerms.get(key);
  if (known) return known;
  const parsed = fraudTermsSchema.parse(terms);
  parsedTerms.set(key, parsed);
  return parsed;
}

/** The program's policy of this version, from memory once it was read: versions never change. */
export async function getPolicyTerms(
  scope: PlatformScope,
  programId: Id<"program">,
  version: number | null,
): Promise<FraudTerms> {
  if (version === null) return DEFAULT_TERMS;
  const known = parsedTerms.get(`${programId}:${version}`);
  if (known) return known;
  const stored = await withScope(scope, (tx) => policies.findPolicyTerms(tx, programId, version));
  invariant(stored, "a policy stands once a payment was told of its version");
  return termsOf(programId, version, stored);
}

/** What opening cases writes: rows for the statement that stores their payments, and the events that tell of them. */
export function openCases(
  cases: readonly NewCase[],
): ReturnType<typeof writes.caseRecords> & { events: OutboxEvent[] } {
  return { ...writes.caseRecords(cases), events: cases.map(caseOpened) };
}

export interface CaseDecision {
  caseId: Id<"case">;
  paymentId: Id<"payment">;
  state: Extract<CaseState, "approved" | "declined" | "expired" | "withdrawn">;
  note: string | null;
  /** Of a reviewer's decision; the policy and devices give none. */
  reason: DecisionReason | null;
}

/**
 * Closes a case in the transaction that moves its payment; false when it was closed before or another reviewer's
 * claim still runs. The caller holds the payment's row lock and does nothing on false.
 */
export async function closeCase(tx: SqlTx, scope: PlatformScope, decision: CaseDecision): Promise<boolean> {
  const byReviewer = decision.state === "approved" || decision.state === "declined";
  const deciderId = byReviewer ? userOf(scope) : null;
  const closed = await writes.closeCase(tx, { ...decision, deciderId, at: now() });
  if (!closed) return false;
  await audit(tx, scope, {
    action: `case.${decision.state}`,
    subjectKind: "case",
    subjectId: decision.caseId,
    after: { payment_id: decision.paymentId, reason: decision.reason, note: decision.note },
  });
  await emit(tx, [caseDecided(decision.caseId, decision.paymentId, decision.state)]);
  return true;
}

/** The case as it is in this transaction. Throws `not_found`. */
export async function readCase(tx: SqlTx, caseId: Id<"case">): Promise<CaseDetail> {
  const found = await reads.findCase(tx, caseId);
  if (!found) throw notFound("case");
  return found;
}

/** Why the signed-in person cannot overturn what somebody else decided; null when they can. */
export async function whyNotOverturn(
  tx: SqlTx,
  scope: OperatorScope,
  found: CaseDetail,
): Promise<OverturnRefusal | null> {
  if (found.state !== "approved" && found.state !== "declined") return "not_decided_by_person";
  if (!found.decidedById || !found.decidedAt) return "not_decided_by_person";
  if (found.overturnedAt) return "already_overturned";
  const fault = await writes.faultOfSecond(tx, found.decidedById, userOf(scope), found.decidedAt);
  return fault === null ? null : fault === "same_person" ? "own_decision" : "not_independent";
}

/**
 * Records that a second person found another verdict right, in the transaction that moves what can still be moved.
 * The database refuses the one who decided, whoever that person brought in, and accounts made since.
 */
export async function recordOverturn(
  tx: SqlTx,
  scope: OperatorScope,
  found: CaseDetail,
  overturn: Pick<writes.Overturn, "verdict" | "reason" | "note" | "refundId">,
): Promise<boolean> {
  invariant(found.decidedById && found.decidedAt, "what is overturned was decided by a person");
  const { decidedById: decidedBy, decidedAt } = found;
  const by = userOf(scope);
  const done = await writes.insertOverturn(tx, {
    ...overturn,
    caseId: found.id,
    decidedBy,
    decidedAt,
    overturnedBy: by,
    at: now(),
  });
  if (!done) return false;
  await audit(tx, scope, {
    action: "case.overturned",
    subjectKind: "case",
    subjectId: found.id,
    before: { state: found.state, reason: found.decisionReason, decided_by: decidedBy },
    after: { verdict: overturn.verdict, reason: overturn.reason, note: overturn.note },
  });
  await emit(tx, [caseOverturned(found.id, found.paymentId, overturn.verdict)]);
  return true;
}

export async function findCaseIdOfPayment(tx: SqlTx, paymentId: Id<"payment">): Promise<Id<"case"> | null> {
  return await reads.findCaseIdOfPayment(tx, paymentId);
}

/** The case that a payment raised, for people who read the payment. */
export async function findCaseOfPayment(
  scope: OperatorScope,
  paymentId: Id<"payment">,
): Promise<Id<"case"> | null> {
  return await withScope(scope, (tx) => reads.findCaseIdOfPayment(tx, paymentId));
}

/** Cases whose time is over, oldest first, without those that are named. */
export async function findOverdueCases(
  tx: SqlTx,
  limit: number,
  without: readonly string[] = [],
): Promise<reads.DueCase[]> {
  return await reads.findDueCaseIds(tx, now(), limit, without);
}

export interface CasePage {
  items: CaseRow[];
  nextCursor: string | null;
}

/**
 * The queue (most to lose first, or least time left first), or decided cases (latest first) when `states` names only
 * those.
 */
export async function listCases(
  scope: OperatorScope,
  query: {
    programId?: Id<"program"> | undefined;
    states?: CaseState[] | undefined;
    sort: "expected_loss" | "time_left";
    mine: boolean;
    cursor?: string | null | undefined;
    limit: number;
  },
): Promise<CasePage> {
  const states = query.states ?? [...OPEN_CASE_STATES];
  const isHistory = states.every((state) => state !== "open" && state !== "escalated");
  const sort = isHistory ? ("decided" as const) : query.sort;
  const rows = await withScope(scope, (tx) =>
    reads.listCases(tx, {
      programId: query.programId ?? null,
      states,
      sort,
      claimedBy: query.mine ? userOf(scope) : null,
      after: parseCursor(query.cursor, sort),
      limit: query.limit + 1,
    }),
  );
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  const key = {
    expected_loss: () => String(last?.expectedLossMicros),
    time_left: () => last?.dueAt.toISOString(),
    decided: () => last?.decidedAt?.toISOString(),
  }[sort];
  return { items, nextCursor: rows.length > query.limit && last ? `${key()}~${last.id}` : null };
}

export async function getCase(scope: OperatorScope, caseId: Id<"case">): Promise<CaseDetail> {
  const found = await withScope(scope, (tx) => reads.findCase(tx, caseId));
  if (!found) throw notFound("case");
  return found;
}

export async function getQueueFigures(
  scope: OperatorScope,
  programId?: Id<"program">,
): Promise<reads.QueueFigures[]> {
  return await withScope(scope, (tx) => reads.sumQueue(tx, now(), programId ?? null));
}

type Outcome<T = object> = ({ ok: true } & T) | { ok: false; reason: CaseRefusal };

/**
 * Claims the next open case for the signed-in reviewer. A lease of ten minutes lets an absent reviewer's case go back
 * to the queue.
 */
export async function claimNextCase(
  scope: OperatorScope,
  programId?: Id<"program">,
): Promise<Outcome<{ caseId: Id<"case"> }>> {
  return await withScope(scope, async (tx) => {
    const caseId = await writes.claimNext(tx, { ...lease(scope), programId: programId ?? null });
    if (!caseId) return { ok: false, reason: "queue_empty" };
    await auditCase(tx, scope, "case.claimed", caseId);
    return { ok: true, caseId };
  });
}

/** Claims this case, or renews the reviewer's own claim. */
export async function claimCase(scope: OperatorScope, caseId: Id<"case">): Promise<Outcome> {
  return await withScope(scope, async (tx) => {
    const reviewer = lease(scope);
    if (await writes.holdsTooMany(tx, caseId, reviewer)) return { ok: false, reason: "too_many_claims" };
    if (await writes.claimOne(tx, caseId, reviewer)) {
      await auditCase(tx, scope, "case.claimed", caseId);
      return { ok: true };
    }
    return { ok: false, reason: await whyNot(tx, caseId) };
  });
}

export async function releaseCase(scope: OperatorScope, caseId: Id<"case">): Promise<Outcome> {
  return await withScope(scope, async (tx) => {
    if (!(await writes.releaseClaim(tx, caseId, userOf(scope)))) return { ok: false, reason: "not_claimed" };
    await auditCase(tx, scope, "case.released", caseId);
    return { ok: true };
  });
}

/** Hands the case to somebody with more authority: it leaves the open queue and its claim ends. */
export async function escalateCase(
  scope: OperatorScope,
  caseId: Id<"case">,
  text?: string,
): Promise<Outcome> {
  return await withScope(scope, async (tx) => {
    if (!(await writes.escalate(tx, caseId))) return { ok: false, reason: await whyNot(tx, caseId) };
    if (text) await writes.insertNote(tx, { caseId, authorId: userOf(scope), at: now(), text });
    await auditCase(tx, scope, "case.escalated", caseId);
    return { ok: true };
  });
}

export async function addCaseNote(scope: OperatorScope, caseId: Id<"case">, text: string): Promise<void> {
  await withScope(scope, async (tx) => {
    if (!(await reads.findCase(tx, caseId))) throw notFound("case");
    await writes.insertNote(tx, { caseId, authorId: userOf(scope), at: now(), text });
    await auditCase(tx, scope, "case.noted", caseId);
  });
}

export interface Policy {
  /** 0 while the program goes by the defaults. */
  version: number;
  terms: FraudTerms;
}

export async function getPolicy(scope: PlatformScope, programId: Id<"program">): Promise<Policy> {
  const stored = await withScope(scope, (tx) => policies.findPolicy(tx, programId));
  if (!stored) return { version: 0, terms: DEFAULT_TERMS };
  return { version: stored.version, terms: termsOf(programId, stored.version, stored.terms) };
}

/** Adds a version; payments from now on go by it, cases keep the version that raised them. */
export async function setPolicy(
  scope: PlatformScope,
  programId: Id<"program">,
  terms: FraudTerms,
): Promise<number> {
  return await withScope(scope, async (tx) => {
    const before = await policies.findPolicy(tx, programId);
    const createdBy = scope.actor.kind === "user" ? scope.actor.id : null;
    const version = await policies.insertPolicy(tx, { programId, terms, createdBy, at: now() });
    await audit(tx, scope, {
      action: "fraud_policy.changed",
      subjectKind: "program",
      subjectId: programId,
      before: { version: before?.version ?? 0, terms: before?.terms ?? DEFAULT_TERMS },
      after: { version, terms },
    });
    return version;
  });
}

/** Where learning of this program stands, locked until the transaction ends. */
export async function lockLearning(tx: SqlTx, programId: Id<"program">): Promise<bigint> {
  return await policies.lockProgress(tx, programId);
}

/** Adds what captured payments up to `through` show to the program's habits. Call it under `lockLearning`. */
export async function learnHabits(
  tx: SqlTx,
  programId: Id<"program">,
  seen: readonly HabitObservation[],
  through: bigint,
): Promise<void> {
  for (const each of seen) {
    const habit = (await policies.findHabit(tx, each)) ?? { observations: 0n, meanLog: 0, m2Log: 0 };
    await policies.saveHabit(tx, each, learnHabit(habit, each));
  }
  await policies.saveProgress(tx, programId, through);
}

function lease(scope: OperatorScope): { id: Id<"user">; at: Date; until: Date } {
  const at = now();
  return { id: userOf(scope), at, until: new Date(at.getTime() + CLAIM_LEASE_MINUTES * 60_000) };
}

function userOf(scope: PlatformScope): Id<"user"> {
  invariant(scope.actor.kind === "user", "a reviewer is a person");
  return scope.actor.id;
}

async function whyNot(tx: SqlTx, caseId: Id<"case">): Promise<CaseRefusal> {
  const found = await reads.findCase(tx, caseId);
  if (!found) throw notFound("case");
  return found.state === "open" || found.state === "escalated" ? "claimed_by_other" : "case_not_open";
}

async function auditCase(tx: SqlTx, scope: OperatorScope, action: string, caseId: Id<"case">): Promise<void> {
  await audit(tx, scope, { action, subjectKind: "case", subjectId: caseId });
}

const CURSORS = {
  expected_loss: /^(\d{1,18})~([0-9a-f-]{36})$/,
  time_left: /^(\d{4}-\d\d-\d\dT[\d:.]{8,12}Z)~([0-9a-f-]{36})$/,
  decided: /^(\d{4}-\d\d-\d\dT[\d:.]{8,12}Z)~([0-9a-f-]{36})$/,
};

/** A cursor of another order, or one that somebody made up, starts again at the beginning. */
function parseCursor(
  cursor: string | null | undefined,
  sort: keyof typeof CURSORS,
): { key: string; id: string } | null {
  const match = CURSORS[sort].exec(cursor ?? "");
  return match?.[1] && match[2] ? { key: match[1], id: match[2] } : null;
}
