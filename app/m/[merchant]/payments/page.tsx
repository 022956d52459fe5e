import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { MerchantPaymentsPage } from "@/components/payments/merchant-payments";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Payments" };

interface PageProps {
  params: Promise<{ merchant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function PaymentsPage({ params, searchParams }: PageProps) {
  const { trpc, prefetch, Hydrate } = await merchantApi((await params).merchant);
  // A list that the address narrows is fetched by the browser, which reads the filters.
  const { open: _open, ...narrowed } = await searchParams;
  await prefetch(
    trpc.payments.counts.queryOptions({}),
    ...(Object.keys(narrowed).length === 0
      ? [
          trpc.payments.list.infiniteQueryOptions(
            { limit: 50 },
            { getNextPageParam: (page) => page.nextCursor },
          ),
        ]
      : []),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <MerchantPaymentsPage />
      </Suspense>
    </Hydrate>
  );
}
