"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { useItemFilter } from "@/components/payouts/item-filter";
import { ItemsTable } from "@/components/payouts/items-table";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { PayoutDetailView } from "@/components/payouts/payout-view";
import { QueryView, tableErrorOf } from "@/components/query/query-view";
import { statementFileHref } from "@/components/statements/statement-files";
import { formatPeriod } from "@/components/time/period";
import { ZoneProvider } from "@/components/time/zone-context";
import { Page } from "@/components/ui/page-header";
import type { PayoutDetail } from "@/server/settlement/schema";
import { useAgencyTrpc } from "@/server/trpc/client";

/** One remittance of an agency with the payments inside it. */
export function AgencyRemittancePage({ id }: { id: string }) {
  const trpc = useAgencyTrpc();
  const payout = useQuery(trpc.remittances.get.queryOptions({ payoutId: id }));
  return (
    <Page>
      <QueryView query={payout} what="This remittance" skeleton={<PayoutSkeleton />}>
        {(detail) => (
          <ZoneProvider zone={detail.statement.program.timeZone} place={detail.statement.program.name}>
            <Loaded detail={detail} />
          </ZoneProvider>
        )}
      </QueryView>
    </Page>
  );
}

function Loaded({ detail }: { detail: PayoutDetail }) {
  const trpc = useAgencyTrpc();
  const { base } = usePortal();
  const { payout, statement } = detail;
  const lines = useQuery(trpc.statements.get.queryOptions({ statementId: statement.id }));
  const filter = useItemFilter();
  const items = useInfiniteQuery(
    trpc.remittances.payments.infiniteQueryOptions(
      { payoutId: payout.id, limit: 50, ...filter },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  return (
    <>
      <Crumbs
        items={[{ label: formatPeriod(payout.periodStart, payout.periodEnd, statement.program.timeZone) }]}
      />
      <PayoutDetailView detail={detail} lines={lines.data?.lines ?? []} base={base} word="Remittance">
        <ItemsTable
          title="Payments in this remittance"
          items={items.data?.pages.flatMap((page) => page.items)}
          total={Object.keys(filter).length > 0 ? null : statement.paymentCount + statement.refundCount}
          lines={lines.data?.lines}
          currency={payout.amount.currency}
          withMerchant
          paymentHref={(paymentId) => `${base}/payments/${paymentId}`}
          exportHref={statementFileHref(statement.id, "csv")}
          error={tableErrorOf(items.data ? null : items.error)}
          onRetry={() => void items.refetch()}
          hasMore={items.hasNextPage}
          onLoadMore={() => void items.fetchNextPage()}
          loadingMore={items.isFetchingNextPage}
        />
      </PayoutDetailView>
    </>
  );
}
