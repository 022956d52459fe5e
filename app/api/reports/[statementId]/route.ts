/** Download of a statement's report: `/api/reports/stl_….csv` or `.json`. */
import type { NextRequest } from "next/server";
import { readSessionCookie } from "@/server/identity/next-auth";
import { listAccess, resolveSession } from "@/server/identity/service";
import { AppError } from "@/server/platform/errors";
import { serveReport } from "@/server/reporting/exports/serve-report";
import { newRequestId } from "@/server/trpc/context";
import { problem } from "@/server/trpc/route-guard";

interface Context {
  params: Promise<{ statementId: string }>;
}

export const dynamic = "force-dynamic";

export async function GET(request: NextRequest, context: Context): Promise<Response> {
  try {
    const id = await readSessionCookie((name) => request.cookies.get(name)?.value);
    const session = id ? await resolveSession(id) : null;
    if (!session) throw new AppError("unauthenticated", "not_signed_in", "Sign in to download reports.");
    const { statementId } = await context.params;
    return await serveReport(session, await listAccess(session.user.id), statementId);
  } catch (error) {
    return problem(error, newRequestId());
  }
}
