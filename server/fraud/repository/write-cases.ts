/** Writes cases, claims, notes and decisions. Everything that two reviewers could race for is decided in SQL. */
import { insertRows } from "@/server/platform/bulk";
import type { SqlTx } from "@/server/platform/db";
import { type Id, newId } from "@/server/platform/ids";
import type { CaseState } from "../constants";
import { expectedLossMicros } from "../rules";
import type { NewCase } from "../types";

export async function insertCases(tx: SqlTx, cases: readonly NewCase[]): Promise<void> {
  if (cases.length === 0) return;
  await insertRows<NewCase>(
    tx,
    "review_case",
    [
      { name: "id", type: "uuid", value: (row) => row.id },
      { name: "payment_id", type: "uuid", value: (row) => row.paymentId },
      { name: "program_id", type: "uuid", value: (row) => row.programId },
      { name: "merchant_id", type: "uuid", value: (row) => row.merchantId },
      { name: "device_id", type: "uuid", value: (row) => row.deviceId },
      { name: "score", type: "smallint", value: (row) => row.screening.score },
      { name: "base_points", type: "smallint", value: (row) => row.screening.basePoints },
      { name: "policy_version", type: "integer", value: (row) => row.policyVersion },
      { name: "amount_micros", type: "bigint", value: (row) => row.amountMicros },
      { name: "currency", type: "text", value: (row) => row.currency },
      {
        name: "expected_loss_micros",
        type: "bigint",
        value: (row) => expectedLossMicros(row.amountMicros, row.screening.score),
      },
      { name: "headline", type: "text", value: (row) => row.screening.signals[0]?.sentence ?? "" },
      { name: "would_have_passed", type: "text", value: (row) => row.screening.wouldHavePassed },
      { name: "opened_at", type: "timestamptz", value: (row) => row.openedAt },
      { name: "due_at", type: "timestamptz", value: (row) => row.dueAt },
    ],
    cases,
  );
  const signals = cases.flatMap((each) =>
    each.screening.signals.map((signal, ordinal) => ({ ...signal, caseId: each.id, ordinal })),
  );
  await insertRows(
    tx,
    "case_signal",
    [
      { name: "case_id", type: "uuid", value: (row) => row.caseId },
      { name: "ordinal", type: "smallint", value: (row) => row.ordinal },
      { name: "name", type: "text", value: (row) => row.name },
      { name: "points", type: "smallint", value: (row) => row.points },
      { name: "sentence", type: "text", value: (row) => row.sentence },
      { name: "facts", type: "jsonb", value: (row) => JSON.stringify(row.facts) },
    ],
    signals,
  );
}

/** The next case that nobody holds, most to lose first. Reviewers who ask at the same time get different ones. */
export async function claimNext(
  tx: SqlTx,
  reviewer: { id: Id<"user">; at: Date; until: Date; programId: Id<"program"> | null },
): Promise<Id<"case"> | null> {
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
  },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update review_case set state = $2, decided_by = $3, decided_at = $4, decision_note = $5,
       claimed_by = null, claim_expires_at = null
     where id = $1 and state in ('open', 'escalated')
       and ($3::uuid is null or claimed_by is null or claimed_by = $3 or claim_expires_at <= $4)`,
    [decision.caseId, decision.state, decision.deciderId, decision.at, decision.note],
  );
  return rowCount === 1;
}
