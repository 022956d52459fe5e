import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OperatorDevicesPage } from "@/components/operator/devices/operator-devices";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Devices" };

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function DevicesPage({ searchParams }: PageProps) {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  // A list that the address narrows is fetched by the browser, which reads the filters.
  const { open: _open, ...narrowed } = await searchParams;
  await prefetch(
    ...(Object.keys(narrowed).length === 0
      ? [
          trpc.devices.list.infiniteQueryOptions(
            { limit: 100 },
            { getNextPageParam: (page) => page.nextCursor },
          ),
        ]
      : []),
    trpc.devices.counts.queryOptions({}),
    trpc.organisations.list.queryOptions({ kind: "merchant", limit: 200 }),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <OperatorDevicesPage />
      </Suspense>
    </Hydrate>
  );
}
