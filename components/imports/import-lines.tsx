"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn, SavedTab } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import type { ImportItem, ImportLine } from "@/components/imports/import-words";
import { formatCount } from "@/components/money/format-count";
import { pagedRows } from "@/components/query/paged-rows";
import { Badge } from "@/components/ui/badge";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse } from "@/components/ui/empty-state";
import { useOperatorTrpc } from "@/server/trpc/client";

const OUTCOMES = ["refused", "accepted", "refund", "free", "duplicate"] as const;

const LOOKS: Record<ImportLine["outcome"], { tone: "loss" | "arrived" | "neutral"; label: string }> = {
  refused: { tone: "loss", label: "Refused" },
  accepted: { tone: "arrived", label: "Taken" },
  refund: { tone: "arrived", label: "Given back" },
  free: { tone: "neutral", label: "Free" },
  duplicate: { tone: "neutral", label: "Known already" },
};

/** The lines of a file with what became of each. */
export function ImportLines({ item }: { item: ImportItem }) {
  const trpc = useOperatorTrpc();
  const { base } = usePortal();
  const { rows: counts } = item;
  const tabs = useMemo<readonly SavedTab[]>(() => {
    const all: SavedTab[] = [
      { value: "refused", label: "Refused", count: counts.refused },
      { value: "flagged", label: "Odd", count: counts.flagged },
      { value: "accepted", label: "Taken", count: counts.accepted },
      { value: "refund", label: "Given back", count: counts.refund },
      { value: "free", label: "Free", count: counts.free },
      { value: "duplicate", label: "Known already", count: counts.duplicate },
    ];
    // The tab that has something to say comes first.
    return all.sort((a, b) => Number((b.count ?? 0) > 0) - Number((a.count ?? 0) > 0));
  }, [counts]);
  const columns = useMemo(() => lineColumns(base), [base]);
  const state = useTableState({ tabs });
  const outcome = OUTCOMES.find((each) => each === state.tab);
  const list = useInfiniteQuery(
    trpc.imports.rows.infiniteQueryOptions(
      { importId: item.id, limit: 100, ...(outcome ? { outcome } : { flagged: true }) },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  return (
    <DataTable
      id="ops-import-lines"
      label="Lines of the file"
      columns={columns}
      {...pagedRows(list)}
      rowId={(row) => String(row.rowNumber)}
      state={state}
      sheet={(id, row) => ({
        title: `Line ${id}`,
        description: row?.externalRef ? <CopyableId id={row.externalRef} full /> : undefined,
        actions: row ? <Badge tone={LOOKS[row.outcome].tone}>{LOOKS[row.outcome].label}</Badge> : undefined,
        children: row ? <Line row={row} base={base} /> : null,
      })}
      firstUse={<FirstUse title="No such lines">Nothing of this file ended here.</FirstUse>}
    />
  );
}

function lineColumns(base: string): DataColumn<ImportLine>[] {
  return [
    {
      id: "line",
      header: "Line",
      fixed: true,
      width: "4rem",
      cell: (row) => <span className="tabular text-muted">{formatCount(row.rowNumber)}</span>,
    },
    {
      id: "outcome",
      header: "Outcome",
      priority: 1,
      width: "7.5rem",
      cell: (row) => <Badge tone={LOOKS[row.outcome].tone}>{LOOKS[row.outcome].label}</Badge>,
    },
    {
      id: "why",
      header: "Why",
      priority: 1,
      truncate: true,
      width: "34%",
      cell: (row) => row.message ?? row.flags.map(({ sentence }) => sentence).join(" ") ?? null,
    },
    {
      id: "reference",
      header: "Its id at the source",
      priority: 3,
      cell: (row) => (row.externalRef ? <CopyableId id={row.externalRef} /> : null),
    },
    {
      id: "raw",
      header: "As it stands in the file",
      priority: 3,
      truncate: true,
      width: "26%",
      cell: (row) => <span className="font-mono text-xs text-muted">{row.raw}</span>,
    },
    {
      id: "payment",
      header: "Payment",
      priority: 2,
      cell: (row) =>
        row.paymentId ? (
          <Link
            href={`${base}/payments/${row.paymentId}`}
            onClick={(event) => event.stopPropagation()}
            className="underline decoration-line-strong underline-offset-4 hover:decoration-accent"
          >
            Open
          </Link>
        ) : null,
    },
  ];
}

function Line({ row, base }: { row: ImportLine; base: string }) {
  return (
    <div className="grid gap-4 text-sm">
      {row.message ? (
        <p>
          {row.message}
          {row.code ? <span className="ml-2 font-mono text-xs text-muted">{row.code}</span> : null}
        </p>
      ) : null}
      {row.flags.length > 0 ? (
        <ul className="list-inside list-disc">
          {row.flags.map((flag) => (
            <li key={flag.code}>{flag.sentence}</li>
          ))}
        </ul>
      ) : null}
      {row.paymentId ? (
        <Link
          href={`${base}/payments/${row.paymentId}`}
          className="justify-self-start underline decoration-line-strong underline-offset-4 hover:decoration-accent"
        >
          The payment that it became
        </Link>
      ) : null}
      <pre className="overflow-x-auto whitespace-pre-wrap break-all rounded-md border border-line bg-bg p-3 font-mono text-xs">
        {row.raw}
      </pre>
    </div>
  );
}
