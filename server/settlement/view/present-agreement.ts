/** Versions of agreements, and a program's terms, as they leave the server. */
import { toPublicId } from "@/server/platform/ids";
import type { PortalScope } from "@/server/platform/scope";
import type { AgreementListRow } from "../repository/read-agreements";
import type { StandingRow } from "../repository/read-standing";
import type { ProgramTermsRow } from "../repository/write-program-terms";
import type { AgreementSummary, ProgramTermsView } from "../schema";
import { presentProgram } from "./present";

export function presentAgreement(
  row: AgreementListRow,
  standing: readonly StandingRow[],
  merchants: { asked: number; agreed: number } | undefined,
  scope: PortalScope,
): AgreementSummary {
  // Earlier versions noted the operator's own approval among the answers.
  const own = standing.filter(({ agreement_id, kind }) => agreement_id === row.id && kind !== "operator");
  const mine = own.find(({ organisation_id }) => organisation_id === scope.organisationId);
  return {
    id: toPublicId("agreement", row.id),
    version: row.version,
    state: row.state,
    program: presentProgram(row),
    effectiveFrom: row.effective_from.toISOString(),
    governsFrom: row.governs_from?.toISOString() ?? null,
    sha256: row.terms_sha256,
    createdAt: row.created_at.toISOString(),
    proposedAt: row.proposed_at?.toISOString() ?? null,
    decidedAt: row.decided_at?.toISOString() ?? null,
    expiresAt: row.state === "proposed" ? (row.expires_at?.toISOString() ?? null) : null,
    outcome: row.outcome,
    outcomeReason: row.outcome_reason,
    answers: own.map((each) => ({
      party: {
        id: toPublicId("organisation", each.organisation_id),
        slug: each.slug,
        name: each.name,
        kind: each.kind,
      },
      because: each.because,
      answer: each.answer,
      answeredAt: each.answered_at?.toISOString() ?? null,
      reason: each.reason,
      noticeEndsAt: each.notice_ends_at?.toISOString() ?? null,
      agreed: each.agreed,
    })),
    merchants: merchants ?? { asked: 0, agreed: 0 },
    operator: {
      draftedBy: row.created_by_name,
      proposedBy: row.proposed_by_name,
      approvedBy: row.operator_approved_by_name,
      approvedAt: row.operator_approved_at?.toISOString() ?? null,
    },
    ownAnswer: mine?.asked_at ? (mine.answer ?? (mine.agreed ? "approved" : "waiting")) : null,
  };
}

export function presentTerms(row: ProgramTermsRow): ProgramTermsView {
  return {
    id: toPublicId("programTerms", row.id),
    version: row.version,
    body: row.body,
    noticeDays: row.notice_days,
    draftedBy: row.drafted_by_name,
    draftedAt: row.drafted_at.toISOString(),
    confirmedBy: row.confirmed_by_name,
    confirmedAt: row.confirmed_at?.toISOString() ?? null,
  };
}
