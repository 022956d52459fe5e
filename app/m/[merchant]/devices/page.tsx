import { Suspense } from "react";
import { MerchantDevicesPage } from "@/components/devices/merchant-devices";
import { PortalLoading } from "@/components/frame/portal-loading";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Devices" };

interface PageProps {
  params: Promise<{ merchant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function DevicesPage({ params, searchParams }: PageProps) {
  const { trpc, prefetch, Hydrate } = await merchantApi((await params).merchant);
  // A list that the address narrows is fetched by the browser, which reads the filters.
  const { open: _open, ...narrowed } = await searchParams;
  await prefetch(
    trpc.devices.counts.queryOptions({}),
    ...(Object.keys(narrowed).length === 0
      ? [
          trpc.devices.list.infiniteQueryOptions(
            { limit: 100 },
            { getNextPageParam: (page) => page.nextCursor },
          ),
        ]
      : []),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <MerchantDevicesPage />
      </Suspense>
    </Hydrate>
  );
}
