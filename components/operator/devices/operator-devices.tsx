"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Plus, RadioTower } from "lucide-react";
import { useMemo, useState } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { TableFilter } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { DEVICE_FILTERS, deviceColumns, deviceTabs } from "@/components/devices/device-columns";
import { usePortal } from "@/components/frame/portal-context";
import { DeviceActions } from "@/components/operator/devices/device-actions";
import { OperatorDeviceSheet } from "@/components/operator/devices/operator-device";
import { RegisterDevice } from "@/components/operator/devices/register-device";
import { useChoices } from "@/components/operator/use-choices";
import { pagedRows } from "@/components/query/paged-rows";
import { Button } from "@/components/ui/button";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import { DEVICE_KINDS, DEVICE_STATES } from "@/server/devices/constants";
import { useOperatorTrpc } from "@/server/trpc/client";

const COLUMNS = deviceColumns({ withMerchant: true });
const NO_COUNTS = deviceTabs(undefined);

/** The registry: every device of every merchant, with whatever is wrong in sight. */
export function OperatorDevicesPage() {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const { merchantOptions, programOptions } = useChoices();
  const [registering, setRegistering] = useState(false);
  const filters = useMemo<readonly TableFilter[]>(
    () => [
      ...DEVICE_FILTERS,
      { id: "merchant", label: "Merchant", kind: "choice", options: merchantOptions },
      { id: "program", label: "Program", kind: "choice", options: programOptions },
    ],
    [merchantOptions, programOptions],
  );
  const state = useTableState({ tabs: NO_COUNTS, filters });
  const narrowed = {
    kind: DEVICE_KINDS.find((each) => each === state.filters.kind?.[0]),
    merchantId: state.filters.merchant?.[0],
    programId: state.filters.program?.[0],
    text: state.search || undefined,
  };
  const filter = { ...narrowed, state: DEVICE_STATES.find((each) => each === state.tab) };
  // Each tab says how many it holds under the other filters.
  const counts = useQuery(
    trpc.devices.counts.queryOptions(narrowed, { placeholderData: (before) => before }),
  );
  const list = useInfiniteQuery(
    trpc.devices.list.infiniteQueryOptions(
      { ...filter, limit: 100 },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  const register = can("devices.manage") ? (
    <Button variant="primary" icon={<Plus />} onClick={() => setRegistering(true)}>
      Register a device
    </Button>
  ) : undefined;
  return (
    <Page>
      <PageHeader
        title="Devices"
        meta="Everything that may start a payment. Only an active device with a key is listened to."
        actions={register}
      />
      <DataTable
        id="ops-devices"
        label="Devices"
        columns={COLUMNS}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        state={{ ...state, tabs: deviceTabs(counts.data) }}
        searchPlaceholder="Find by name, merchant, site or id"
        sheet={(id, row) => ({
          title: row?.name ?? "Device",
          description: <CopyableId id={id} full />,
          actions: row ? (
            <>
              <StatusBadge kind="device" state={row.state} />
              <DeviceActions device={row} size="sm" />
            </>
          ) : undefined,
          fullHref: `${base}/devices/${id}`,
          width: "lg",
          children: <OperatorDeviceSheet id={id} />,
        })}
        firstUse={
          <FirstUse title="No devices yet" icon={<RadioTower aria-hidden />} action={register}>
            Register a device with the public key that it will sign its requests with, then activate it.
          </FirstUse>
        }
      />
      {can("devices.manage") ? <RegisterDevice open={registering} onOpenChange={setRegistering} /> : null}
    </Page>
  );
}
