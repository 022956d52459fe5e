/** Download of all usage records of a payment: `?format=csv` or `?format=jsonl`, one JSON object a line. */
import type { NextRequest } from "next/server";
import { AppError, notFound } from "@/server/platform/errors";
import { fromPublicId } from "@/server/platform/ids";
import { toStream } from "@/server/reporting/exports/serve-report";
import { openUsageExport, USAGE_FORMATS } from "@/server/reporting/exports/write-usage";
import { guardRoute, problem } from "@/server/trpc/route-guard";

interface Context {
  params: Promise<{ portal: string; organisation: string; paymentId: string }>;
}

export const dynamic = "force-dynamic";

export async function GET(request: NextRequest, context: Context): Promise<Response> {
  const { portal, organisation, paymentId } = await context.params;
  const kind = portal === "ops" ? "operator" : "merchant";
  const entered = await guardRoute(request, kind, organisation, "payments.read");
  if (!entered.ok) return entered.response;
  try {
    const id = fromPublicId("payment", paymentId);
    if ((portal !== "ops" && portal !== "m") || !id) throw notFound("payment");
    const wanted = request.nextUrl.searchParams.get("format") ?? "csv";
    const format = USAGE_FORMATS.find((known) => known === wanted);
    if (!format) {
      throw new AppError("bad_request", "input_invalid", `The format is one of ${USAGE_FORMATS.join(", ")}.`);
    }
    const file = await openUsageExport(entered.scope, id, format);
    return new Response(toStream(file.chunks()), {
      headers: {
        "content-type": file.contentType,
        "content-disposition": `attachment; filename="${file.fileName}"`,
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
      },
    });
  } catch (error) {
    return problem(error, entered.requestId);
  }
}
