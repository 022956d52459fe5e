/** Download of an import's refused lines as CSV, with the reason of each. */
import { Readable } from "node:stream";
import type { NextRequest } from "next/server";
import { exportRefusedRows, getImport } from "@/server/payments/service/list-imports";
import { notFound } from "@/server/platform/errors";
import { fromPublicId } from "@/server/platform/ids";
import { guardRoute, problem } from "@/server/trpc/route-guard";

interface Context {
  params: Promise<{ organisation: string; importId: string }>;
}

export const dynamic = "force-dynamic";

export async function GET(request: NextRequest, context: Context): Promise<Response> {
  const { organisation, importId } = await context.params;
  const entered = await guardRoute(request, "operator", organisation, "imports.read");
  if (!entered.ok) return entered.response;
  try {
    const id = fromPublicId("import", importId);
    if (!id) throw notFound("import");
    await getImport(entered.scope, id);
    const lines = Readable.from(exportRefusedRows(entered.scope, id)).map((text: string) =>
      Buffer.from(text),
    );
    return new Response(Readable.toWeb(lines) as ReadableStream<Uint8Array>, {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="${importId}-refused.csv"`,
        "cache-control": "no-store",
      },
    });
  } catch (error) {
    return problem(error, entered.requestId);
  }
}
