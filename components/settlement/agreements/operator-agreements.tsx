"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Handshake, PenLine } from "lucide-react";
import { useMemo } from "react";
import { AGREEMENT_COLUMNS } from "@/components/agreements/agreement-columns";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn, TableFilter } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { ProgramZone } from "@/components/frame/programs-context";
import { useChoices } from "@/components/operator/use-choices";
import { pagedRows } from "@/components/query/paged-rows";
import { ExactTime } from "@/components/time/relative-time";
import { ButtonLink } from "@/components/ui/button";
import { FirstUse } from "@/components/ui/empty-state";
import { LongName } from "@/components/ui/long-name";
import { Page, PageHeader } from "@/components/ui/page-header";
import type { AgreementSummary } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

const COLUMNS: readonly DataColumn<AgreementSummary>[] = [
  ...AGREEMENT_COLUMNS.filter(({ id }) => id !== "own").map((column) =>
    column.id === "program" ? { ...column, priority: 1 as const } : column,
  ),
  {
    id: "waits",
    header: "Waits for",
    priority: 2,
    cell: (row) => {
      if (row.state !== "proposed") return <span className="text-muted">–</span>;
      const waiting = row.answers.filter(({ agreed }) => !agreed).map(({ party }) => party.name);
      if (!row.operator.approvedAt) waiting.unshift("a second person");
      return <LongName className="text-muted">{waiting.join(", ") || "–"}</LongName>;
    },
  },
  {
    id: "proposed",
    header: "Proposed",
    priority: 3,
    cell: (row) => (
      <span className="text-muted">
        <ProgramZone id={row.program.id}>
          <ExactTime at={row.proposedAt} format="day" />
        </ProgramZone>
      </span>
    ),
  },
];

/** Versions of every program's agreement, newest first. */
export function OperatorAgreementsPage() {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const { programs, programOptions } = useChoices();
  const filters = useMemo<readonly TableFilter[]>(
    () => [{ id: "program", label: "Program", kind: "choice", options: programOptions }],
    [programOptions],
  );
  const state = useTableState({ filters });
  const programId = state.filters.program?.[0] ?? null;
  const list = useInfiniteQuery(
    trpc.agreements.list.infiniteQueryOptions(
      { programId, limit: 50 },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  const slug = (programs.find(({ id }) => id === programId) ?? programs[0])?.slug;
  const draftHref = slug ? `${base}/agreements/new?program=${slug}` : `${base}/agreements/new`;
  return (
    <Page>
      <PageHeader
        title="Agreements"
        meta="How payments are split. A version comes into force only when everybody whose money it touches has agreed"
        actions={
          can("agreements.write") ? (
            <ButtonLink href={draftHref} variant="primary" icon={<PenLine />}>
              Draft a version
            </ButtonLink>
          ) : undefined
        }
      />
      <DataTable
        id="ops-agreements"
        label="Agreements"
        columns={COLUMNS}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        rowHref={(row) => `${base}/agreements/${row.id}`}
        state={state}
        firstUse={
          <FirstUse
            title="No agreement yet"
            icon={<Handshake aria-hidden />}
            action={
              can("agreements.write") ? (
                <ButtonLink href={draftHref}>Draft the first version</ButtonLink>
              ) : undefined
            }
          >
            Until a version is in force, captured payments wait in clearing.
          </FirstUse>
        }
      />
    </Page>
  );
}
