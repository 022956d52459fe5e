import { OperatorDevicePage } from "@/components/operator/devices/operator-device";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Device" };

export default async function DevicePage({ params }: { params: Promise<{ device: string }> }) {
  const { device } = await params;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.devices.detail.queryOptions({ deviceId: device }));
  return (
    <Hydrate>
      <OperatorDevicePage id={device} />
    </Hydrate>
  );
}
