import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { MerchantPayoutsPage } from "@/components/payouts/payout-pages";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Payouts" };

interface PageProps {
  params: Promise<{ merchant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function PayoutsPage({ params, searchParams }: PageProps) {
  const { trpc, prefetch, Hydrate } = await merchantApi((await params).merchant);
  // A list that the address narrows is fetched by the browser, which reads the filters.
  const { open: _open, ...narrowed } = await searchParams;
  await prefetch(
    trpc.payouts.counts.queryOptions({}),
    ...(Object.keys(narrowed).length === 0
      ? [
          trpc.payouts.list.infiniteQueryOptions(
            { state: null, limit: 50 },
            { getNextPageParam: (page) => page.nextCursor },
          ),
        ]
      : []),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <MerchantPayoutsPage />
      </Suspense>
    </Hydrate>
  );
}
