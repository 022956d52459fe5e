"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Building2, Plus } from "lucide-react";
import { useState } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn, SavedTab, TableFilter } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { CreateOrganisation } from "@/components/operator/organisations/create-organisation";
import { kindWord } from "@/components/operator/organisations/organisation-words";
import { useConfirmActions } from "@/components/operator/organisations/use-confirm-actions";
import { pagedRows } from "@/components/query/paged-rows";
import { WaitingCard } from "@/components/team/waiting-card";
import { ExactTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse } from "@/components/ui/empty-state";
import { LongName } from "@/components/ui/long-name";
import { Page, PageHeader } from "@/components/ui/page-header";
import { useOperatorTrpc } from "@/server/trpc/client";
import type { OperatorRouter } from "@/server/trpc/operator";

type Row = inferRouterOutputs<OperatorRouter>["organisations"]["list"]["items"][number];

const TABS: readonly SavedTab[] = [
  { value: "all", label: "All" },
  { value: "merchant", label: "Merchants" },
  { value: "agency", label: "Agencies" },
  { value: "operator", label: "Operators" },
];
const KINDS = ["merchant", "agency", "operator"] as const;

const FILTERS: readonly TableFilter[] = [
  {
    id: "access",
    label: "Access",
    kind: "choice",
    options: [
      { value: "open", label: "May sign in" },
      { value: "suspended", label: "Suspended" },
    ],
  },
];

const COLUMNS: readonly DataColumn<Row>[] = [
  {
    id: "name",
    header: "Organisation",
    fixed: true,
    cell: (row) => <LongName className="max-w-40 font-medium lg:max-w-64">{row.name}</LongName>,
  },
  {
    id: "kind",
    header: "Kind",
    priority: 1,
    cell: (row) => <span className="text-muted">{kindWord(row.kind)}</span>,
  },
  {
    id: "slug",
    header: "Short name",
    priority: 3,
    hint: "Stands in addresses and in the terms of agreements",
    cell: (row) => <LongName className="font-mono text-xs text-muted">{row.slug}</LongName>,
  },
  {
    id: "programs",
    header: "Programs",
    align: "right",
    priority: 2,
    cell: (row) => formatCount(row.programCount),
  },
  {
    id: "people",
    header: "People",
    align: "right",
    priority: 2,
    cell: (row) => formatCount(row.memberCount),
  },
  {
    id: "since",
    header: "Since",
    priority: 2,
    cell: (row) => <ExactTime at={row.createdAt} format="date" className="text-muted" />,
  },
  {
    id: "access",
    header: "Access",
    priority: 1,
    cell: (row) =>
      row.suspendedAt ? <Badge tone="waiting">Suspended</Badge> : <Badge tone="arrived">Open</Badge>,
  },
  { id: "id", header: "Id", priority: 3, cell: (row) => <CopyableId id={row.id} /> },
];

/** Every tenant of the platform. */
export function OrganisationsPage() {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const [creating, setCreating] = useState(false);
  const waiting = useQuery(trpc.organisations.waiting.queryOptions({}));
  const confirming = useConfirmActions();
  const state = useTableState({ tabs: TABS, filters: FILTERS });
  const access = state.filters.access?.[0];
  const kind = KINDS.find((each) => each === state.tab);
  const list = useInfiniteQuery(
    trpc.organisations.list.infiniteQueryOptions(
      {
        ...(kind && { kind }),
        ...(access && { suspended: access === "suspended" }),
        ...(state.search && { text: state.search }),
        limit: 100,
      },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  const create = can("organisations.manage") ? (
    <Button variant="primary" icon={<Plus />} onClick={() => setCreating(true)}>
      Create an organisation
    </Button>
  ) : undefined;
  return (
    <Page>
      <PageHeader
        title="Organisations"
        meta="Tenants of the platform. None sees anything of another but what an agreement shares."
        actions={create}
      />
      <WaitingCard
        title="Waiting for your confirmation"
        invitations={(waiting.data?.invitations ?? []).filter(
          (each) => each.state === "waiting_for_release" && each.confirmFault === null,
        )}
        grants={(waiting.data?.grants ?? []).filter((each) => each.confirmFault === null)}
        resets={(waiting.data?.resets ?? []).filter(
          (each) => each.releaseFault === null && each.releasedByName === null,
        )}
        actions={confirming}
        named
      />
      <DataTable
        id="ops-organisations"
        label="Organisations"
        columns={COLUMNS}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        rowHref={(row) => `${base}/organisations/${row.id}`}
        state={state}
        searchPlaceholder="Find by name"
        firstUse={
          <FirstUse title="No organisations yet" icon={<Building2 aria-hidden />} action={create}>
            Create the merchants that take payments and the agencies that share them, then invite an admin of
            each.
          </FirstUse>
        }
      />
      {can("organisations.manage") ? <CreateOrganisation open={creating} onOpenChange={setCreating} /> : null}
    </Page>
  );
}
