"use client";

import { useQuery } from "@tanstack/react-query";
import { Gauge, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { usePortal } from "@/components/frame/portal-context";
import { EditLimit } from "@/components/limits/edit-limit";
import { LimitUse } from "@/components/limits/limit-use";
import { PERIODS, SUBJECTS } from "@/components/limits/limit-words";
import { RemoveLimit } from "@/components/limits/remove-limit";
import { RulesFrame, type RulesProgram } from "@/components/limits/rules-frame";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { QueryView } from "@/components/query/query-view";
import { Badge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { FirstUse } from "@/components/ui/empty-state";
import { IconButton } from "@/components/ui/icon-button";
import { SkeletonRows } from "@/components/ui/skeleton";
import type { LimitView } from "@/server/payments/schema/limits";
import { useOperatorTrpc } from "@/server/trpc/client";

/** What may be paid in a period, by whom, and how much of it is used. */
export function LimitsPage() {
  const { base, can } = usePortal();
  const [editing, setEditing] = useState<LimitView | "new" | null>(null);
  return (
    <RulesFrame
      meta="How often and how much devices, wallets, payers and merchants may pay before a payment is declined"
      actions={() => (
        <>
          {can("audit.read") ? (
            <ButtonLink href={`${base}/audit?action=limit`} variant="ghost">
              Who changed them?
            </ButtonLink>
          ) : null}
          {can("rules.manage") ? (
            <Button variant="primary" icon={<Plus />} onClick={() => setEditing("new")}>
              Add a limit
            </Button>
          ) : null}
        </>
      )}
      onProgram={() => setEditing(null)}
    >
      {(program) => (
        <>
          <Limits program={program} onEdit={setEditing} />
          {editing ? (
            <EditLimit
              key={editing === "new" ? "new" : editing.id}
              program={program}
              limit={editing === "new" ? null : editing}
              onClose={() => setEditing(null)}
            />
          ) : null}
        </>
      )}
    </RulesFrame>
  );
}

function Limits({ program, onEdit }: { program: RulesProgram; onEdit: (limit: LimitView | "new") => void }) {
  const trpc = useOperatorTrpc();
  const { can } = usePortal();
  const [removing, setRemoving] = useState<LimitView | null>(null);
  const limits = useQuery(
    trpc.limits.list.queryOptions({ programId: program.id }, { refetchInterval: 10_000 }),
  );
  const manages = can("rules.manage");
  return (
    <>
      <QueryView
        query={limits}
        what="The limits"
        skeleton={
          <Card flush>
            <SkeletonRows rows={5} columns={5} />
          </Card>
        }
      >
        {(rows) => (
          <Card flush>
            <SimpleTable
              label="Limits"
              columns={columnsFor(program.currency, manages, onEdit, setRemoving)}
              rows={rows}
              rowId={(row) => row.id}
              empty={
                <FirstUse
                  title="Nothing is limited yet"
                  icon={<Gauge aria-hidden />}
                  action={manages ? <Button onClick={() => onEdit("new")}>Add a limit</Button> : undefined}
                >
                  Without limits, only a device's largest payment, the funds and the score stop a payment.
                </FirstUse>
              }
            />
          </Card>
        )}
      </QueryView>
      {limits.data && limits.data.length > 0 ? (
        <p className="max-w-prose text-sm text-muted">
          A limit of one device, wallet, payer or merchant stands in the place of the default for the same
          period. Periods are those of the calendar in {program.timeZone.replaceAll("_", " ")}; weeks begin on
          Monday. Declined and released payments do not count.
        </p>
      ) : null}
      {removing ? (
        <RemoveLimit
          limit={removing}
          fallback={
            removing.subject === null
              ? null
              : (limits.data?.find(
                  (each) =>
                    each.kind === removing.kind && each.period === removing.period && each.subject === null,
                ) ?? null)
          }
          onClose={() => setRemoving(null)}
        />
      ) : null}
    </>
  );
}

function columnsFor(
  currency: string,
  manages: boolean,
  onEdit: (limit: LimitView) => void,
  onRemove: (limit: LimitView) => void,
): DataColumn<LimitView>[] {
  const columns: DataColumn<LimitView>[] = [
    {
      id: "subject",
      header: "Whom",
      cell: (row) => (
        <span className="flex min-w-0 items-center gap-2 max-md:block max-md:whitespace-normal max-md:py-1.5">
          <span className="min-w-0 md:truncate">
            {row.subject ? (
              <>
                <span className="font-medium">{row.subject.label}</span>{" "}
                <span className="text-muted">{SUBJECTS[row.kind].one.toLowerCase()}</span>
              </>
            ) : (
              <span className="font-medium">{SUBJECTS[row.kind].each}</span>
            )}
          </span>
          <span className="block text-xs text-muted md:hidden">{PERIODS[row.period].label}</span>
          {row.subject ? null : <Badge className="max-md:hidden">Default</Badge>}
        </span>
      ),
    },
    { id: "period", header: "Period", priority: 2, cell: (row) => PERIODS[row.period].label },
    {
      id: "payments",
      header: "Payments at most",
      align: "right",
      priority: 1,
      cell: (row) => (row.maxPayments === null ? <None /> : formatCount(row.maxPayments)),
    },
    {
      id: "amount",
      header: `Amount at most ${currency}`,
      align: "right",
      priority: 1,
      cell: (row) =>
        row.maxAmount === null ? <None /> : <Money {...row.maxAmount} hideCode emphasis="strong" />,
    },
    { id: "use", header: "Used now", priority: 2, width: "34%", cell: (row) => <LimitUse limit={row} /> },
  ];
  if (!manages) return columns;
  const name = (row: LimitView) =>
    `${row.subject?.label ?? SUBJECTS[row.kind].each}, ${PERIODS[row.period].label.toLowerCase()}`;
  return [
    ...columns,
    {
      id: "act",
      header: "Actions",
      align: "right",
      priority: 1,
      cell: (row) => (
        <span className="flex justify-end gap-1">
          <IconButton
            size="sm"
            label={`Change the limit: ${name(row)}`}
            icon={<Pencil />}
            onClick={() => onEdit(row)}
          />
          <IconButton
            size="sm"
            label={`Remove the limit: ${name(row)}`}
            icon={<Trash2 />}
            onClick={() => onRemove(row)}
          />
        </span>
      ),
    },
  ];
}

function None() {
  return <span className="text-muted">any</span>;
}
