"use client";

import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import type { TableFilter } from "@/components/data-table/types";
import { DevicesPage } from "@/components/devices/devices-page";
import { usePortal } from "@/components/frame/portal-context";
import { DeviceActions } from "@/components/operator/devices/device-actions";
import { OperatorDeviceSheet } from "@/components/operator/devices/operator-device";
import { RegisterDevice } from "@/components/operator/devices/register-device";
import { useChoices } from "@/components/operator/use-choices";
import { Button } from "@/components/ui/button";
import { useOperatorTrpc } from "@/server/trpc/client";

/** The registry: every device of every merchant. */
export function OperatorDevicesPage() {
  const { devices } = useOperatorTrpc();
  const { can } = usePortal();
  const { merchantOptions, programOptions } = useChoices();
  const [registering, setRegistering] = useState(false);
  const filters = useMemo<readonly TableFilter[]>(
    () => [
      { id: "merchant", label: "Merchant", kind: "choice", options: merchantOptions },
      { id: "program", label: "Program", kind: "choice", options: programOptions },
    ],
    [merchantOptions, programOptions],
  );
  const manages = can("devices.manage");
  return (
    <>
      <DevicesPage
        id="ops-devices"
        meta="Everything that may start a payment. Only an active device with a key is listened to."
        none="Register a device with the public key that it will sign its requests with, then activate it."
        devices={devices}
        searchPlaceholder="Find by name, merchant, site or id"
        withMerchant
        filters={filters}
        narrow={({ merchant, program }) => ({
          ...(merchant?.[0] && { merchantId: merchant[0] }),
          ...(program?.[0] && { programId: program[0] }),
        })}
        action={
          manages ? (
            <Button variant="primary" icon={<Plus />} onClick={() => setRegistering(true)}>
              Register a device
            </Button>
          ) : undefined
        }
        rowActions={(device) => <DeviceActions device={device} size="sm" />}
        sheet={(id) => <OperatorDeviceSheet id={id} />}
      />
      {manages ? <RegisterDevice open={registering} onOpenChange={setRegistering} /> : null}
    </>
  );
}
