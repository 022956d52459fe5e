"use client";

import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, Hand, Undo2 } from "lucide-react";
import Link from "next/link";
import { useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn, SavedTab, TableFilter } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { ProgramZone } from "@/components/frame/programs-context";
import { useChoices } from "@/components/operator/use-choices";
import { pagedRows } from "@/components/query/paged-rows";
import { EXCEPTION_ADVICE, exceptionTitle } from "@/components/settlement/run-words";
import { useMe } from "@/components/settlement/use-me";
import { ExactTime, RelativeTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse } from "@/components/ui/empty-state";
import { JsonView } from "@/components/ui/json-view";
import { KeyValueList } from "@/components/ui/key-value";
import { Page, PageHeader } from "@/components/ui/page-header";
import { showToast } from "@/components/ui/toast";
import type { ExceptionView } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

const TABS: readonly SavedTab[] = [
  { value: "open", label: "Open" },
  { value: "all", label: "All" },
];

/** What settlement could not do by itself: why, since when, and who looks after it. */
export function ExceptionsPage() {
  const trpc = useOperatorTrpc();
  const { programOptions, programs } = useChoices();
  const filters = useMemo<readonly TableFilter[]>(
    () => [{ id: "program", label: "Program", kind: "choice", options: programOptions }],
    [programOptions],
  );
  const state = useTableState({ tabs: TABS, filters });
  const open = state.tab !== "all";
  const list = useInfiniteQuery(
    trpc.settlement.exceptions.infiniteQueryOptions(
      { open, programId: state.filters.program?.[0] ?? null, limit: 50 },
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
        title="Exceptions"
        meta="What settlement could not do by itself. Most close themselves when their cause is gone"
      />
      <DataTable
        id="exceptions"
        label="Exceptions"
        columns={COLUMNS}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        state={state}
        sheet={(id, row) => ({
          title: row ? exceptionTitle(row.kind) : "Exception",
          description: <CopyableId id={id} full />,
          children: row ? (
            <ExceptionDetail
              exception={row}
              slugOf={(pid) => programs.find((each) => each.id === pid)?.slug}
            />
          ) : (
            <p className="text-sm text-muted">It is not among the exceptions that are loaded here.</p>
          ),
        })}
        firstUse={
          <FirstUse
            title={open ? "Nothing is out of order" : "There never was an exception"}
            icon={<CircleCheck aria-hidden />}
          >
            Payments without an agreement, runs that stop and payouts without a bank account would stand here
            with their reason.
          </FirstUse>
        }
      />
    </Page>
  );
}

const COLUMNS: readonly DataColumn<ExceptionView>[] = [
  {
    id: "kind",
    header: "What",
    fixed: true,
    cell: (row) => <span className="font-medium">{exceptionTitle(row.kind)}</span>,
  },
  {
    id: "sentence",
    header: "Why",
    priority: 1,
    width: "46%",
    truncate: true,
    cell: (row) => <span title={row.sentence}>{row.sentence}</span>,
  },
  { id: "program", header: "Program", priority: 3, cell: (row) => row.program.name },
  {
    id: "age",
    header: "Since",
    priority: 1,
    cell: (row) => (
      <span className="text-muted">
        <ProgramZone id={row.program.id}>
          <RelativeTime at={row.openedAt} />
        </ProgramZone>
      </span>
    ),
  },
  {
    id: "owner",
    header: "Looked after by",
    priority: 2,
    cell: (row) => row.owner?.name ?? <span className="text-muted">nobody</span>,
  },
  {
    id: "state",
    header: "State",
    priority: 1,
    cell: (row) =>
      row.resolvedAt ? <Badge tone="arrived">Resolved</Badge> : <Badge tone="waiting">Open</Badge>,
  },
];

const SUBJECTS: Record<string, string> = {
  settlement_run: "Open the run",
  payout: "Open the payout",
  program: "Open the program",
  statement: "Open the statement",
};

function ExceptionDetail({
  exception,
  slugOf,
}: {
  exception: ExceptionView;
  slugOf: (programId: string) => string | undefined;
}) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const { base, can } = usePortal();
  const me = useMe();
  const take = useMutation(trpc.settlement.takeException.mutationOptions());
  const { subject } = exception;
  const hrefs: Record<string, string> = {
    settlement_run: `${base}/settlement/${subject.id}`,
    payout: `${base}/settlement/payouts/${subject.id}`,
    statement: `${base}/settlement/statements/${subject.id}`,
    program: `${base}/programs/${slugOf(exception.program.id) ?? exception.program.slug}`,
  };
  const href = subject.id ? hrefs[subject.kind] : undefined;
  const mine = exception.owner !== null && exception.owner.id === me?.id;

  async function setMine(next: boolean) {
    try {
      await take.mutateAsync({ exceptionId: exception.id, mine: next });
      await queryClient.invalidateQueries(trpc.settlement.exceptions.pathFilter());
      showToast({ title: next ? "You look after it" : "Nobody looks after it now" });
    } catch (error) {
      showToast({ title: callErrorOf(error)?.message ?? "The server did not answer.", tone: "loss" });
    }
  }

  return (
    <div className="grid gap-4 text-sm">
      <p className="text-base">{exception.sentence}</p>
      {exception.resolvedAt ? (
        <p className="text-arrived">
          Resolved <RelativeTime at={exception.resolvedAt} />. {exception.resolution}
        </p>
      ) : (
        <p className="text-muted">{EXCEPTION_ADVICE[exception.kind]}</p>
      )}
      <div className="flex flex-wrap gap-2">
        {href ? (
          <ButtonLink href={href} variant="primary">
            {SUBJECTS[subject.kind] ?? "Open it"}
          </ButtonLink>
        ) : null}
        {!exception.resolvedAt && can("runs.create") ? (
          <Button
            icon={mine ? <Undo2 /> : <Hand />}
            loading={take.isPending}
            onClick={() => void setMine(!mine)}
          >
            {mine ? "Give it back" : "Look after it"}
          </Button>
        ) : null}
      </div>
      <KeyValueList
        items={[
          {
            label: "Program",
            value: (
              <Link
                href={`${base}/programs/${exception.program.slug}`}
                className="underline decoration-line-strong underline-offset-4"
              >
                {exception.program.name}
              </Link>
            ),
          },
          { label: "Opened", value: <ExactTime at={exception.openedAt} format="exact" withOffset /> },
          { label: "Looked after by", value: exception.owner?.name ?? "nobody yet" },
        ]}
      />
      <JsonView value={exception.detail} label="What was found" collapsed />
    </div>
  );
}
