/** Runs and exceptions for pages. */
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { type IdKind, toPublicId } from "@/server/platform/ids";
import type { OperatorScope } from "@/server/platform/scope";
import type { RunState } from "../constants";
import { findRunRow, listRunRows } from "../repository/read-payouts";
import { listStatementRows, sumRunFlows } from "../repository/read-statements";
import { type ExceptionRow, listExceptionRows } from "../repository/write-exception";
import { listHeldParties, readPayable } from "../repository/write-run";
import type { ExceptionView, RunDetail, RunView } from "../schema";
import { presentFlow, presentProgram, presentRun, presentStatement } from "../view/present";
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
    const payable = await readPayable(tx, runId);
    const held = await listHeldParties(tx, runId);
    return {
      run: presentRun(run),
      payable: {
        sha256: payable.sha256,
        payoutIds: payable.payouts.map(({ payout_id }) => toPublicId("payout", payout_id)),
      },
      heldPartyIds: [...held].map((id) => toPublicId("organisation", id)),
      statements: statements.map(presentStatement),
      flows: flows.map((flow) => presentFlow(flow, run.currency)),
    };
  });
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
  agreement: "agreement",
  payout: "payout",
  program: "program",
  statement: "statement",
};

function publicSubject(kind: string, id: string | null): string | null {
  const known = SUBJECTS[kind];
  return known && id ? toPublicId(known, id) : null;
}
