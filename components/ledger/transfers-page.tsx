"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { ArrowLeftRight } from "lucide-react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { LedgerFrame } from "@/components/ledger/ledger-frame";
import { accountName, movesMoney, transferWords } from "@/components/ledger/ledger-words";
import { decimalsOf } from "@/components/money/format-amount";
import { Money } from "@/components/money/money";
import { tableErrorOf } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse } from "@/components/ui/empty-state";
import type { TransferView } from "@/server/ledger/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** For these rows: their amounts have the decimals of the finest of them. */
export function transferColumns(rows: readonly TransferView[]): readonly DataColumn<TransferView>[] {
  const decimals = decimalsOf(rows.map((row) => row.amount.amount));
  return [
    {
      id: "at",
      header: "Recorded",
      fixed: true,
      cell: (row) => <ExactTime at={row.recordedAt} format="dayTime" />,
    },
    {
      id: "effective",
      header: "Business time",
      priority: 3,
      cell: (row) => (
        <span className="text-muted">
          <ExactTime at={row.effectiveAt} format="dayTime" />
        </span>
      ),
    },
    {
      id: "what",
      header: "What for",
      priority: 1,
      cell: (row) => (
        <span className="flex gap-x-2 max-md:flex-col max-md:items-start max-md:py-1 md:items-center">
          {transferWords(row)}
          {row.state === "pending" ? <Badge tone="waiting">Pending</Badge> : null}
        </span>
      ),
    },
    {
      id: "debit",
      header: "Debited",
      priority: 2,
      width: "24%",
      truncate: true,
      cell: (row) => accountName(row.debit),
    },
    {
      id: "credit",
      header: "Credited",
      priority: 2,
      width: "24%",
      truncate: true,
      cell: (row) => accountName(row.credit),
    },
    {
      id: "amount",
      header: "Amount",
      align: "right",
      priority: 1,
      cell: (row) => (
        <Money
          {...row.amount}
          full
          decimals={decimals}
          emphasis={movesMoney(row.kind) ? "strong" : "muted"}
        />
      ),
    },
    { id: "id", header: "Transfer", priority: 3, cell: (row) => <CopyableId id={row.id} /> },
    {
      id: "seq",
      header: "Number",
      align: "right",
      priority: 3,
      cell: (row) => <span className="text-muted">{row.sequence}</span>,
    },
  ];
}

/** Every transfer in the ledger's own order, newest first. */
export function TransfersPage() {
  const trpc = useOperatorTrpc();
  const { base } = usePortal();
  const state = useTableState();
  const list = useInfiniteQuery(
    trpc.ledger.transfers.infiniteQueryOptions(
      { limit: 50 },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  const rows = list.data?.pages.flatMap((page) => page.items);
  return (
    <LedgerFrame>
      <DataTable
        id="ledger-transfers"
        label="Transfers"
        columns={transferColumns(rows ?? [])}
        rows={rows}
        rowId={(row) => row.id}
        rowHref={(row) => `${base}/ledger/transfers/${row.id}`}
        state={state}
        error={tableErrorOf(list.data ? null : list.error)}
        onRetry={() => void list.refetch()}
        hasMore={list.hasNextPage}
        onLoadMore={() => void list.fetchNextPage()}
        loadingMore={list.isFetchingNextPage}
        autoLoad
        firstUse={
          <FirstUse title="Nothing has moved yet" icon={<ArrowLeftRight aria-hidden />}>
            The first payment, top-up or payout writes the first transfer.
          </FirstUse>
        }
      />
    </LedgerFrame>
  );
}
