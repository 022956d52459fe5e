"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { FileText } from "lucide-react";
import { useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import { useTableState } from "@/components/data-table/use-table-state";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { programFilter, usePrograms } from "@/components/frame/programs-context";
import { itemsHref, useItemFilter } from "@/components/payouts/item-filter";
import { ItemsTable } from "@/components/payouts/items-table";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { pagedRows } from "@/components/query/paged-rows";
import { QueryView } from "@/components/query/query-view";
import { statementColumns } from "@/components/statements/statement-columns";
import { StatementDetailView } from "@/components/statements/statement-detail";
import { formatPeriod } from "@/components/time/period";
import { ZoneProvider } from "@/components/time/zone-context";
import { FirstUse } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import type { StatementDetail } from "@/server/settlement/schema";
import { type MerchantTrpc, useAgencyTrpc, useMerchantTrpc } from "@/server/trpc/client";

type StatementCalls = MerchantTrpc["statements"];

export function MerchantStatementsPage() {
  return <StatementsPage statements={useMerchantTrpc().statements} />;
}

export function AgencyStatementsPage() {
  return <StatementsPage statements={useAgencyTrpc().statements} />;
}

export function MerchantStatementPage({ id }: { id: string }) {
  return <StatementPage id={id} statements={useMerchantTrpc().statements} />;
}

export function AgencyStatementPage({ id }: { id: string }) {
  return <StatementPage id={id} statements={useAgencyTrpc().statements} />;
}

/** What each closed period said to a merchant or an agency, newest first. */
function StatementsPage({ statements }: { statements: StatementCalls }) {
  const { base } = usePortal();
  const { many, currency, options } = usePrograms();
  const filters = useMemo(() => programFilter(options), [options]);
  const columns = useMemo(() => statementColumns({ currency, withProgram: many }), [currency, many]);
  const state = useTableState({ filters });
  const programId = state.filters.program?.[0] ?? null;
  const list = useInfiniteQuery(
    statements.list.infiniteQueryOptions(
      { programId, limit: 50 },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  return (
    <Page>
      <PageHeader title="Statements" meta="One for each settled period, with the file that proves it" />
      <DataTable
        id="statements"
        label="Statements"
        columns={columns}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        rowHref={(row) => `${base}/statements/${row.id}`}
        state={state}
        firstUse={
          <FirstUse title="No statements yet" icon={<FileText aria-hidden />}>
            When the first settlement period closes, its statement stands here to read and to download.
          </FirstUse>
        }
      />
    </Page>
  );
}

/** One statement with the payments in it. */
function StatementPage({ id, statements }: { id: string; statements: StatementCalls }) {
  const statement = useQuery(statements.get.queryOptions({ statementId: id }));
  return (
    <Page>
      <QueryView query={statement} what="This statement" skeleton={<PayoutSkeleton />}>
        {(detail) => (
          <ZoneProvider zone={detail.statement.program.timeZone} place={detail.statement.program.name}>
            <Loaded detail={detail} statements={statements} />
          </ZoneProvider>
        )}
      </QueryView>
    </Page>
  );
}

function Loaded({ detail, statements }: { detail: StatementDetail; statements: StatementCalls }) {
  const { base, kind } = usePortal();
  const { statement } = detail;
  const filter = useItemFilter();
  const items = useInfiniteQuery(
    statements.payments.infiniteQueryOptions(
      { statementId: statement.id, limit: 50, ...filter },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  return (
    <>
      <Crumbs
        items={[
          { label: formatPeriod(statement.periodStart, statement.periodEnd, statement.program.timeZone) },
        ]}
      />
      <StatementDetailView
        detail={detail}
        base={base}
        statements={statements}
        lineHref={({ day, rule, step }) =>
          itemsHref(`${base}/statements/${statement.id}`, { day, rule, step })
        }
        payoutLabel={kind === "agency" ? "See the remittance" : "See the payout"}
        payoutHref={
          statement.payoutId
            ? `${base}/${kind === "agency" ? "remittances" : "payouts"}/${statement.payoutId}`
            : undefined
        }
      >
        <ItemsTable
          title="Payments in this statement"
          list={items}
          statement={statement}
          lines={detail.lines}
          reckoning={detail.reckoning}
          withMerchant={kind === "agency"}
        />
      </StatementDetailView>
    </>
  );
}
