"use client";

import { DevicesPage } from "@/components/devices/devices-page";
import { MerchantDeviceDetail } from "@/components/devices/merchant-device";
import { useMerchantTrpc } from "@/server/trpc/client";

/** A merchant's devices. */
export function MerchantDevicesPage() {
  const { devices } = useMerchantTrpc();
  return (
    <DevicesPage
      id="devices"
      meta="What takes payments for you. The operator registers, suspends and retires them."
      none="The operator of your program registers a device and gives it a key; from then on its payments appear here."
      devices={devices}
      searchPlaceholder="Find by name, site or id"
      sheet={(id) => <MerchantDeviceDetail id={id} />}
    />
  );
}
