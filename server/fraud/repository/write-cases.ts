/** Writes cases, claims, notes and decisions. Everything that two reviewers could race for is decided in SQL. */
import type { SqlTx } from "@/server/platform/db";
import { type Id, newId } from "@/server/platform/ids";
import { type CaseState, type DecisionReason, MAX_CLAIMS } from "../constants";
import { expectedLossMicros } from "../rules";
import type { NewCase } from "../types";

/** Rows of new cases and of their signals, as JSON of the tables' columns, for the statement that stores payments. */
export function caseRecords(cases: readonly NewCase[]): { cases: object[]; signals: object[] } {
  return {
    cases: cases.map((row) => ({
      id: row.id,
      payment_id: row.paymentId,
      program_id: row.programId,
      merchant_id: row.merchantId,
      device_id: row.deviceId,
      score: row.screening.score,
      base_points: row.screening.basePoints,
      policy_version: row.policyVersion,
      amount_micros: row.amountMicros.toString(),
      currency: row.currency,
      expected_loss_micros: expectedLossMicros(row.amountMicros, row.screening.score).toString(),
      headline: row.screening.signals[0]?.sentence ?? "",
      would_have_passed: row.screening.wouldHavePassed,
      opened_at: row.openedAt,
      due_at: row.dueAt,
    })),
    signals: cases.flatMap((row) =>
      row.screening.signals.map(({ name, points, sentence, facts }, ordinal) => ({
        case_id: row.id,
        ordinal,
        name,
        points,
        sentence,
        facts,
      })),
    ),
  };
}

/**
 * The case that the reviewer has in hand, renewed; otherwise the next one that nobody holds, most to lose first.
 * Reviewers who ask at the same time get different ones.
 */
export async function claimNext(
  tx: SqlTx,
  reviewer: { id: Id<"user">; at: Date; until: Date; programId: Id<"program"> | null },
): Promise<Id<"case"> | null> {
  await lockClaims(tx, reviewer.id);
  const held = await tx.query<{ id: Id<"case"> }>(
    `update review_case set claim_expires_at = $3
     where id = (
       select id from review_case
       where state = 'open' and due_at > $2 and claimed_by = $1 and claim_expires_at > $2
         and ($4::uuid is null or program_id = $4)
       order by expected_loss_micros desc, due_at, id limit 1)
     returning id`,
    [reviewer.id, reviewer.at, reviewer.until, reviewer.programId],
  );
  if (held.rows[0]) return held.rows[0].id;
  const { rows } = await tx.query<{ id: Id<"case"> }>(
    `update review_case set claimed_by = $1, claim_expires_at = $3
     where id = (
       select id from review_case
       where state = 'open' and due_at > $2 and (claimed_by is null or claim_expires_at <= $2)
         and ($4::uuid is null or program_id = $4)
       order by expected_loss_micros desc, due_at, id
       limit 1 for update skip locked)
     returning id`,
    [reviewer.id, reviewer.at, reviewer.until, reviewer.programId],
  );
  return rows[0]?.id ?? null;
}

/** One person's claims are taken one after the other, so that two windows do not take a case each. */
async function lockClaims(tx: SqlTx, reviewerId: Id<"user">): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('purse.case_claims/' || $1, 0))", [
    reviewerId,
  ]);
}

/** Whether the reviewer holds as many cases, beside this one, as a person can look at. */
export async function holdsTooMany(
  tx: SqlTx,
  caseId: Id<"case">,
  reviewer: { id: Id<"user">; at: Date },
): Promise<boolean> {
  await lockClaims(tx, reviewer.id);
  const { rows } = await tx.query<{ held: bigint }>(
    `select count(*) as held from review_case
     where claimed_by = $1 and claim_expires_at > $2 and state in ('open', 'escalated') and id <> $3`,
    [reviewer.id, reviewer.at, caseId],
  );
  return (rows[0]?.held ?? 0n) >= BigInt(MAX_CLAIMS);
}

export interface Overturn {
  caseId: Id<"case">;
  decidedBy: Id<"user">;
  decidedAt: Date;
  overturnedBy: Id<"user">;
  at: Date;
  verdict: "approved" | "declined";
  reason: DecisionReason;
  note: string;
  refundId: Id<"refund"> | null;
}

/** False when it was overturned before. */
export async function insertOverturn(tx: SqlTx, overturn: Overturn): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into case_overturn (case_id, decided_by, decided_at, overturned_by, overturned_at, verdict, reason, note, refund_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (case_id) do nothing`,
    [
      overturn.caseId,
      overturn.decidedBy,
      overturn.decidedAt,
      overturn.overturnedBy,
      overturn.at,
      overturn.verdict,
      overturn.reason,
      overturn.note,
      overturn.refundId,
    ],
  );
  return rowCount === 1;
}

/** Why this person cannot confirm what another did at that moment; null when nothing speaks against it. */
export async function faultOfSecond(
  tx: SqlTx,
  first: Id<"user">,
  second: Id<"user">,
  since: Date,
): Promise<string | null> {
  const { rows } = await tx.query<{ fault: string | null }>(
    "select second_person_fault($1, $2, $3) as fault",
    [first, second, since],
  );
  return rows[0]?.fault ?? null;
}

/** Claims one case, or renews the reviewer's own claim; false when it is decided or somebody else holds it. */
export async function claimOne(
  tx: SqlTx,
  caseId: Id<"case">,
  reviewer: { id: Id<"user">; at: Date; until: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update review_case set claimed_by = $2, claim_expires_at = $4
     where id = $1 and state in ('open', 'escalated')
       and (claimed_by is null or claimed_by = $2 or claim_expires_at <= $3)`,
    [caseId, reviewer.id, reviewer.at, reviewer.until],
  );
  return rowCount === 1;
}

export async function releaseClaim(tx: SqlTx, caseId: Id<"case">, reviewerId: Id<"user">): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update review_case set claimed_by = null, claim_expires_at = null
     where id = $1 and claimed_by = $2 and state in ('open', 'escalated')`,
    [caseId, reviewerId],
  );
  return rowCount === 1;
}

/** Escalating releases the claim: the case is now for somebody else. */
export async function escalate(tx: SqlTx, caseId: Id<"case">): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update review_case set state = 'escalated', claimed_by = null, claim_expires_at = null
     where id = $1 and state = 'open'`,
    [caseId],
  );
  return rowCount === 1;
}

export async function insertNote(
  tx: SqlTx,
  note: { caseId: Id<"case">; authorId: Id<"user">; at: Date; text: string },
): Promise<void> {
  await tx.query(`insert into case_note (id, case_id, author_id, at, text) values ($1, $2, $3, $4, $5)`, [
    newId("case"),
    note.caseId,
    note.authorId,
    note.at,
    note.text,
  ]);
}

/** Closes a case once: false when it was closed before or another reviewer's claim still runs. */
export async function closeCase(
  tx: SqlTx,
  decision: {
    caseId: Id<"case">;
    state: Extract<CaseState, "approved" | "declined" | "expired" | "withdrawn">;
    deciderId: Id<"user"> | null;
    at: Date;
    note: string | null;
    reason: DecisionReason | null;
  },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update review_case set state = $2, decided_by = $3, decided_at = $4, decision_note = $5, decision_reason = $6,
       claimed_by = null, claim_expires_at = null
     where id = $1 and state in ('open', 'escalated')
       and ($3::uuid is null or claimed_by is null or claimed_by = $3 or claim_expires_at <= $4)`,
    [decision.caseId, decision.state, decision.deciderId, decision.at, decision.note, decision.reason],
  );
  return rowCount === 1;
}
