/** What reports are made from: a statement that was checked, and its legs as a stream of pages. */
import { accountIdFor } from "@/server/ledger/service";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { mintSystemScope, type PortalScope, type SystemScope } from "@/server/platform/scope";
import { getProgram } from "../repository/read-program";
import * as reports from "../repository/read-report";
import {
  type ExtraRow,
  findStatementRow,
  type LineRow,
  listExtras,
  listLineRows,
  type StatementRow,
} from "../repository/read-statements";
import { readStandings } from "../repository/write-statement";
import { partyAccount } from "../rules/name-accounts";

export type ReportStatement = StatementRow;
export type ReportLine = LineRow;
export type ReportLeg = reports.ReportLegRow;

export interface ReportSource {
  statement: ReportStatement;
  agreements: reports.ReportAgreementRow[];
  extras: ExtraRow[];
}

export type ReportRefusal = "report_lines_differ" | "report_allocations_differ" | "report_ledger_differs";

const system = () => mintSystemScope("reports");

/**
 * The statement behind a report, after its totals were held against its lines, the allocator's sums and the ledger's
 * balance of the party. Refused with the first that differs. Somebody else's statement is `not_found`.
 */
export async function openReportSource(
  scope: PortalScope | SystemScope,
  statementId: string,
): Promise<{ ok: true; source: ReportSource } | { ok: false; reason: ReportRefusal }> {
  const own = scope.kind === "merchant" || scope.kind === "agency" ? scope.organisationId : null;
  const statement = await withScope(scope, (tx) => findStatementRow(tx, statementId, own));
  if (!statement) throw notFound("statement");
  // Access is decided above; the sums need figures of the whole program, which no party may read.
  return await withScope(system(), async (tx) => {
    const { run_id: runId, party_id: partyId } = statement;
    const sums = await reports.sumStatement(tx, { id: statementId, runId, partyId });
    const { allocated_micros: allocated, refunds_micros: refunds } = statement;
    if (sums.line_amount !== allocated || sums.line_refunds !== refunds)
      return { ok: false, reason: "report_lines_differ" };
    if (sums.total_amount !== allocated || sums.total_refunds !== refunds)
      return { ok: false, reason: "report_allocations_differ" };
    const program = await getProgram(tx, statement.program_id);
    const account = { partyId, accountId: accountIdFor(partyAccount(program, partyId)) };
    const [standing] = await readStandings(tx, program.id, null, [account]);
    if (!standing || standing.ledger_micros !== standing.opening_micros + standing.open_micros)
      return { ok: false, reason: "report_ledger_differs" };
    const source = {
      statement,
      agreements: await reports.listReportAgreements(tx, runId),
      extras: await listExtras(tx, runId, partyId),
    };
    return { ok: true, source };
  });
}

const PAGE = 2000;

/** The lines of a statement, page by page. */
export async function* readReportLines(statementId: string): AsyncGenerator<ReportLine[]> {
  let after = 0;
  for (;;) {
    const lines = await withScope(system(), (tx) => listLineRows(tx, statementId, after, PAGE));
    if (lines.length > 0) yield lines;
    if (lines.length < PAGE) return;
    after = lines.at(-1)?.ordinal ?? after;
  }
}

/**
 * The party's legs in the run, page by page. Legs of a run never change, so pages of several transactions are one
 * whole, and memory holds a page whatever the length.
 */
export async function* readReportLegs(statement: {
  run_id: string;
  party_id: string;
}): AsyncGenerator<ReportLeg[]> {
  const spans = await withScope(system(), (tx) => reports.listLegSpans(tx, statement.run_id));
  for (const span of spans) {
    let after: ReportLeg | null = null;
    for (;;) {
      const last: ReportLeg | null = after;
      const legs: ReportLeg[] = await withScope(system(), (tx) =>
        reports.listReportLegs(tx, span, statement.party_id, last, PAGE),
      );
      if (legs.length > 0) yield legs;
      if (legs.length < PAGE) break;
      after = legs.at(-1) ?? null;
    }
  }
}

/** Stores the hash of a statement's report once; later ones are held against it. */
export async function storeReportHash(statementId: string, sha256: string): Promise<void> {
  await withScope(system(), (tx) => reports.storeReportHash(tx, statementId, sha256));
}

export async function listStatementsWithoutHash(
  limit: number,
  without: readonly string[],
): Promise<{ id: string; programId: string }[]> {
  return await withScope(system(), (tx) => reports.listStatementsWithoutHash(tx, limit, without));
}
