"use client";

import { useQuery } from "@tanstack/react-query";
import { Money } from "@/components/money/money";
import { QueryView } from "@/components/query/query-view";
import { KeyValueList } from "@/components/ui/key-value";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useOperatorTrpc } from "@/server/trpc/client";

/** What each party has of an import's payments. */
export function WhoGivesBack({ importId, className }: { importId: string; className?: string }) {
  const trpc = useOperatorTrpc();
  const shares = useQuery(trpc.confirmations.importShares.queryOptions({ importId }));
  return (
    <section aria-label="Who gives back what" className={className}>
      <QueryView query={shares} what="Who has what of it" skeleton={<SkeletonRows rows={3} columns={2} />}>
        {(all) => (
          <KeyValueList
            items={all.map(({ party, amount }) => ({
              label: `${party.name} gives back`,
              value: <Money {...amount} />,
            }))}
          />
        )}
      </QueryView>
    </section>
  );
}
