"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { SILENT_AFTER_MS } from "@/components/devices/device-health";
import { DeviceKindIcon } from "@/components/devices/device-kind";
import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { QueryView } from "@/components/query/query-view";
import { RelativeTime } from "@/components/time/relative-time";
import { useNow } from "@/components/time/use-now";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import type { MerchantOverview } from "@/server/reporting/schema";
import { useMerchantTrpc } from "@/server/trpc/client";

interface AttentionDevicesProps {
  programId: string;
  counts: MerchantOverview["devices"];
}

const SHOWN = 6;

/** Devices that are suspended, silent or refused a lot: what somebody should look at. */
export function AttentionDevices({ programId, counts }: AttentionDevicesProps) {
  const trpc = useMerchantTrpc();
  const { base } = usePortal();
  const now = useNow(60);
  const list = useQuery(trpc.devices.list.queryOptions({ programId, limit: 200 }));
  const waiting = (list.data?.items ?? [])
    .flatMap((device) => {
      const reason = now === null ? null : reasonOf(device, now);
      return reason ? [{ device, reason }] : [];
    })
    .slice(0, SHOWN);
  return (
    <Card
      title="Which devices need a look?"
      hint={`${formatCount(counts.active)} of ${formatCount(counts.total)} active${
        counts.silent > 0 ? `, ${formatCount(counts.silent)} of them silent` : ""
      }`}
      flush
      actions={
        <ButtonLink href={`${base}/devices`} size="sm" variant="ghost">
          All devices
        </ButtonLink>
      }
    >
      {now === null || list.isPending ? (
        <SkeletonRows rows={4} columns={3} />
      ) : list.error ? (
        <QueryView query={list} what="The list" skeleton={null}>
          {() => null}
        </QueryView>
      ) : waiting.length === 0 ? (
        <p className="flex items-center gap-2 px-4 pb-4 text-sm text-muted">
          {counts.total > 0 ? <CircleCheck aria-hidden className="size-4 shrink-0 text-arrived" /> : null}
          {counts.total === 0
            ? "No devices are registered yet."
            : "None. All of them were heard of in the last day."}
        </p>
      ) : (
        <ul className="divide-y divide-line-soft border-t border-line-soft">
          {waiting.map(({ device, reason }) => (
            <li key={device.id}>
              <Link
                href={`${base}/devices?open=${device.id}`}
                className="flex min-h-11 items-center gap-3 px-4 py-1.5 transition-colors hover:bg-hover"
              >
                <DeviceKindIcon kind={device.kind} />
                <span title={device.name} className="min-w-0 flex-1 truncate text-sm">
                  {device.name}
                </span>
                <span className="text-xs text-muted">
                  <RelativeTime at={device.lastSeenAt} />
                </span>
                <Badge tone={reason.tone}>{reason.label}</Badge>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

interface Facts {
  state: string;
  lastSeenAt: string | null;
  createdAt: string;
  refusalsLastDay: number;
}

function reasonOf(device: Facts, now: number): { label: string; tone: "loss" | "waiting" } | null {
  if (device.state === "suspended") return { label: "Suspended", tone: "waiting" };
  if (device.state !== "active") return null;
  if (now - Date.parse(device.lastSeenAt ?? device.createdAt) > SILENT_AFTER_MS) {
    return { label: "Silent", tone: "waiting" };
  }
  if (device.refusalsLastDay >= 20) {
    return { label: `${formatCount(device.refusalsLastDay)} refusals`, tone: "loss" };
  }
  return null;
}
