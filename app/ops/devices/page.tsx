import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OperatorDevicesPage } from "@/components/operator/devices/operator-devices";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Devices" };

export default async function DevicesPage() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(
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
