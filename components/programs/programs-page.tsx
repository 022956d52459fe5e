"use client";

import { useQuery } from "@tanstack/react-query";
import { Boxes, Plus } from "lucide-react";
import { useState } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { delayWords, periodWords } from "@/components/programs/calendar-words";
import { CreateProgram } from "@/components/programs/create-program";
import { tableErrorOf } from "@/components/query/query-view";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse } from "@/components/ui/empty-state";
import { LongName } from "@/components/ui/long-name";
import { Page, PageHeader } from "@/components/ui/page-header";
import type { Calendar } from "@/server/identity/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

interface Row {
  id: string;
  slug: string;
  name: string;
  currency: string;
  timeZone: string;
  calendar: Calendar;
  closedAt: string | null;
  merchantCount: number;
  agencyCount: number;
}

const COLUMNS: readonly DataColumn<Row>[] = [
  {
    id: "name",
    header: "Program",
    fixed: true,
    cell: (row) => (
      <span className="flex items-center gap-2 font-medium">
        <LongName className="max-w-40">{row.name}</LongName>
        <span className="font-normal text-muted md:hidden">{row.currency}</span>
        {row.closedAt ? <Badge>Closed</Badge> : null}
      </span>
    ),
  },
  { id: "currency", header: "Currency", priority: 2, cell: (row) => row.currency },
  {
    id: "zone",
    header: "Time zone",
    priority: 2,
    cell: (row) => <LongName>{row.timeZone.replaceAll("_", " ")}</LongName>,
  },
  { id: "period", header: "Periods end", priority: 2, cell: (row) => periodWords(row.calendar) },
  { id: "paid", header: "Paid out", priority: 3, cell: (row) => delayWords(row.calendar) },
  {
    id: "merchants",
    header: "Merchants",
    align: "right",
    priority: 1,
    cell: (row) => formatCount(row.merchantCount),
  },
  {
    id: "agencies",
    header: "Agencies",
    align: "right",
    priority: 1,
    cell: (row) => formatCount(row.agencyCount),
  },
  { id: "id", header: "Id", priority: 3, cell: (row) => <CopyableId id={row.id} /> },
];

/** The schemes in which merchants take payments and agencies share them. */
export function ProgramsPage() {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const state = useTableState();
  const [creating, setCreating] = useState(false);
  const list = useQuery(trpc.programs.list.queryOptions());
  const create = can("programs.manage") ? (
    <Button variant="primary" icon={<Plus />} onClick={() => setCreating(true)}>
      New program
    </Button>
  ) : undefined;
  return (
    <Page>
      <PageHeader
        title="Programs"
        meta="Each has one currency, time zone and settlement calendar, and an agreement that says who shares what"
        actions={create}
      />
      <DataTable
        id="programs"
        label="Programs"
        columns={COLUMNS}
        rows={list.data?.items}
        rowId={(row) => row.id}
        rowHref={(row) => `${base}/programs/${row.slug}`}
        state={state}
        error={tableErrorOf(list.data ? null : list.error)}
        onRetry={() => void list.refetch()}
        firstUse={
          <FirstUse title="No program yet" icon={<Boxes aria-hidden />} action={create}>
            Devices are registered in a program, and its agreement splits what they take.
          </FirstUse>
        }
      />
      <CreateProgram open={creating} onOpenChange={setCreating} />
    </Page>
  );
}
