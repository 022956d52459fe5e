/** Download of a list of payments as CSV, by the same filters as the list: `?states=captured,refunded&from=…`. */
import { Readable } from "node:stream";
import type { NextRequest } from "next/server";
import { paymentFilterSchema } from "@/server/payments/schema";
import { now } from "@/server/platform/clock";
import { AppError, notFound } from "@/server/platform/errors";
import { nameExport } from "@/server/reporting/exports/name-export";
import { writePayments } from "@/server/reporting/exports/write-payments";
import { guardRoute, problem } from "@/server/trpc/route-guard";

interface Context {
  params: Promise<{ portal: string; organisation: string }>;
}

export const dynamic = "force-dynamic";

const LISTS = new Set(["states", "sources", "deviceKinds"]);

export async function GET(request: NextRequest, context: Context): Promise<Response> {
  const { portal, organisation } = await context.params;
  const kind = portal === "ops" ? "operator" : "merchant";
  const entered = await guardRoute(request, kind, organisation, "payments.read");
  if (!entered.ok) return entered.response;
  try {
    if (portal !== "ops" && portal !== "m") throw notFound("export");
    const raw = [...request.nextUrl.searchParams].map(([name, value]) => [
      name,
      LISTS.has(name) ? value.split(",") : name === "flagged" ? value === "true" : value,
    ]);
    const filter = paymentFilterSchema.safeParse(Object.fromEntries(raw));
    if (!filter.success) {
      throw new AppError(
        "bad_request",
        "input_invalid",
        filter.error.issues[0]?.message ?? "The filters are not valid.",
      );
    }
    const lines = Readable.from(writePayments(entered.scope, filter.data)).map((text: string) =>
      Buffer.from(text),
    );
    return new Response(Readable.toWeb(lines) as ReadableStream<Uint8Array>, {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="${nameExport(organisation, filter.data, now())}"`,
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
      },
    });
  } catch (error) {
    return problem(error, entered.requestId);
  }
}
