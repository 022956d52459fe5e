"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { BatteryCharging, Lock, LockOpen, Pencil, Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { BlockAllowance } from "@/components/limits/block-allowance";
import { EditAllowance } from "@/components/limits/edit-allowance";
import { roughly } from "@/components/limits/limit-words";
import { RulesFrame, type RulesProgram } from "@/components/limits/rules-frame";
import { UseBar } from "@/components/limits/use-bar";
import { unitWords } from "@/components/payments/payment-words";
import { tableErrorOf } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse } from "@/components/ui/empty-state";
import { IconButton } from "@/components/ui/icon-button";
import type { AllowanceView } from "@/server/payments/schema/limits";
import { useOperatorTrpc } from "@/server/trpc/client";

/** Units that payers have each month before they pay with money. */
export function AllowancesPage() {
  const { base, can } = usePortal();
  const [editing, setEditing] = useState<AllowanceView | "new" | null>(null);
  return (
    <RulesFrame
      meta="Units that payers have each calendar month; they run down before money is used"
      actions={() => (
        <>
          {can("audit.read") ? (
            <ButtonLink href={`${base}/audit?action=allowance`} variant="ghost">
              Who changed them?
            </ButtonLink>
          ) : null}
          {can("rules.manage") ? (
            <Button variant="primary" icon={<Plus />} onClick={() => setEditing("new")}>
              Grant an allowance
            </Button>
          ) : null}
        </>
      )}
      onProgram={() => setEditing(null)}
    >
      {(program) => (
        <>
          <Allowances program={program} onEdit={setEditing} />
          {editing ? (
            <EditAllowance
              key={editing === "new" ? "new" : editing.id}
              program={program}
              allowance={editing === "new" ? null : editing}
              onClose={() => setEditing(null)}
            />
          ) : null}
        </>
      )}
    </RulesFrame>
  );
}

function Allowances({
  program,
  onEdit,
}: {
  program: RulesProgram;
  onEdit: (allowance: AllowanceView | "new") => void;
}) {
  const trpc = useOperatorTrpc();
  const { can } = usePortal();
  const [blocking, setBlocking] = useState<AllowanceView | null>(null);
  const state = useTableState();
  const manages = can("rules.manage");
  const list = useInfiniteQuery(
    trpc.allowances.list.infiniteQueryOptions(
      { programId: program.id, limit: 50, ...(state.search && { text: state.search }) },
      {
        getNextPageParam: (page) => page.nextCursor,
        placeholderData: (before) => before,
        refetchInterval: 15_000,
      },
    ),
  );
  const columns = useMemo(() => columnsFor(manages, onEdit, setBlocking), [manages, onEdit]);
  return (
    <>
      <DataTable
        id="allowances"
        label="Allowances"
        columns={columns}
        rows={list.data?.pages.flatMap((page) => page.items)}
        rowId={(row) => row.id}
        state={state}
        error={tableErrorOf(list.data ? null : list.error)}
        onRetry={() => void list.refetch()}
        busy={list.isPlaceholderData}
        hasMore={list.hasNextPage}
        onLoadMore={() => void list.fetchNextPage()}
        loadingMore={list.isFetchingNextPage}
        autoLoad
        searchPlaceholder="Find by payer, wallet or card"
        firstUse={
          <FirstUse
            title="Nobody has an allowance yet"
            icon={<BatteryCharging aria-hidden />}
            action={manages ? <Button onClick={() => onEdit("new")}>Grant an allowance</Button> : undefined}
          >
            An allowance gives a payer so many kWh or minutes a month. What it covers costs nothing and moves
            no money.
          </FirstUse>
        }
      />
      {blocking ? <BlockAllowance allowance={blocking} onClose={() => setBlocking(null)} /> : null}
    </>
  );
}

/** Two decimals at most; the exact figure on hover. */
function Units({ value }: { value: string }) {
  return <span title={value}>{roughly(value)}</span>;
}

function columnsFor(
  manages: boolean,
  onEdit: (allowance: AllowanceView) => void,
  onBlock: (allowance: AllowanceView) => void,
): DataColumn<AllowanceView>[] {
  return [
    {
      id: "payer",
      header: "Payer",
      fixed: true,
      cell: (row) => (
        <span className="flex items-center gap-2">
          <span className="truncate font-medium">{row.payer.reference}</span>
          {row.blocked ? <Badge tone="loss">Blocked</Badge> : null}
        </span>
      ),
    },
    {
      id: "pays",
      header: "Pays else with",
      priority: 3,
      cell: (row) => <span className="text-muted">{row.payer.paysWith.join(", ") || "nothing"}</span>,
    },
    { id: "unit", header: "Unit", priority: 1, cell: (row) => unitWords(row.unit) },
    {
      id: "monthly",
      header: "A month",
      align: "right",
      priority: 1,
      cell: (row) => (
        <span className="font-semibold">
          <Units value={row.monthly} />
        </span>
      ),
    },
    {
      id: "left",
      header: "Left",
      align: "right",
      priority: 2,
      cell: (row) => <Units value={row.left} />,
    },
    {
      id: "use",
      header: "Used this month",
      priority: 2,
      width: "26%",
      cell: (row) => <AllowanceUse allowance={row} />,
    },
    {
      id: "until",
      header: "Begins anew",
      priority: 3,
      cell: (row) => (
        <span className="text-muted">
          <ExactTime at={row.running.end} format="date" />
        </span>
      ),
    },
    {
      id: "since",
      header: "Granted",
      priority: 3,
      defaultHidden: true,
      cell: (row) => <ExactTime at={row.createdAt} format="date" className="text-muted" />,
    },
    {
      id: "id",
      header: "Allowance",
      priority: 3,
      defaultHidden: true,
      cell: (row) => <CopyableId id={row.id} />,
    },
    ...(manages
      ? [
          {
            id: "act",
            header: "Actions",
            align: "right" as const,
            priority: 1 as const,
            fixed: true,
            cell: (row: AllowanceView) => (
              <span className="flex justify-end gap-1">
                <IconButton
                  size="sm"
                  label={`Change how much ${row.payer.reference} has`}
                  icon={<Pencil />}
                  onClick={() => onEdit(row)}
                />
                <IconButton
                  size="sm"
                  label={`${row.blocked ? "Unblock" : "Block"} the allowance of ${row.payer.reference}`}
                  icon={row.blocked ? <LockOpen /> : <Lock />}
                  onClick={() => onBlock(row)}
                />
              </span>
            ),
          },
        ]
      : []),
  ];
}

function AllowanceUse({ allowance }: { allowance: AllowanceView }) {
  const { used, monthly, unit } = allowance;
  const words = `${roughly(used)} of ${roughly(monthly)} ${unitWords(unit)}`;
  return (
    <span className="grid min-w-36 gap-1 py-1">
      <span title={`${used} of ${monthly}`} className="tabular text-xs text-muted">
        {words}
      </span>
      <UseBar of="allowance" share={Number(used) / Number(monthly)} />
    </span>
  );
}
