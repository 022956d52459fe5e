"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { formatWords, type ImportItem, importState } from "@/components/imports/import-words";
import { UploadCard } from "@/components/imports/upload-card";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { pagedRows } from "@/components/query/paged-rows";
import { RelativeTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { FirstUse } from "@/components/ui/empty-state";
import { LongName } from "@/components/ui/long-name";
import { Page, PageHeader } from "@/components/ui/page-header";
import { useOperatorTrpc } from "@/server/trpc/client";

const COLUMNS: readonly DataColumn<ImportItem>[] = [
  {
    id: "file",
    header: "File",
    fixed: true,
    truncate: true,
    width: "22%",
    cell: (row) => (
      <span title={row.fileName} className="font-medium">
        {row.fileName}
      </span>
    ),
  },
  {
    id: "merchant",
    header: "Merchant",
    priority: 2,
    cell: (row) => <LongName>{row.merchant.name}</LongName>,
  },
  {
    id: "program",
    header: "Program",
    priority: 3,
    cell: (row) => <LongName className="text-muted">{row.program.name}</LongName>,
  },
  {
    id: "format",
    header: "Format",
    priority: 3,
    defaultHidden: true,
    cell: (row) => <span className="text-muted">{formatWords(row.format)}</span>,
  },
  {
    id: "when",
    header: "When",
    priority: 2,
    cell: (row) => (
      <span className="text-muted">
        <RelativeTime at={row.createdAt} />
      </span>
    ),
  },
  {
    id: "by",
    header: "By",
    priority: 3,
    defaultHidden: true,
    cell: (row) => <span className="text-muted">{row.createdBy}</span>,
  },
  {
    id: "accepted",
    header: "Taken",
    align: "right",
    priority: 1,
    cell: (row) => formatCount(row.rows.accepted),
  },
  {
    id: "duplicate",
    header: "Known already",
    align: "right",
    priority: 3,
    defaultHidden: true,
    cell: (row) => <span className="text-muted">{formatCount(row.rows.duplicate)}</span>,
  },
  {
    id: "flagged",
    header: "Odd",
    align: "right",
    priority: 3,
    hint: "Taken as they came, though something about them is odd",
    cell: (row) => formatCount(row.rows.flagged),
  },
  {
    id: "refused",
    header: "Refused",
    align: "right",
    priority: 2,
    cell: (row) => (
      <span className={row.rows.refused > 0 ? "text-loss" : "text-muted"}>
        {formatCount(row.rows.refused)}
      </span>
    ),
  },
  {
    id: "amount",
    header: "Amount taken",
    align: "right",
    priority: 2,
    cell: (row) => <Money {...row.acceptedAmount} />,
  },
  {
    id: "state",
    header: "State",
    priority: 1,
    cell: (row) => {
      const { tone, label } = importState(row);
      return <Badge tone={tone}>{label}</Badge>;
    },
  },
];

/** Files of transactions that others recorded, and the way to bring another. */
export function ImportsPage() {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const state = useTableState();
  const list = useInfiniteQuery(
    trpc.imports.list.infiniteQueryOptions(
      { limit: 50 },
      {
        getNextPageParam: (page) => page.nextCursor,
        // While a file is being read its counts move.
        refetchInterval: (query) =>
          query.state.data?.pages.some((page) =>
            page.items.some((item) => item.finishedAt === null && item.failure === null),
          )
            ? 1_000
            : 5_000,
      },
    ),
  );
  const paged = pagedRows(list);
  return (
    <Page>
      <PageHeader
        title="Import"
        meta="Each refused line is listed with its reason; odd facts are flagged and never mended."
      />
      {can("imports.create") ? (
        <UploadCard running={paged.rows?.find((item) => item.finishedAt === null && item.failure === null)} />
      ) : null}
      <DataTable
        id="ops-imports"
        label="Imports"
        title="Files so far"
        columns={COLUMNS}
        {...paged}
        rowId={(row) => row.id}
        rowHref={(row) => `${base}/imports/${row.id}`}
        state={state}
        firstUse={
          <FirstUse title="No file was imported yet" icon={<FileUp aria-hidden />}>
            Charge detail records of a charging network or parking transactions of a city become payments that
            are split and settled like all others.
          </FirstUse>
        }
      />
    </Page>
  );
}
