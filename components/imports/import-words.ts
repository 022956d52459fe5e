/** Imports in words. */
import type { inferRouterOutputs } from "@trpc/server";
import type { OperatorRouter } from "@/server/trpc/operator";

type Outputs = inferRouterOutputs<OperatorRouter>["imports"];
export type ImportItem = Outputs["list"]["items"][number];
export type ImportPreview = Outputs["preview"];
export type TableMapping = NonNullable<ImportPreview["suggestion"]>;
export type MappingTerms = Outputs["mappings"]["items"][number]["terms"];
export type ImportLine = Outputs["rows"]["items"][number];

const FORMATS: Record<string, string> = {
  ocpi_cdr: "OCPI charge detail records",
  seattle_parking: "Seattle parking transactions",
  mapped: "A table by its mapping",
};

export function formatWords(format: string): string {
  return FORMATS[format] ?? format;
}

/** What became of a file as a whole. */
export function importState(item: Pick<ImportItem, "finishedAt" | "failure" | "rows" | "undo">): {
  tone: "accent" | "loss" | "waiting" | "arrived" | "neutral";
  label: string;
} {
  if (item.undo) return { tone: "neutral", label: item.undo.undoneAt ? "Undone" : "Being undone" };
  if (item.failure) return { tone: "loss", label: item.rows.total > 0 ? "Stopped" : "Refused" };
  if (!item.finishedAt) return { tone: "accent", label: "Running" };
  if (item.rows.refused > 0) return { tone: "waiting", label: "Some lines refused" };
  if (item.rows.total > 0 && item.rows.duplicate === item.rows.total) {
    return { tone: "neutral", label: "Nothing new" };
  }
  return { tone: "arrived", label: "Imported" };
}
