"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { itemsHref, useItemFilter } from "@/components/payouts/item-filter";
import { ItemsTable } from "@/components/payouts/items-table";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { QueryView } from "@/components/query/query-view";
import { StatementDetailView } from "@/components/statements/statement-detail";
import { formatPeriod } from "@/components/time/period";
import { ZoneProvider } from "@/components/time/zone-context";
import { Page } from "@/components/ui/page-header";
import type { StatementDetail } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** One statement of any party. */
export function OperatorStatementPage({ id }: { id: string }) {
  const trpc = useOperatorTrpc();
  const statement = useQuery(trpc.statements.get.queryOptions({ statementId: id }));
  return (
    <Page>
      <QueryView query={statement} what="This statement" skeleton={<PayoutSkeleton />}>
        {(detail) => (
          <ZoneProvider zone={detail.statement.program.timeZone} place={detail.statement.program.name}>
            <Loaded detail={detail} />
          </ZoneProvider>
        )}
      </QueryView>
    </Page>
  );
}

function Loaded({ detail }: { detail: StatementDetail }) {
  const trpc = useOperatorTrpc();
  const { base } = usePortal();
  const { statement } = detail;
  const filter = useItemFilter();
  const items = useInfiniteQuery(
    trpc.statements.payments.infiniteQueryOptions(
      { statementId: statement.id, limit: 50, ...filter },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  const period = formatPeriod(statement.periodStart, statement.periodEnd, statement.program.timeZone);
  return (
    <>
      <Crumbs
        items={[
          { label: `${statement.program.name}, ${period}`, href: `${base}/settlement/${statement.runId}` },
          { label: statement.party.name },
        ]}
      />
      <StatementDetailView
        detail={detail}
        base={`${base}/settlement`}
        statements={trpc.statements}
        lineHref={({ day, rule, step }) =>
          itemsHref(`${base}/settlement/statements/${statement.id}`, { day, rule, step })
        }
        payoutHref={statement.payoutId ? `${base}/settlement/payouts/${statement.payoutId}` : undefined}
        runHref={`${base}/settlement/${statement.runId}`}
      >
        <ItemsTable
          title="Payments in this statement"
          list={items}
          statement={statement}
          lines={detail.lines}
          reckoning={detail.reckoning}
          withMerchant
        />
      </StatementDetailView>
    </>
  );
}
