/** Rows of agreements and of the answers to them. */
import type { SqlTx } from "@/server/platform/db";
import type { Agreement } from "../agreement/shape";
import type { AgreementState } from "../constants";

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
  decided_at: Date | null;
}

export interface PartyAnswerRow {
  agreement_id: string;
  organisation_id: string;
  slug: string;
  name: string;
  kind: string;
  answer: "approved" | "rejected" | null;
  answered_by: string | null;
  answered_at: Date | null;
  reason: string | null;
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

export async function insertParties(tx: SqlTx, agreementId: string, partyIds: readonly string[]) {
  await tx.query(
    `insert into agreement_party (agreement_id, organisation_id)
     select $1, * from unnest($2::uuid[]) on conflict do nothing`,
    [agreementId, partyIds],
  );
}

/** Writes an answer unless one was given before. Row-level security lets nobody answer for another party. */
export async function writeAnswer(
  tx: SqlTx,
  answer: {
    agreementId: string;
    partyId: string;
    answer: "approved" | "rejected";
    userId: string | null;
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

export async function listAnswers(tx: SqlTx, agreementIds: readonly string[]): Promise<PartyAnswerRow[]> {
  const { rows } = await tx.query<PartyAnswerRow>(
    `select p.agreement_id, p.organisation_id, o.slug, o.name, o.kind, p.answer, p.answered_by, p.answered_at, p.reason
       from agreement_party p join organisation o on o.id = p.organisation_id
      where p.agreement_id = any($1::uuid[]) order by o.name`,
    [agreementIds],
  );
  return rows;
}

export async function setAgreementState(
  tx: SqlTx,
  agreementId: string,
  change: { state: AgreementState; proposedAt?: Date; decidedAt?: Date; governsFrom?: Date },
): Promise<void> {
  await tx.query(
    `update agreement set state = $2, proposed_at = coalesce($3, proposed_at), decided_at = coalesce($4, decided_at),
            governs_from = coalesce($5, governs_from) where id = $1`,
    [
      agreementId,
      change.state,
      change.proposedAt ?? null,
      change.decidedAt ?? null,
      change.governsFrom ?? null,
    ],
  );
}

/** Proposed versions to which every named party has answered. */
export async function listAnsweredProposals(tx: SqlTx): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select a.id from agreement a where a.state = 'proposed' and not exists (
       select 1 from agreement_party p where p.agreement_id = a.id and p.answer is null)`,
  );
  return rows.map(({ id }) => id);
}

/** Whether a version governs the program at this moment or will later. */
export async function hasGoverningVersion(tx: SqlTx, programId: string, at: Date): Promise<boolean> {
  const { rows } = await tx.query(
    "select 1 from agreement where program_id = $1 and governs_from <= $2 limit 1",
    [programId, at],
  );
  return rows.length > 0;
}

export async function hasVersionFrom(tx: SqlTx, programId: string, from: Date): Promise<boolean> {
  const { rows } = await tx.query("select 1 from agreement where program_id = $1 and governs_from = $2", [
    programId,
    from,
  ]);
  return rows.length > 0;
}

/** Lets approved versions whose time has come take over; gives those that changed. */
export async function flipVersions(tx: SqlTx, at: Date): Promise<{ id: string; state: AgreementState }[]> {
  const { rows } = await tx.query<{ id: string; state: AgreementState }>(
    `with newest as (
       select distinct on (program_id) program_id, id from agreement
        where governs_from <= $1 order by program_id, governs_from desc)
     update agreement a set state = case when a.id = n.id then 'in_force' else 'superseded' end
       from newest n
      where n.program_id = a.program_id and a.governs_from <= $1
        and a.state <> case when a.id = n.id then 'in_force' else 'superseded' end
      returning a.id, a.state`,
    [at],
  );
  return rows;
}
