/** Who must agree to a version, who has, and who may speak: all reckoned by functions of the database. */
import type { SqlTx } from "@/server/platform/db";

/** Where one organisation stands; `because` is null for versions that are decided. */
export interface StandingRow {
  agreement_id: string;
  organisation_id: string;
  slug: string;
  name: string;
  kind: string;
  because: "named" | "named_before" | "merchant" | null;
  asked_at: Date | null;
  answer: "approved" | "rejected" | null;
  answered_by: string | null;
  answered_at: Date | null;
  reason: string | null;
  standing_consent_id: string | null;
  notice_ends_at: Date | null;
  agreed: boolean;
}

/** Where everybody stands at a moment, as far as the scope may see it, by name. */
export async function listStanding(
  tx: SqlTx,
  agreementIds: readonly string[],
  at: Date,
): Promise<StandingRow[]> {
  const { rows } = await tx.query<StandingRow>(
    `select a.id as agreement_id, s.* from unnest($1::uuid[]) a(id) cross join lateral agreement_answers(a.id, $2) s`,
    [agreementIds, at],
  );
  return rows;
}

/** How many merchants were asked and how many agree, for scopes that may not see which. */
export async function countMerchants(
  tx: SqlTx,
  agreementIds: readonly string[],
  at: Date,
): Promise<Map<string, { asked: number; agreed: number }>> {
  const { rows } = await tx.query<{ id: string; asked: number; agreed: number }>(
    `select a.id, m.asked, m.agreed from unnest($1::uuid[]) a(id) cross join lateral agreement_merchants(a.id, $2) m`,
    [agreementIds, at],
  );
  return new Map(rows.map(({ id, asked, agreed }) => [id, { asked, agreed }]));
}

/** Why this person cannot answer for the organisation; null when they can. */
export async function findAnswerFault(
  tx: SqlTx,
  key: { agreementId: string; organisationId: string; userId: string },
): Promise<"not_a_member" | "of_the_operator" | "brought_by_operator" | null> {
  const { rows } = await tx.query<{ fault: "not_a_member" | "of_the_operator" | "brought_by_operator" }>(
    "select agreement_person_fault($1, $2, $3) as fault",
    [key.agreementId, key.organisationId, key.userId],
  );
  return rows[0]?.fault ?? null;
}

export type SecondPersonFault = "person_unknown" | "same_person" | "invited_by_other" | "account_too_new";

/** Why this person cannot approve for the operator what was drafted and proposed; null when they can. */
export async function findApprovalFault(
  tx: SqlTx,
  agreementId: string,
  userId: string,
): Promise<SecondPersonFault | null> {
  const { rows } = await tx.query<{ fault: SecondPersonFault | null }>(
    "select agreement_approver_fault($1, $2) as fault",
    [agreementId, userId],
  );
  return rows[0]?.fault ?? null;
}

/** From when on a proposal that not everybody has answered is given up. */
export async function findExpiry(tx: SqlTx, agreementId: string): Promise<Date | null> {
  const { rows } = await tx.query<{ at: Date | null }>(
    `select agreement_expires_at(effective_from, proposed_at, program_terms_id) as at
       from agreement where id = $1 and proposed_at is not null`,
    [agreementId],
  );
  return rows[0]?.at ?? null;
}
