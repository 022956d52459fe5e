import { Suspense } from "react";
import { MerchantDevicesPage } from "@/components/devices/merchant-devices";
import { PortalLoading } from "@/components/frame/portal-loading";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Devices" };

export default async function DevicesPage({ params }: { params: Promise<{ merchant: string }> }) {
  const { trpc, prefetch, Hydrate } = await merchantApi((await params).merchant);
  await prefetch(trpc.devices.counts.queryOptions({}));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <MerchantDevicesPage />
      </Suspense>
    </Hydrate>
  );
}
