"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { RadioTower } from "lucide-react";
import { DataTable } from "@/components/data-table/data-table";
import { useTableState } from "@/components/data-table/use-table-state";
import { DEVICE_FILTERS, deviceColumns, deviceTabs } from "@/components/devices/device-columns";
import { MerchantDeviceDetail } from "@/components/devices/merchant-device";
import { usePortal } from "@/components/frame/portal-context";
import { pagedRows } from "@/components/query/paged-rows";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse, NothingFound } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import { DEVICE_KINDS, DEVICE_STATES } from "@/server/devices/constants";
import { useMerchantTrpc } from "@/server/trpc/client";

const COLUMNS = deviceColumns();
const NO_COUNTS = deviceTabs(undefined);

/** A merchant's devices, with whatever is wrong in sight. */
export function MerchantDevicesPage() {
  const trpc = useMerchantTrpc();
  const { base } = usePortal();
  const state = useTableState({ tabs: NO_COUNTS, filters: DEVICE_FILTERS });
  const narrowed = {
    kind: DEVICE_KINDS.find((each) => each === state.filters.kind?.[0]),
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
  return (
    <Page>
      <PageHeader
        title="Devices"
        meta="What takes payments for you. The operator registers, suspends and retires them."
      />
      <DataTable
        id="devices"
        label="Devices"
        columns={COLUMNS}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        state={{ ...state, tabs: deviceTabs(counts.data) }}
        searchPlaceholder="Find by name, site or id"
        sheet={(id, row) => ({
          title: row?.name ?? "Device",
          description: <CopyableId id={id} full />,
          actions: row ? <StatusBadge kind="device" state={row.state} /> : undefined,
          fullHref: `${base}/devices/${id}`,
          width: "lg",
          children: <MerchantDeviceDetail id={id} />,
        })}
        firstUse={
          state.tab !== "all" ? (
            <NothingFound title="None in this state" />
          ) : (
            <FirstUse title="No devices here yet" icon={<RadioTower aria-hidden />}>
              The operator of your program registers a device and gives it a key; from then on its payments
              appear here.
            </FirstUse>
          )
        }
      />
    </Page>
  );
}
