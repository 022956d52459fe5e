/**
 * Upload of a file of transactions by an operator: `POST /api/imports/{operator}?program=prog_…&merchant=org_…` with
 * the file itself as the body, which is read as it arrives. Optional: `format`, `name`, `mapping` (a saved one's name),
 * `currency` (of a file that names none), `dryRun=true` (counts and sums, nothing is written).
 */
import type { NextRequest } from "next/server";
import { z } from "zod";
import { IMPORT_FORMATS } from "@/server/payments/import/constants";
import { mappingNameSchema } from "@/server/payments/schema";
import { dryRunFile, importFile } from "@/server/payments/service/import-file";
import { viewDryRun, viewImport } from "@/server/payments/view-import";
import { whileAsked } from "@/server/platform/asking";
import { AppError } from "@/server/platform/errors";
import { publicId } from "@/server/platform/ids";
import { CURRENCIES } from "@/server/platform/money";
import { plainText } from "@/server/platform/text";
import { guardRoute, problem } from "@/server/trpc/route-guard";

interface Context {
  params: Promise<{ organisation: string }>;
}

export const dynamic = "force-dynamic";

const query = z.object({
  program: publicId("program"),
  merchant: publicId("organisation"),
  format: z.enum(["auto", ...IMPORT_FORMATS]).default("auto"),
  name: plainText(1, 255).default("upload"),
  mapping: mappingNameSchema.optional(),
  currency: z.enum(CURRENCIES).optional(),
  dryRun: z.enum(["true", "false"]).default("false"),
});

// No form of another site can send these types, so the session's cookie cannot be borrowed.
const CONTENT_TYPES = new Set(["application/octet-stream", "application/json", "text/csv"]);

export async function POST(request: NextRequest, context: Context): Promise<Response> {
  const { organisation } = await context.params;
  const entered = await guardRoute(request, "operator", organisation, "imports.create");
  if (!entered.ok) return entered.response;
  try {
    const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
    if (!CONTENT_TYPES.has(type)) {
      throw new AppError(
        "bad_request",
        "content_type_not_supported",
        "Send the file itself as application/octet-stream, text/csv or application/json.",
      );
    }
    const asked = query.safeParse(Object.fromEntries(request.nextUrl.searchParams));
    if (!asked.success) {
      const issue = asked.error.issues[0];
      const message = `${issue?.path.join(".") ?? "The address"} ${issue?.message ?? "is not valid"}.`;
      throw new AppError("bad_request", "input_invalid", message);
    }
    if (!request.body) throw new AppError("invalid_input", "file_empty", "The file is empty.");
    const { program, merchant, name, dryRun, ...how } = asked.data;
    const whole = {
      programId: program,
      merchantId: merchant,
      fileName: name,
      stream: request.body,
      ...how,
    };
    const headers = { "cache-control": "no-store" };
    if (dryRun === "true") {
      const foretold = await dryRunFile(entered.scope, whole);
      if (!foretold.ok) throw new AppError("invalid_input", foretold.reason, foretold.message);
      return Response.json(viewDryRun(foretold.dryRun), { headers });
    }
    const result = await whileAsked(entered, () => importFile(entered.scope, whole));
    if (!result.ok) throw new AppError("invalid_input", result.reason, result.message);
    return Response.json(viewImport(result.import), { headers });
  } catch (error) {
    return problem(error, entered.requestId);
  }
}
