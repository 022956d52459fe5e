"use client";

import { useQuery } from "@tanstack/react-query";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { JournalView } from "@/components/ledger/journal-view";
import { movesMoney } from "@/components/ledger/ledger-words";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { sumAmounts } from "@/components/money/sum-amounts";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { QueryView } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { CopyableId } from "@/components/ui/copyable-id";
import { NothingFound } from "@/components/ui/empty-state";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { useOperatorTrpc } from "@/server/trpc/client";

/** All transfers of one business event. */
export function JournalPage({ id }: { id: string }) {
  const trpc = useOperatorTrpc();
  const { base } = usePortal();
  const journal = useQuery(trpc.ledger.journal.queryOptions({ journalId: id }));
  return (
    <Page>
      <QueryView query={journal} what="This journal" skeleton={<PayoutSkeleton />}>
        {({ items }) => {
          const first = items[0];
          if (!first) {
            return (
              <NothingFound title="This journal is not here">
                No transfer carries this id. Check the id in the address.
              </NothingFound>
            );
          }
          const moved = items.filter((each) => movesMoney(each.kind)).map((each) => each.amount.amount);
          return (
            <>
              <Crumbs
                items={[{ label: "Transfers", href: `${base}/ledger/transfers` }, { label: "Journal" }]}
              />
              <PageHeader
                title="Journal"
                meta={
                  <>
                    <CopyableId id={id} full />
                    <Dot />
                    <span>{formatCount(items.length)} transfers</span>
                    <Dot />
                    <span>
                      moved <Money amount={sumAmounts(moved)} currency={first.amount.currency} full />
                    </span>
                    <Dot />
                    <ExactTime at={first.effectiveAt} format="exact" withOffset />
                  </>
                }
              />
              <JournalView journalId={id} transfers={items} />
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}
