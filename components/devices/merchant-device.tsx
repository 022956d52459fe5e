"use client";

import { useQuery } from "@tanstack/react-query";
import { DeviceDetail } from "@/components/devices/device-detail";
import { Crumbs } from "@/components/frame/crumbs";
import { QueryView } from "@/components/query/query-view";
import { ZoneProvider } from "@/components/time/zone-context";
import { CopyableId } from "@/components/ui/copyable-id";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonCard } from "@/components/ui/skeleton";
import { StatusBadge } from "@/components/ui/status-badge";
import { useMerchantTrpc } from "@/server/trpc/client";
import { DevicePayments } from "./device-payments";

/** One device in the side sheet. */
export function MerchantDeviceDetail({ id }: { id: string }) {
  const trpc = useMerchantTrpc();
  const device = useQuery(trpc.devices.detail.queryOptions({ deviceId: id }));
  return (
    <QueryView query={device} what="This device" skeleton={<SkeletonCard lines={10} />}>
      {(data) => (
        <ZoneProvider zone={data.program.timeZone} place={data.program.name}>
          <DeviceDetail device={data} payments={<DevicePayments payments={trpc.payments} deviceId={id} />} />
        </ZoneProvider>
      )}
    </QueryView>
  );
}

/** One device as a page. */
export function MerchantDevicePage({ id }: { id: string }) {
  const trpc = useMerchantTrpc();
  const device = useQuery(trpc.devices.detail.queryOptions({ deviceId: id }));
  return (
    <Page>
      <QueryView query={device} what="This device" skeleton={<SkeletonCard lines={12} />}>
        {(data) => (
          <ZoneProvider zone={data.program.timeZone} place={data.program.name}>
            <Crumbs items={[{ label: data.name }]} />
            <PageHeader
              title={data.name}
              aside={<StatusBadge kind="device" state={data.state} />}
              meta={
                <>
                  <CopyableId id={data.id} />
                  <Dot />
                  <span>{data.program.name}</span>
                </>
              }
            />
            <DeviceDetail
              device={data}
              layout="page"
              payments={<DevicePayments payments={trpc.payments} deviceId={id} level={2} />}
            />
          </ZoneProvider>
        )}
      </QueryView>
    </Page>
  );
}
