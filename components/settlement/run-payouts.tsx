"use client";

import { Landmark } from "lucide-react";
import { useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { payoutColumns } from "@/components/payouts/payout-columns";
import { tableErrorOf } from "@/components/query/query-view";
import { BulkPayoutMoves, PayoutMoves } from "@/components/settlement/payout-moves";
import { FirstUse } from "@/components/ui/empty-state";
import { LongName } from "@/components/ui/long-name";
import type { PayoutView, RunView } from "@/server/settlement/schema";

interface RunPayoutsProps {
  run: RunView;
  list: { data: { items: PayoutView[] } | undefined; error: unknown; refetch: () => unknown };
}

/** The payouts of one run, to be followed one by one or moved on together. */
export function RunPayouts({ run, list }: RunPayoutsProps) {
  const { base, can } = usePortal();
  const state = useTableState({ prefix: "po-" });
  const columns = useMemo(
    () => operatorPayoutColumns(run.program.currency).filter(({ id }) => id !== "period"),
    [run.program.currency],
  );
  const moving = list.data?.items.some(({ state: at }) => at === "approved" || at === "submitted");
  return (
    <DataTable
      id="run-payouts"
      label="Payouts"
      title="Payouts"
      columns={columns}
      rows={list.data?.items}
      rowId={(row) => row.id}
      rowHref={(row) => `${base}/settlement/payouts/${row.id}`}
      state={state}
      total={list.data?.items.length}
      error={tableErrorOf(list.data ? null : list.error)}
      onRetry={() => void list.refetch()}
      {...(moving &&
        can("payouts.pay") && {
          bulkActions: ({ rows, clear }: { rows: PayoutView[]; clear: () => void }) => (
            <BulkPayoutMoves rows={rows} clear={clear} />
          ),
          bulkAmount: (row: PayoutView) => row.amount,
        })}
      firstUse={
        <FirstUse title="No payouts" icon={<Landmark aria-hidden />}>
          {run.state === "open" || run.state === "closing"
            ? "They are proposed when the statements are written."
            : "Nobody is owed enough to be paid out; the balances are carried on."}
        </FirstUse>
      }
    />
  );
}

/** Columns of the operator's lists: with the party, and with what may happen next. */
export function operatorPayoutColumns(currency?: string, withProgram = false): DataColumn<PayoutView>[] {
  return [
    {
      id: "party-name",
      header: "Party",
      fixed: true,
      priority: 1,
      cell: (row) => (
        <>
          <LongName className="font-medium">{row.party.name}</LongName>
          {withProgram ? (
            <LongName className="text-xs leading-4 text-muted">{row.program.name}</LongName>
          ) : null}
        </>
      ),
    },
    ...payoutColumns({ currency }).map((column) =>
      column.id === "created" ? { ...column, defaultHidden: true } : column,
    ),
    {
      id: "moves",
      header: "Move",
      align: "right",
      fixed: true,
      priority: 1,
      cell: (row) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: keeps the row's own click out of the menu.
        // biome-ignore lint/a11y/useKeyWithClickEvents: the menu inside has the keyboard.
        <span onClick={(event) => event.stopPropagation()} className="relative z-10 -my-1 inline-block">
          <PayoutMoves payout={row} compact />
        </span>
      ),
    },
  ];
}
