import { MerchantDevicePage } from "@/components/devices/merchant-device";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Device" };

interface PageProps {
  params: Promise<{ merchant: string; device: string }>;
}

export default async function DevicePage({ params }: PageProps) {
  const { merchant, device } = await params;
  const { trpc, prefetch, Hydrate } = await merchantApi(merchant);
  await prefetch(trpc.devices.detail.queryOptions({ deviceId: device }));
  return (
    <Hydrate>
      <MerchantDevicePage id={device} />
    </Hydrate>
  );
}
