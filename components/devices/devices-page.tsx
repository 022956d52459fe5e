"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { RadioTower } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { TableFilter } from "@/components/data-table/types";
import { type TableState, useTableState } from "@/components/data-table/use-table-state";
import { DEVICE_FILTERS, deviceColumns, deviceTabs } from "@/components/devices/device-columns";
import { usePortal } from "@/components/frame/portal-context";
import { pagedRows } from "@/components/query/paged-rows";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse, NothingFound } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import { DEVICE_KINDS, DEVICE_STATES } from "@/server/devices/constants";
import type { DeviceView } from "@/server/devices/schema";
import type { MerchantTrpc } from "@/server/trpc/client";

const NO_COUNTS = deviceTabs(undefined);
const NONE_MORE: readonly TableFilter[] = [];

interface DevicesPageProps {
  /** Of what is kept about the list on this device. */
  id: string;
  meta: string;
  /** Said to who has none. */
  none: string;
  devices: Pick<MerchantTrpc["devices"], "list" | "counts">;
  searchPlaceholder: string;
  /** Beside those that every list of devices has, and what they narrow it to. */
  filters?: readonly TableFilter[];
  narrow?: (filters: TableState["filters"]) => { merchantId?: string; programId?: string };
  withMerchant?: boolean;
  /** Of the page; and of what is there when there is no device. */
  action?: ReactNode;
  /** Of one device, beside its state. */
  rowActions?: (device: DeviceView) => ReactNode;
  sheet: (id: string) => ReactNode;
}

/** A list of devices with whatever is wrong in sight, each beside it on a click. */
export function DevicesPage(props: DevicesPageProps) {
  const { devices, filters: more = NONE_MORE, withMerchant = false } = props;
  const { base } = usePortal();
  const columns = useMemo(() => deviceColumns({ withMerchant }), [withMerchant]);
  const filters = useMemo(() => [...DEVICE_FILTERS, ...more], [more]);
  const state = useTableState({ tabs: NO_COUNTS, filters });
  const narrowed = {
    kind: DEVICE_KINDS.find((each) => each === state.filters.kind?.[0]),
    text: state.search || undefined,
    ...props.narrow?.(state.filters),
  };
  const filter = { ...narrowed, state: DEVICE_STATES.find((each) => each === state.tab) };
  // Each tab says how many it holds under the other filters.
  const counts = useQuery(devices.counts.queryOptions(narrowed, { placeholderData: (before) => before }));
  const list = useInfiniteQuery(
    devices.list.infiniteQueryOptions(
      { ...filter, limit: 100 },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  return (
    <Page>
      <PageHeader title="Devices" meta={props.meta} actions={props.action} />
      <DataTable
        id={props.id}
        label="Devices"
        columns={columns}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        state={{ ...state, tabs: deviceTabs(counts.data) }}
        searchPlaceholder={props.searchPlaceholder}
        sheet={(id, row) => ({
          title: row?.name ?? "Device",
          description: <CopyableId id={id} full />,
          actions: row ? (
            <>
              <StatusBadge kind="device" state={row.state} />
              {props.rowActions?.(row)}
            </>
          ) : undefined,
          fullHref: `${base}/devices/${id}`,
          width: "lg",
          children: props.sheet(id),
        })}
        firstUse={
          state.tab !== "all" ? (
            <NothingFound title="None in this state" />
          ) : (
            <FirstUse title="No devices yet" icon={<RadioTower aria-hidden />} action={props.action}>
              {props.none}
            </FirstUse>
          )
        }
      />
    </Page>
  );
}
