/** What the operator reads of imports, and the refused lines as a file. */
import { CSV_BEGINNING, csvRow } from "@/server/platform/csv";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { fromPublicId, type Id, toPublicId } from "@/server/platform/ids";
import type { PlatformScope } from "@/server/platform/scope";
import type { ImportRow, ImportSummary } from "../import/types";
import * as imports from "../repository/store-imports";

/** Newest first. */
export async function listImports(
  scope: PlatformScope,
  page: { cursor?: string | null | undefined; limit: number },
): Promise<{ items: ImportSummary[]; nextCursor: string | null }> {
  const after = fromPublicId("import", page.cursor ?? "");
  const rows = await withScope(scope, (tx) => imports.listBatches(tx, { after, limit: page.limit + 1 }));
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > page.limit && last ? toPublicId("import", last.id) : null };
}

export async function getImport(scope: PlatformScope, importId: Id<"import">): Promise<ImportSummary> {
  const found = await withScope(scope, (tx) => imports.findBatch(tx, importId));
  if (!found) throw notFound("import");
  return found;
}

/** Lines in the order of the file. */
export async function listImportRows(
  scope: PlatformScope,
  importId: Id<"import">,
  query: {
    outcome?: ImportRow["outcome"] | undefined;
    flagged?: boolean | undefined;
    cursor?: string | null | undefined;
    limit: number;
  },
): Promise<{ items: ImportRow[]; nextCursor: string | null }> {
  const after = /^\d{1,9}$/.test(query.cursor ?? "") ? Number(query.cursor) : 0;
  const rows = await withScope(scope, (tx) =>
    imports.listImportRows(tx, importId, query, { after, limit: query.limit + 1 }),
  );
  const items = rows.slice(0, query.limit);
  return { items, nextCursor: rows.length > query.limit ? String(items.at(-1)?.rowNumber) : null };
}

const CSV_PAGE = 1_000;

/** The refused lines as CSV (RFC 4180), read page by page so that a long list needs no memory. */
export async function* exportRefusedRows(
  scope: PlatformScope,
  importId: Id<"import">,
): AsyncGenerator<string> {
  yield `${CSV_BEGINNING}${csvRow(["row", "code", "reason", "id", "flags", "line"])}`;
  let after = 0;
  for (;;) {
    const page = { after, limit: CSV_PAGE };
    const rows = await withScope(scope, (tx) =>
      imports.listImportRows(tx, importId, { outcome: "refused" }, page),
    );
    if (rows.length === 0) return;
    yield rows.map(toCsvLine).join("");
    after = rows.at(-1)?.rowNumber ?? after;
  }
}

function toCsvLine(row: ImportRow): string {
  const flags = row.flags.map((flag) => flag.sentence).join(" ");
  const cells = [row.rowNumber, row.code ?? "", row.message ?? "", row.externalRef ?? "", flags, row.raw];
  return csvRow(cells.map(String));
}
