"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Landmark } from "lucide-react";
import { DataTable } from "@/components/data-table/data-table";
import type { SavedTab } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { payoutColumns } from "@/components/payouts/payout-columns";
import { tableErrorOf } from "@/components/query/query-view";
import { FirstUse } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { PAYOUT_STATES } from "@/server/settlement/constants";
import { useAgencyTrpc } from "@/server/trpc/client";

const TABS: readonly SavedTab[] = [
  { value: "all", label: "All" },
  { value: "proposed", label: "Waiting for approval" },
  { value: "approved", label: "Approved" },
  { value: "submitted", label: "Sent to bank" },
  { value: "paid", label: "Paid" },
  { value: "returned", label: "Returned" },
];

/** What an agency was paid and will be paid, newest first. */
export function AgencyRemittancesPage() {
  const trpc = useAgencyTrpc();
  const { base } = usePortal();
  const state = useTableState({ tabs: TABS });
  const chosen = PAYOUT_STATES.find((each) => each === state.tab) ?? null;
  const list = useInfiniteQuery(
    trpc.remittances.list.infiniteQueryOptions(
      { state: chosen, limit: 50 },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  const rows = list.data?.pages.flatMap((page) => page.items);
  const currency = rows?.[0]?.amount.currency ?? "";
  return (
    <Page>
      <PageHeader title="Remittances" meta="Your share, sent to your bank, one for each settled period" />
      <DataTable
        id="remittances"
        label="Remittances"
        columns={payoutColumns({ currency })}
        rows={rows}
        rowId={(row) => row.id}
        rowHref={(row) => `${base}/remittances/${row.id}`}
        state={state}
        error={tableErrorOf(list.data ? null : list.error)}
        onRetry={() => void list.refetch()}
        busy={list.isPlaceholderData}
        hasMore={list.hasNextPage}
        onLoadMore={() => void list.fetchNextPage()}
        loadingMore={list.isFetchingNextPage}
        firstUse={
          <FirstUse
            title={chosen ? "None in this state" : "No remittances yet"}
            icon={<Landmark aria-hidden />}
          >
            {chosen
              ? "Remittances move from calculated over approved and sent to paid."
              : "When the first settlement period closes, your remittance stands here with everything that is inside it."}
          </FirstUse>
        }
      />
    </Page>
  );
}
