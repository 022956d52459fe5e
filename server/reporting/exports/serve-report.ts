/** `GET /api/reports/{statement}.{csv|json}`: the report for whoever may read the statement, and nobody else. */
import { mayDo } from "@/server/identity/permissions";
import type { Access, ActiveSession } from "@/server/identity/types";
import { AppError, notFound } from "@/server/platform/errors";
import { fromPublicId } from "@/server/platform/ids";
import { loggerFor } from "@/server/platform/logger";
import { mintPortalScope } from "@/server/platform/scope";
import { openStatementReport, REPORT_FORMATS, type ReportFormat, type ReportResult } from "./service";

const log = loggerFor("reports");

const REFUSAL_MESSAGES = {
  report_lines_differ: "The statement's lines do not add up to it.",
  report_allocations_differ: "The statement and the allocations behind it differ.",
  report_ledger_differs: "The party's balance in the ledger is not what its statements say.",
} as const;

/**
 * The file as a download that streams while it is made. Throws `not_found` for a statement of somebody else and for
 * none alike, and `conflict` with a code where totals differ: then there is no byte of a report.
 */
export async function serveReport(
  session: ActiveSession,
  memberships: readonly Access[],
  file: string,
): Promise<Response> {
  const [statement = "", extension = "csv"] = file.split(".");
  const statementId = fromPublicId("statement", statement);
  const format = REPORT_FORMATS.find((known) => known === extension);
  if (!statementId || !format) throw notFound("statement");
  const report = await openAsMember(session, memberships, statementId, format);
  if (!report.ok) {
    const message = `${REFUSAL_MESSAGES[report.reason]} No report is made until this is settled.`;
    throw new AppError("conflict", report.reason, message);
  }
  const headers = new Headers({
    "content-type": report.contentType,
    "content-disposition": `attachment; filename="${report.fileName}"`,
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
  });
  if (report.sha256 && format === "csv") headers.set("x-report-sha256", report.sha256);
  return new Response(toStream(report.chunks()), { headers });
}

/** Opens the report in the name of the first of the person's organisations that may read the statement. */
async function openAsMember(
  session: ActiveSession,
  memberships: readonly Access[],
  statementId: string,
  format: ReportFormat,
): Promise<ReportResult> {
  for (const { organisation, role } of memberships) {
    if (organisation.suspended || !mayDo(organisation.kind, role, "statements.read")) continue;
    const scope = mintPortalScope(organisation.kind, organisation.id, {
      kind: "user",
      id: session.user.id,
      sessionId: session.sessionId,
    });
    try {
      return await openStatementReport(scope, statementId, format);
    } catch (error) {
      if (!(error instanceof AppError && error.code === "not_found")) throw error;
    }
  }
  throw notFound("statement");
}

/** Text as a response's body, made as fast as it is read. */
export function toStream(chunks: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const next = await chunks.next();
        if (next.done) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      } catch (error) {
        // The client sees a broken transfer, never a file that looks whole.
        log.error({ err: error }, "a download broke off");
        controller.error(error);
      }
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}
