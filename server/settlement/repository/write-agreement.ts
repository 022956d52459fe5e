/** Rows of agreements and of the answers to them. */
import type { SqlTx } from "@/server/platform/db";
import type { Agreement } from "../agreement/shape";
import type { AgreementOutcome, AgreementState } from "../constants";

export interface AgreementRow {
  id: string;
  program_id: string;
  version: number;
  state: AgreementState;
  terms: Agreement;
  terms_sha256: string;
  effective_from: Date;
  governs_from: Date | null;
  created_by: string | null;
  created_at: Date;
  proposed_at: Date | null;
  proposed_by: string | null;
  decided_at: Date | null;
  operator_approved_by: string | null;
  operator_approved_at: Date | null;
  program_terms_id: string | null;
  outcome: AgreementOutcome | null;
  outcome_reason: string | null;
}

export async function findAgreement(
  tx: SqlTx,
  agreementId: string,
  lock: "" | "for update" = "",
): Promise<AgreementRow | null> {
  const { rows } = await tx.query<AgreementRow>(`select * from agreement where id = $1 ${lock}`, [
    agreementId,
  ]);
  return rows[0] ?? null;
}

export async function insertDraft(
  tx: SqlTx,
  draft: {
    id: string;
    programId: string;
    terms: Agreement;
    sha256: string;
    effectiveFrom: Date;
    createdBy: string | null;
    createdAt: Date;
  },
): Promise<number> {
  const { rows } = await tx.query<{ version: number }>(
    `insert into agreement (id, program_id, version, state, terms, terms_sha256, effective_from, created_by, created_at)
     select $1, $2, coalesce(max(version), 0) + 1, 'draft', $3, $4, $5, $6, $7 from agreement where program_id = $2
     returning version`,
    [
      draft.id,
      draft.programId,
      JSON.stringify(draft.terms),
      draft.sha256,
      draft.effectiveFrom,
      draft.createdBy,
      draft.createdAt,
    ],
  );
  return rows[0]?.version ?? 0;
}

/** The organisations that take part in a program, and its operator, by their short names. */
export async function readProgramParties(tx: SqlTx, programId: string): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ slug: string; id: string }>(
    `select o.slug, o.id from organisation o
      where o.id in (select organisation_id from program_party where program_id = $1)
         or o.id = (select operator_id from program where id = $1)`,
    [programId],
  );
  return new Map(rows.map(({ slug, id }) => [slug, id]));
}

/**
 * Asks everybody who must agree and was not asked yet, as the database reckons it; gives whom. Who joins the program
 * while a version is proposed is asked then, and has the whole notice from there.
 */
export async function askRequired(tx: SqlTx, agreementId: string, at: Date): Promise<string[]> {
  const { rows } = await tx.query<{ organisation_id: string }>(
    `insert into agreement_party (agreement_id, organisation_id, asked_at)
     select $1, organisation_id, $2 from agreement_required($1)
     on conflict do nothing returning organisation_id`,
    [agreementId, at],
  );
  return rows.map(({ organisation_id }) => organisation_id);
}

/** Writes an answer unless one was given before. The database lets only a party's own person answer. */
export async function writeAnswer(
  tx: SqlTx,
  answer: {
    agreementId: string;
    partyId: string;
    answer: "approved" | "rejected";
    userId: string;
    at: Date;
    reason: string | null;
  },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update agreement_party set answer = $3, answered_by = $4, answered_at = $5, reason = $6
      where agreement_id = $1 and organisation_id = $2 and answer is null`,
    [answer.agreementId, answer.partyId, answer.answer, answer.userId, answer.at, answer.reason],
  );
  return rowCount === 1;
}

export async function setProposed(tx: SqlTx, agreementId: string, by: string, at: Date): Promise<void> {
  await tx.query(
    "update agreement set state = 'proposed', proposed_by = $2, proposed_at = $3 where id = $1",
    [agreementId, by, at],
  );
}

export async function setOperatorApproved(
  tx: SqlTx,
  agreementId: string,
  by: string,
  at: Date,
): Promise<void> {
  await tx.query("update agreement set operator_approved_by = $2, operator_approved_at = $3 where id = $1", [
    agreementId,
    by,
    at,
  ]);
}

export async function setApproved(
  tx: SqlTx,
  agreementId: string,
  decidedAt: Date,
  governsFrom: Date,
): Promise<void> {
  await tx.query(
    "update agreement set state = 'approved', decided_at = $2, governs_from = $3 where id = $1",
    [agreementId, decidedAt, governsFrom],
  );
}

export async function setRejected(
  tx: SqlTx,
  agreementId: string,
  decided: { at: Date; outcome: AgreementOutcome; by: string | null; reason: string | null },
): Promise<void> {
  await tx.query(
    `update agreement set state = 'rejected', decided_at = $2, outcome = $3, outcome_by = $4, outcome_reason = $5
      where id = $1`,
    [agreementId, decided.at, decided.outcome, decided.by, decided.reason],
  );
}

export async function listProposals(tx: SqlTx): Promise<{ id: string; program_id: string }[]> {
  const { rows } = await tx.query<{ id: string; program_id: string }>(
    "select id, program_id from agreement where state = 'proposed' order by id",
  );
  return rows;
}

/** Whether a version governs the program at this moment or did before. */
export async function hasGoverningVersion(tx: SqlTx, programId: string, at: Date): Promise<boolean> {
  const { rows } = await tx.query(
    "select 1 from agreement where program_id = $1 and governs_from <= $2 limit 1",
    [programId, at],
  );
  return rows.length > 0;
}

/** Whether another version governs from this very moment, or is proposed to. */
export async function isDateTaken(
  tx: SqlTx,
  key: { programId: string; agreementId: string; from: Date },
): Promise<boolean> {
  const { rows } = await tx.query(
    `select 1 from agreement where program_id = $1 and id <> $2
        and (governs_from = $3 or (state in ('proposed', 'approved') and effective_from = $3))`,
    [key.programId, key.agreementId, key.from],
  );
  return rows.length > 0;
}

/** The first moment from `from` on, in whole milliseconds, at which no version of the program begins to govern. */
export async function firstFreeMoment(tx: SqlTx, programId: string, from: Date): Promise<Date> {
  const { rows } = await tx.query<{ at: Date }>(
    `select governs_from as at from agreement where program_id = $1 and governs_from >= $2 order by governs_from`,
    [programId, from],
  );
  let free = +from;
  for (const { at } of rows) if (+at === free) free += 1;
  return new Date(free);
}

/** Programs in which a version's time has come, or in which one that governs no longer stands as in force. */
export async function listProgramsToFlip(tx: SqlTx, at: Date): Promise<string[]> {
  const { rows } = await tx.query<{ program_id: string }>(
    "select distinct program_id from agreement where state = 'approved' and governs_from <= $1",
    [at],
  );
  return rows.map(({ program_id }) => program_id);
}

/** Lets the program's approved versions whose time has come take over; gives those that changed. */
export async function flipVersions(
  tx: SqlTx,
  programId: string,
  at: Date,
): Promise<{ id: string; state: AgreementState }[]> {
  const { rows } = await tx.query<{ id: string; state: AgreementState }>(
    `with newest as (
       select id from agreement where program_id = $1 and governs_from <= $2 order by governs_from desc limit 1)
     update agreement a set state = case when a.id = n.id then 'in_force' else 'superseded' end
       from newest n
      where a.program_id = $1 and a.governs_from <= $2 and a.state in ('approved', 'in_force')
        and a.state <> case when a.id = n.id then 'in_force' else 'superseded' end
      returning a.id, a.state`,
    [programId, at],
  );
  return rows;
}
