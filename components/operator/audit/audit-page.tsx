"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Bot, Nfc, ScrollText } from "lucide-react";
import { useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn, TableFilter } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { AuditEntryDetail } from "@/components/operator/audit/audit-entry";
import { ACTION_GROUPS, actionWords, subjectWords } from "@/components/operator/audit/audit-words";
import { pagedRows } from "@/components/query/paged-rows";
import { dayBounds } from "@/components/time/day-bounds";
import { ExactTime } from "@/components/time/relative-time";
import { useZone } from "@/components/time/zone-context";
import { Avatar } from "@/components/ui/avatar";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse } from "@/components/ui/empty-state";
import { LongName } from "@/components/ui/long-name";
import { Page, PageHeader } from "@/components/ui/page-header";
import { useOperatorTrpc } from "@/server/trpc/client";
import type { OperatorRouter } from "@/server/trpc/operator";

export type AuditRow = inferRouterOutputs<OperatorRouter>["audit"]["list"]["items"][number];

function actorWords({ name, kind }: AuditRow["actor"]): string {
  return name ?? (kind === "system" ? "The platform" : "Unknown");
}

const COLUMNS: readonly DataColumn<AuditRow>[] = [
  {
    id: "at",
    header: "When",
    fixed: true,
    cell: (row) => <ExactTime at={row.at} format="dayTime" className="text-muted" />,
  },
  {
    id: "actor",
    header: "Who",
    priority: 2,
    cell: (row) => (
      <span className="flex min-w-0 items-center gap-2">
        {row.actor.kind === "user" ? (
          <Avatar name={row.actor.name ?? "?"} size="sm" />
        ) : row.actor.kind === "device" ? (
          <Nfc aria-hidden className="size-4 text-muted" />
        ) : (
          <Bot aria-hidden className="size-4 text-muted" />
        )}
        <LongName>{actorWords(row.actor)}</LongName>
      </span>
    ),
  },
  {
    id: "action",
    header: "Did what",
    priority: 1,
    cell: (row) => (
      <span
        title={row.action}
        className="font-medium max-md:block max-md:whitespace-normal max-md:py-1 max-md:leading-4"
      >
        {actionWords(row.action)}
        <LongName className="text-xs font-normal leading-4 text-muted md:hidden">
          {actorWords(row.actor)}
        </LongName>
      </span>
    ),
  },
  {
    id: "subject",
    header: "To what",
    priority: 2,
    cell: (row) => (
      <span className="flex items-center gap-2">
        <span className="text-muted">{subjectWords(row.subject.kind)}</span>
        {row.subject.id ? <CopyableId id={row.subject.id} /> : null}
      </span>
    ),
  },
  {
    id: "organisation",
    header: "In",
    priority: 2,
    cell: (row) => <LongName className="text-muted">{row.organisation?.name ?? "the platform"}</LongName>,
  },
  {
    id: "request",
    header: "Request",
    priority: 3,
    defaultHidden: true,
    cell: (row) => (row.requestId ? <CopyableId id={row.requestId} /> : null),
  },
  {
    id: "address",
    header: "From",
    priority: 3,
    defaultHidden: true,
    cell: (row) => <span className="font-mono text-xs text-muted">{row.address}</span>,
  },
];

const ID = /^[a-z]+_[0-9a-z]{26}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Who did what, when, and what was before and after. Nothing here can be changed or removed. */
export function AuditPage() {
  const trpc = useOperatorTrpc();
  const { zone } = useZone();
  const team = useQuery(trpc.team.list.queryOptions());
  const organisations = useQuery(trpc.organisations.list.queryOptions({ limit: 200 }));
  const filters = useMemo<readonly TableFilter[]>(
    () => [
      { id: "action", label: "About", kind: "choice", options: ACTION_GROUPS },
      {
        id: "actor",
        label: "Who",
        kind: "choice",
        options: (team.data?.members ?? []).map(({ userId, name }) => ({ value: userId, label: name })),
      },
      {
        id: "organisation",
        label: "In",
        kind: "choice",
        options: (organisations.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
      },
      { id: "day", label: "Day", kind: "dates" },
    ],
    [team.data, organisations.data],
  );
  const state = useTableState({ filters });
  const { from, to } = dayBounds(state.filters.day ?? [], zone);
  const text = state.search.trim();
  const action = state.filters.action?.[0];
  const actorId = state.filters.actor?.[0];
  const organisationId = state.filters.organisation?.[0];
  const list = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(
      {
        ...(action && { action }),
        ...(actorId && { actorId }),
        ...(organisationId && { organisationId }),
        ...(from && { from }),
        ...(to && { to }),
        ...(ID.test(text) && { subjectId: text }),
        limit: 50,
      },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  return (
    <Page>
      <PageHeader title="Audit log" meta="Who did what, with what was before and after. It can only grow." />
      <DataTable
        id="ops-audit"
        label="Audit log"
        columns={COLUMNS}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        state={state}
        autoLoad
        searchPlaceholder="Id of a payment, device, case…"
        sheet={(id, row) => ({
          title: row ? actionWords(row.action) : "Entry of the audit log",
          description: <CopyableId id={id} full />,
          children: row ? (
            <AuditEntryDetail entry={row} />
          ) : (
            <p className="text-sm text-muted">This entry is not in the list as it is filtered now.</p>
          ),
        })}
        firstUse={
          <FirstUse title="Nothing was done yet" icon={<ScrollText aria-hidden />}>
            Everything that people and the platform change is written here in the same moment.
          </FirstUse>
        }
      />
    </Page>
  );
}
