import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OperatorPaymentsPage } from "@/components/operator/payments/operator-payments";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Payments" };

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function PaymentsPage({ searchParams }: PageProps) {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  // A list that the address narrows is fetched by the browser, which reads the filters.
  const { open: _open, ...narrowed } = await searchParams;
  await prefetch(
    ...(Object.keys(narrowed).length === 0
      ? [
          trpc.payments.counts.queryOptions({}),
          trpc.payments.list.infiniteQueryOptions(
            { limit: 50 },
            { getNextPageParam: (page) => page.nextCursor },
          ),
        ]
      : []),
    trpc.organisations.list.queryOptions({ kind: "merchant", limit: 200 }),
    trpc.programs.list.queryOptions(),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <OperatorPaymentsPage />
      </Suspense>
    </Hydrate>
  );
}
