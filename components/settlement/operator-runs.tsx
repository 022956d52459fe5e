"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { CalendarCheck } from "lucide-react";
import { useMemo, useState } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { SavedTab, TableFilter } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { useChoices } from "@/components/operator/use-choices";
import { pagedRows } from "@/components/query/paged-rows";
import { ClosePeriod } from "@/components/settlement/close-period";
import { RUN_COLUMNS } from "@/components/settlement/run-columns";
import { Button } from "@/components/ui/button";
import { FirstUse } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { RUN_STATES } from "@/server/settlement/constants";
import { useOperatorTrpc } from "@/server/trpc/client";

const TABS: readonly SavedTab[] = [
  { value: "all", label: "All" },
  { value: "closing", label: "Closing" },
  { value: "calculated", label: "Waiting for approval" },
  { value: "approved", label: "Approved" },
  { value: "paying", label: "Paying" },
  { value: "settled", label: "Settled" },
];

/** Every closing of a program's period, newest first, and the way to close the next one. */
export function OperatorRunsPage() {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const { programOptions } = useChoices();
  const [closing, setClosing] = useState(false);
  const filters = useMemo<readonly TableFilter[]>(
    () => [{ id: "program", label: "Program", kind: "choice", options: programOptions }],
    [programOptions],
  );
  const state = useTableState({ tabs: TABS, filters });
  const chosen = RUN_STATES.find((each) => each === state.tab) ?? null;
  const list = useInfiniteQuery(
    trpc.runs.list.infiniteQueryOptions(
      { state: chosen, programId: state.filters.program?.[0] ?? null, limit: 50 },
      {
        getNextPageParam: (page) => page.nextCursor,
        placeholderData: (before) => before,
        refetchInterval: 15_000,
      },
    ),
  );
  return (
    <Page>
      <PageHeader
        title="Settlement runs"
        meta="A run closes a program's period, states what each party is owed, and pays it out after a second person's approval"
        actions={
          can("runs.create") ? (
            <Button variant="primary" icon={<CalendarCheck />} onClick={() => setClosing(true)}>
              Close a period
            </Button>
          ) : undefined
        }
      />
      <DataTable
        id="runs"
        label="Settlement runs"
        columns={RUN_COLUMNS}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        rowHref={(row) => `${base}/settlement/${row.id}`}
        state={state}
        firstUse={
          <FirstUse
            title={chosen ? "No run is in this state" : "No period was closed yet"}
            icon={<CalendarCheck aria-hidden />}
            action={
              !chosen && can("runs.create") ? (
                <Button onClick={() => setClosing(true)}>Close a period</Button>
              ) : undefined
            }
          >
            {chosen
              ? "Runs go from closing over calculated and approved to paying and settled."
              : "A program's first run can be made once its first period is over and its payments are split."}
          </FirstUse>
        }
      />
      <ClosePeriod
        open={closing}
        onOpenChange={setClosing}
        initialProgramId={state.filters.program?.[0] ?? null}
      />
    </Page>
  );
}
