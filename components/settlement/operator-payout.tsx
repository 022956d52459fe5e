"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { CalendarCheck } from "lucide-react";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { useItemFilter } from "@/components/payouts/item-filter";
import { ItemsTable } from "@/components/payouts/items-table";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { PayoutDetailView } from "@/components/payouts/payout-view";
import { QueryView } from "@/components/query/query-view";
import { PayoutMoves } from "@/components/settlement/payout-moves";
import { formatPeriod } from "@/components/time/period";
import { ZoneProvider } from "@/components/time/zone-context";
import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button";
import { Page } from "@/components/ui/page-header";
import type { PayoutDetail } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** One payout to any party, with the payments inside it and what may happen to it next. */
export function OperatorPayoutPage({ id }: { id: string }) {
  const trpc = useOperatorTrpc();
  const payout = useQuery(trpc.payouts.get.queryOptions({ payoutId: id }));
  return (
    <Page>
      <QueryView query={payout} what="This payout" skeleton={<PayoutSkeleton />}>
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
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const { payout, statement } = detail;
  const lines = useQuery(
    trpc.statements.get.queryOptions({ statementId: statement.id }, { enabled: can("statements.read") }),
  );
  const filter = useItemFilter();
  const items = useInfiniteQuery(
    trpc.payouts.payments.infiniteQueryOptions(
      { payoutId: payout.id, limit: 50, ...filter },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  const period = formatPeriod(payout.periodStart, payout.periodEnd, statement.program.timeZone);
  return (
    <>
      <Crumbs items={[{ label: `${payout.party.name}, ${period}` }]} />
      {payout.bankLabel === null && ["proposed", "approved"].includes(payout.state) ? (
        <Banner tone="waiting" title={`${payout.party.name} has no active bank account`}>
          The payout cannot be approved until one is entered and a second person has confirmed it.
        </Banner>
      ) : null}
      <PayoutDetailView
        detail={detail}
        statements={trpc.statements}
        base={`${base}/settlement`}
        word={`Payout for ${payout.party.name}`}
        actions={
          <>
            <ButtonLink href={`${base}/settlement/${payout.runId}`} icon={<CalendarCheck />}>
              Its run
            </ButtonLink>
            <PayoutMoves payout={payout} />
          </>
        }
      >
        <ItemsTable
          title="Payments in this payout"
          list={items}
          statement={statement}
          lines={lines.data?.lines}
          reckoning={detail.reckoning}
          withMerchant
        />
      </PayoutDetailView>
    </>
  );
}
