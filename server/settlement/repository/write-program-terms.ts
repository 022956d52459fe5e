/** Terms of a program for its merchants, and the merchants' standing consents to them. */
import type { SqlTx } from "@/server/platform/db";
import type { SecondPersonFault } from "./read-standing";

export interface ProgramTermsRow {
  id: string;
  program_id: string;
  version: number;
  body: string;
  notice_days: number;
  drafted_by: string;
  drafted_by_name: string | null;
  drafted_at: Date;
  confirmed_by: string | null;
  confirmed_by_name: string | null;
  confirmed_at: Date | null;
}

export interface ConsentRow {
  id: string;
  program_terms_id: string;
  organisation_id: string;
  given_by_name: string | null;
  given_at: Date;
}

/** Newest first; parties see those that were confirmed. */
export async function listProgramTerms(tx: SqlTx, programId: string): Promise<ProgramTermsRow[]> {
  const { rows } = await tx.query<ProgramTermsRow>(
    `select t.*, d.name as drafted_by_name, c.name as confirmed_by_name
       from program_terms t left join app_user d on d.id = t.drafted_by left join app_user c on c.id = t.confirmed_by
      where t.program_id = $1 order by t.version desc limit 200`,
    [programId],
  );
  return rows;
}

export async function findProgramTerms(tx: SqlTx, termsId: string): Promise<ProgramTermsRow | null> {
  const { rows } = await tx.query<ProgramTermsRow>(
    `select t.*, null as drafted_by_name, null as confirmed_by_name from program_terms t where t.id = $1`,
    [termsId],
  );
  return rows[0] ?? null;
}

export async function insertProgramTerms(
  tx: SqlTx,
  draft: { id: string; programId: string; body: string; noticeDays: number; by: string; at: Date },
): Promise<number> {
  const { rows } = await tx.query<{ version: number }>(
    `insert into program_terms (id, program_id, version, body, notice_days, drafted_by, drafted_at)
     select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6 from program_terms where program_id = $2
     returning version`,
    [draft.id, draft.programId, draft.body, draft.noticeDays, draft.by, draft.at],
  );
  return rows[0]?.version ?? 0;
}

/** Why this person cannot confirm these terms; null when they can. */
export async function findConfirmFault(
  tx: SqlTx,
  termsId: string,
  userId: string,
): Promise<SecondPersonFault | null> {
  const { rows } = await tx.query<{ fault: SecondPersonFault | null }>(
    "select second_person_fault(drafted_by, $2, drafted_at) as fault from program_terms where id = $1",
    [termsId, userId],
  );
  return rows[0]?.fault ?? null;
}

export async function setConfirmed(tx: SqlTx, termsId: string, by: string, at: Date): Promise<void> {
  await tx.query("update program_terms set confirmed_by = $2, confirmed_at = $3 where id = $1", [
    termsId,
    by,
    at,
  ]);
}

/** Live consents to the given terms, as far as the scope may see them. */
export async function listConsents(tx: SqlTx, termsIds: readonly string[]): Promise<ConsentRow[]> {
  const { rows } = await tx.query<ConsentRow>(
    `select s.id, s.program_terms_id, s.organisation_id, u.name as given_by_name, s.given_at
       from standing_consent s left join app_user u on u.id = s.given_by
      where s.program_terms_id = any($1::uuid[]) and s.withdrawn_at is null`,
    [termsIds],
  );
  return rows;
}

/** False when the organisation consents to these terms already. */
export async function insertConsent(
  tx: SqlTx,
  consent: { id: string; termsId: string; organisationId: string; by: string; at: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into standing_consent (id, program_terms_id, organisation_id, given_by, given_at)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [consent.id, consent.termsId, consent.organisationId, consent.by, consent.at],
  );
  return rowCount === 1;
}

/** Withdraws the organisation's live consents to any terms of the program; gives how many there were. */
export async function withdrawConsents(
  tx: SqlTx,
  key: { programId: string; organisationId: string; by: string; at: Date },
): Promise<number> {
  const { rowCount } = await tx.query(
    `update standing_consent s set withdrawn_by = $3, withdrawn_at = $4
       from program_terms t
      where t.id = s.program_terms_id and t.program_id = $1 and s.organisation_id = $2 and s.withdrawn_at is null`,
    [key.programId, key.organisationId, key.by, key.at],
  );
  return rowCount;
}

/** Why this person cannot speak for the merchant; null when they can. */
export async function findConsentFault(
  tx: SqlTx,
  key: { userId: string; organisationId: string; operatorId: string },
): Promise<"not_a_member" | "of_the_operator" | null> {
  const { rows } = await tx.query<{ fault: "not_a_member" | "of_the_operator" | null }>(
    "select party_person_fault($1, $2, $3, 'infinity') as fault",
    [key.userId, key.organisationId, key.operatorId],
  );
  return rows[0]?.fault ?? null;
}
