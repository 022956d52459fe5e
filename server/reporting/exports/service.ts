/** Reports of statements as downloads, and their hashes. */
import { createHash } from "node:crypto";
import { toPublicId } from "@/server/platform/ids";
import { openRound } from "@/server/platform/job-items";
import { loggerFor } from "@/server/platform/logger";
import { mintSystemScope, type PortalScope, type SystemScope } from "@/server/platform/scope";
import {
  listStatementsWithoutHash,
  openReportSource,
  type ReportRefusal,
  readReportLegs,
  readReportLines,
  storeReportHash,
} from "@/server/settlement/service/read-report";
import { type ReportParts, writeCsv, writeJson } from "./write-report";

const log = loggerFor("reports");

export const REPORT_FORMATS = ["csv", "json"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface OpenReport {
  ok: true;
  fileName: string;
  contentType: string;
  /** SHA-256 of the CSV, when it was made before. */
  sha256: string | null;
  chunks: () => AsyncGenerator<string>;
}

export type ReportResult = OpenReport | { ok: false; reason: ReportRefusal };

/**
 * Opens the report of a statement. Its totals are compared with the lines, the allocations and the ledger before
 * anything is written; where they differ, there is no report but a code. What is streamed is added up as well: should
 * it not reach the statement, or differ from the report made before, the stream breaks off with an error.
 */
export async function openStatementReport(
  scope: PortalScope | SystemScope,
  statementId: string,
  format: ReportFormat,
): Promise<ReportResult> {
  const opened = await openReportSource(scope, statementId);
  if (!opened.ok) {
    log.error({ statementId, reason: opened.reason }, "a report was not made, because its totals differ");
    return opened;
  }
  const { source } = opened;
  const { statement } = source;
  const parts: ReportParts = {
    ...source,
    lines: () => readReportLines(statement.id),
    legs: () => readReportLegs(statement),
  };
  const day = statement.period_end.toISOString().slice(0, 10);
  return {
    ok: true,
    fileName: `statement-${statement.program_slug}-${statement.party_slug}-${day}-${toPublicId("statement", statement.id).slice(-6)}.${format}`,
    contentType: format === "csv" ? "text/csv; charset=utf-8" : "application/json; charset=utf-8",
    sha256: statement.report_sha256,
    chunks: () =>
      format === "csv" ? hashed(writeCsv(parts), statement.id, statement.report_sha256) : writeJson(parts),
  };
}

/** The CSV of a statement as it would be made now, held against nothing that was made before. */
export async function makeReportText(
  statementId: string,
): Promise<{ ok: true; chunks: () => AsyncGenerator<string> } | { ok: false; reason: ReportRefusal }> {
  const opened = await openReportSource(mintSystemScope("proof"), statementId);
  if (!opened.ok) return opened;
  const { source } = opened;
  const parts: ReportParts = {
    ...source,
    lines: () => readReportLines(source.statement.id),
    legs: () => readReportLegs(source.statement),
  };
  return { ok: true, chunks: () => writeCsv(parts) };
}

async function* hashed(
  chunks: AsyncGenerator<string>,
  statementId: string,
  known: string | null,
): AsyncGenerator<string> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  const sha256 = hash.digest("hex");
  if (known === null) await storeReportHash(statementId, sha256);
  else if (known !== sha256) throw new Error(`The report of statement ${statementId} is not what it was.`);
}

async function makeReport(statementId: string): Promise<void> {
  const report = await openStatementReport(mintSystemScope("reports"), statementId, "csv");
  if (!report.ok) throw new Error(`The report is not made: ${report.reason.replaceAll("_", " ")}.`);
  for await (const _ of report.chunks());
}

/** Makes reports that were never made, for their hash, which stands on the statement's page. Gives how many. */
export async function hashNewReports(limit = 20): Promise<number> {
  const round = await openRound("reporting.hash-reports");
  const due = await listStatementsWithoutHash(limit, round.waiting);
  let made = 0;
  for (const { id, programId } of due) {
    const attempt = await round.attempt({ id, programId }, () => makeReport(id));
    if (attempt.ok) made += 1;
  }
  return made;
}
