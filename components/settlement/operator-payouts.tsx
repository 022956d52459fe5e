"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Landmark } from "lucide-react";
import { useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn, SavedTab, TableFilter } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { usePrograms } from "@/components/frame/programs-context";
import { useChoices } from "@/components/operator/use-choices";
import { PayoutSum } from "@/components/payouts/payout-sum";
import { countedPayoutTabs } from "@/components/payouts/payout-tabs";
import { pagedRows } from "@/components/query/paged-rows";
import { BulkPayoutMoves } from "@/components/settlement/payout-moves";
import { operatorPayoutColumns } from "@/components/settlement/run-payouts";
import { FirstUse } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { PAYOUT_STATES } from "@/server/settlement/constants";
import type { PayoutView } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

const TABS: readonly SavedTab[] = [
  { value: "all", label: "All" },
  { value: "proposed", label: "Waiting for approval" },
  { value: "approved", label: "To be sent" },
  { value: "submitted", label: "At the bank" },
  { value: "paid", label: "Paid" },
  { value: "failed", label: "Failed" },
  { value: "returned", label: "Returned" },
  { value: "cancelled", label: "Cancelled" },
];

/** Payouts of all runs and programs, by where they stand. */
export function OperatorPayoutsPage() {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const { programOptions } = useChoices();
  const filters = useMemo<readonly TableFilter[]>(
    () => [{ id: "program", label: "Program", kind: "choice", options: programOptions }],
    [programOptions],
  );
  const state = useTableState({ tabs: TABS, filters });
  const programId = state.filters.program?.[0] ?? null;
  const chosen = PAYOUT_STATES.find((each) => each === state.tab) ?? null;
  const counts = useQuery(
    trpc.payouts.counts.queryOptions({ programId }, { placeholderData: (before) => before }),
  );
  const totals = useQuery(
    trpc.payouts.totals.queryOptions({ state: chosen, programId }, { placeholderData: (before) => before }),
  );
  const list = useInfiniteQuery(
    trpc.payouts.list.infiniteQueryOptions(
      { state: chosen, programId, limit: 50 },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  const { many, currency } = usePrograms();
  const columns = useMemo<DataColumn<PayoutView>[]>(
    () =>
      operatorPayoutColumns(currency, many).map((column) =>
        column.id === "period"
          ? { ...column, fixed: false }
          : column.id === "reference"
            ? { ...column, defaultHidden: true }
            : column,
      ),
    [currency, many],
  );
  const movable = can("payouts.pay") && (chosen === null || chosen === "approved" || chosen === "submitted");
  return (
    <Page>
      <PageHeader title="Payouts" meta="Money on its way to the parties' banks, from every settlement run" />
      <DataTable
        id="ops-payouts"
        label="Payouts"
        columns={columns}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        rowHref={(row) => `${base}/settlement/payouts/${row.id}`}
        state={{ ...state, tabs: countedPayoutTabs(TABS, counts.data, state.tab) }}
        sum={<PayoutSum totals={totals.data} word="payout" />}
        autoLoad
        {...(movable && {
          bulkActions: ({ rows, clear }: { rows: PayoutView[]; clear: () => void }) => (
            <BulkPayoutMoves rows={rows} clear={clear} />
          ),
          bulkAmount: (row: PayoutView) => row.amount,
        })}
        firstUse={
          <FirstUse title={chosen ? "None in this state" : "No payouts yet"} icon={<Landmark aria-hidden />}>
            {chosen
              ? "Payouts go from waiting for approval over sent to paid."
              : "They are proposed when a settlement run has calculated what each party is owed."}
          </FirstUse>
        }
      />
    </Page>
  );
}
