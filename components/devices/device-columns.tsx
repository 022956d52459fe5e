import type { DataColumn, SavedTab, TableFilter } from "@/components/data-table/types";
import { DEVICE_KIND_KEYS, DeviceKindIcon, kindLook } from "@/components/devices/device-kind";
import { DeviceState } from "@/components/devices/device-state";
import { formatCount } from "@/components/money/format-count";
import { RelativeTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { CopyableId } from "@/components/ui/copyable-id";
import { LongName } from "@/components/ui/long-name";
import type { DeviceView } from "@/server/devices/schema";

/** Columns of every list of devices; the operator's names the merchant. */
export function deviceColumns({ withMerchant }: { withMerchant?: boolean } = {}): DataColumn<DeviceView>[] {
  return [
    {
      id: "name",
      header: "Device",
      fixed: true,
      cell: (row) => (
        <span className="flex min-w-0 items-center gap-2">
          <DeviceKindIcon kind={row.kind} />
          <LongName className="max-w-36 font-medium">{row.name}</LongName>
        </span>
      ),
    },
    {
      id: "kind",
      header: "Kind",
      priority: withMerchant ? 3 : 2,
      cell: (row) => <span className="text-muted">{kindLook(row.kind).one}</span>,
    },
    ...(withMerchant
      ? [
          {
            id: "merchant",
            header: "Merchant",
            priority: 2 as const,
            cell: (row: DeviceView) => <LongName>{row.merchant.name}</LongName>,
          },
        ]
      : []),
    {
      id: "place",
      header: "Place",
      priority: 2,
      cell: (row) => <LongName className="text-muted">{row.site ?? row.zone ?? "–"}</LongName>,
    },
    {
      id: "seen",
      header: "Last seen",
      priority: 1,
      cell: (row) => (
        <span className="text-muted">{row.lastSeenAt ? <RelativeTime at={row.lastSeenAt} /> : "never"}</span>
      ),
    },
    {
      id: "payment",
      header: "Last payment",
      priority: 2,
      cell: (row) => (
        <span className="text-muted">
          <RelativeTime at={row.lastPaymentAt} />
        </span>
      ),
    },
    {
      id: "refusals",
      header: "Refusals, 24 h",
      align: "right",
      priority: 3,
      hint: "Requests that were refused before they became a payment: bad signatures, replays, wrong clock",
      cell: (row) =>
        row.refusalsLastDay >= 20 ? (
          <Badge tone="loss">{formatCount(row.refusalsLastDay)}</Badge>
        ) : (
          <span className="text-muted">{formatCount(row.refusalsLastDay)}</span>
        ),
    },
    {
      id: "state",
      header: "State",
      priority: 1,
      cell: (row) => <DeviceState device={row} />,
    },
    {
      id: "id",
      header: "Id",
      priority: 3,
      defaultHidden: withMerchant === true,
      cell: (row) => <CopyableId id={row.id} />,
    },
  ];
}

/** Saved tabs by state; `counts` gives their numbers. */
export function deviceTabs(counts: Readonly<Partial<Record<string, number>>> | undefined): SavedTab[] {
  const total = counts
    ? Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0)
    : undefined;
  return [
    { value: "all", label: "All", count: total },
    { value: "active", label: "Active", count: counts && (counts.active ?? 0) },
    { value: "suspended", label: "Suspended", count: counts && (counts.suspended ?? 0) },
    { value: "registered", label: "Not yet active", count: counts && (counts.registered ?? 0) },
    { value: "retired", label: "Retired", count: counts && (counts.retired ?? 0) },
  ];
}

export const DEVICE_FILTERS: readonly TableFilter[] = [
  {
    id: "kind",
    label: "Kind",
    kind: "choice",
    options: DEVICE_KIND_KEYS.map((kind) => ({ value: kind, label: kindLook(kind).one })),
  },
];
