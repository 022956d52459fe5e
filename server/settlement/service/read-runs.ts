/** Runs, agreements and exceptions for pages. */
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { type IdKind, toPublicId } from "@/server/platform/ids";
import type { OperatorScope, PortalScope } from "@/server/platform/scope";
import type { RunState } from "../constants";
import { type AgreementListRow, listAgreementRows } from "../repository/read-agreements";
import { findRunRow, listRunRows } from "../repository/read-payouts";
import { listStatementRows, sumRunFlows } from "../repository/read-statements";
import { listAnswers, type PartyAnswerRow } from "../repository/write-agreement";
import { type ExceptionRow, listExceptionRows } from "../repository/write-exception";
import { presentFlow, presentProgram, presentRun, presentStatement } from "../rules/present";
import type { AgreementDetail, AgreementSummary, ExceptionView, RunDetail, RunView } from "../schema";
import { cursorId, type Page, pageOf } from "./read-statements";

interface PageRequest {
  cursor?: string | null | undefined;
  limit: number;
}

/** Newest first. */
export async function listRuns(
  scope: OperatorScope,
  request: PageRequest & { programId?: string | null | undefined; state?: RunState | null | undefined },
): Promise<Page<RunView>> {
  const rows = await withScope(scope, (tx) =>
    listRunRows(tx, {
      programId: request.programId ?? null,
      state: request.state ?? null,
      before: cursorId("settlementRun", request.cursor),
      limit: request.limit + 1,
    }),
  );
  return pageOf("settlementRun", rows, request.limit, presentRun);
}

const MOST_STATEMENTS = 500;

export async function getRun(scope: OperatorScope, runId: string): Promise<RunDetail> {
  return await withScope(scope, async (tx) => {
    const run = await findRunRow(tx, runId);
    if (!run) throw notFound("settlement run");
    const filter = { partyId: null, programId: null, runId, before: null, limit: MOST_STATEMENTS };
    const statements = await listStatementRows(tx, filter);
    const flows = await sumRunFlows(tx, runId, null);
    return {
      run: presentRun(run),
      statements: statements.map(presentStatement),
      flows: flows.map((flow) => presentFlow(flow, run.currency)),
    };
  });
}

/** Newest first. A party sees the versions that name it, from their proposal on. */
export async function listAgreements(
  scope: PortalScope,
  request: PageRequest & { programId?: string | null | undefined },
): Promise<Page<AgreementSummary>> {
  return await withScope(scope, async (tx) => {
    const rows = await listAgreementRows(tx, {
      programId: request.programId ?? null,
      agreementId: null,
      before: cursorId("agreement", request.cursor),
      limit: request.limit + 1,
    });
    const answers = await listAnswers(
      tx,
      rows.map(({ id }) => id),
    );
    return pageOf("agreement", rows, request.limit, (row) => presentAgreement(row, answers, scope));
  });
}

/** A version with its terms, as they are written, and who has answered. */
export async function getAgreement(scope: PortalScope, agreementId: string): Promise<AgreementDetail> {
  return await withScope(scope, async (tx) => {
    const [row] = await listAgreementRows(tx, { programId: null, agreementId, before: null, limit: 1 });
    if (!row) throw notFound("agreement");
    const answers = await listAnswers(tx, [agreementId]);
    return { ...presentAgreement(row, answers, scope), terms: row.terms };
  });
}

function presentAgreement(
  row: AgreementListRow,
  answers: readonly PartyAnswerRow[],
  scope: PortalScope,
): AgreementSummary {
  const own = answers.filter(({ agreement_id }) => agreement_id === row.id);
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
    answers: own.map((answer) => ({
      party: {
        id: toPublicId("organisation", answer.organisation_id),
        slug: answer.slug,
        name: answer.name,
        kind: answer.kind,
      },
      answer: answer.answer,
      answeredAt: answer.answered_at?.toISOString() ?? null,
      reason: answer.reason,
    })),
    ownAnswer: mine ? (mine.answer ?? "waiting") : null,
  };
}

/** Newest first; only open ones unless asked for all. */
export async function listExceptions(
  scope: OperatorScope,
  request: PageRequest & { programId?: string | null | undefined; open: boolean },
): Promise<Page<ExceptionView>> {
  const rows = await withScope(scope, (tx) =>
    listExceptionRows(tx, {
      programId: request.programId ?? null,
      open: request.open,
      before: cursorId("exception", request.cursor),
      limit: request.limit + 1,
    }),
  );
  return pageOf("exception", rows, request.limit, presentException);
}

function presentException(row: ExceptionRow): ExceptionView {
  return {
    id: toPublicId("exception", row.id),
    kind: row.kind,
    subject: { kind: row.subject_kind, id: publicSubject(row.subject_kind, row.subject_id) },
    owner: row.owner_id ? { id: toPublicId("user", row.owner_id), name: row.owner_name ?? "" } : null,
    program: presentProgram(row),
    sentence: row.sentence,
    detail: row.detail,
    openedAt: row.opened_at.toISOString(),
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    resolution: row.resolution,
  };
}

const SUBJECTS: Record<string, IdKind> = {
  settlement_run: "settlementRun",
  payout: "payout",
  program: "program",
  statement: "statement",
};

function publicSubject(kind: string, id: string | null): string | null {
  const known = SUBJECTS[kind];
  return known && id ? toPublicId(known, id) : null;
}
