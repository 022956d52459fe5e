import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { AgencyRemittancesPage } from "@/components/payouts/payout-pages";
import { agencyApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Remittances" };

interface PageProps {
  params: Promise<{ agency: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function RemittancesPage({ params, searchParams }: PageProps) {
  const { trpc, prefetch, Hydrate } = await agencyApi((await params).agency);
  // A list that the address narrows is fetched by the browser, which reads the filters.
  const { open: _open, ...narrowed } = await searchParams;
  await prefetch(
    trpc.remittances.counts.queryOptions({}),
    ...(Object.keys(narrowed).length === 0
      ? [
          trpc.remittances.list.infiniteQueryOptions(
            { state: null, limit: 50 },
            { getNextPageParam: (page) => page.nextCursor },
          ),
        ]
      : []),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <AgencyRemittancesPage />
      </Suspense>
    </Hydrate>
  );
}
