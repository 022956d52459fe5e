"use client";

import { useQuery } from "@tanstack/react-query";
import { DeviceDetail } from "@/components/devices/device-detail";
import { DevicePayments } from "@/components/devices/device-payments";
import { Crumbs } from "@/components/frame/crumbs";
import { LimitsOf } from "@/components/limits/limits-of";
import { DeviceActions } from "@/components/operator/devices/device-actions";
import { AddCredential, RevokeCredential } from "@/components/operator/devices/device-credentials";
import { NameAtSource } from "@/components/operator/devices/name-at-source";
import { QueryView } from "@/components/query/query-view";
import { ZoneProvider } from "@/components/time/zone-context";
import { CopyableId } from "@/components/ui/copyable-id";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonCard } from "@/components/ui/skeleton";
import { StatusBadge } from "@/components/ui/status-badge";
import type { DeviceDetailView } from "@/server/devices/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

function Detail({ device, layout }: { device: DeviceDetailView; layout: "page" | "sheet" }) {
  const trpc = useOperatorTrpc();
  return (
    <ZoneProvider zone={device.program.timeZone} place={device.program.name}>
      <DeviceDetail
        device={device}
        layout={layout}
        payments={
          <DevicePayments
            payments={trpc.payments}
            deviceId={device.id}
            currency={device.program.currency}
            level={layout === "page" ? 2 : 3}
          />
        }
        limits={
          <LimitsOf
            of={{ deviceId: device.id }}
            programId={device.program.id}
            level={layout === "page" ? 2 : 3}
          />
        }
        credentialAction={(credentialId) => (
          <RevokeCredential
            credentialId={credentialId}
            device={device}
            last={device.credentials.filter((credential) => !credential.revokedAt).length === 1}
          />
        )}
      />
    </ZoneProvider>
  );
}

/** One device in the side sheet. */
export function OperatorDeviceSheet({ id }: { id: string }) {
  const trpc = useOperatorTrpc();
  const device = useQuery(trpc.devices.detail.queryOptions({ deviceId: id }));
  return (
    <QueryView query={device} what="This device" skeleton={<SkeletonCard lines={10} />}>
      {(data) => <Detail device={data} layout="sheet" />}
    </QueryView>
  );
}

/** One device as a page. */
export function OperatorDevicePage({ id }: { id: string }) {
  const trpc = useOperatorTrpc();
  const device = useQuery(trpc.devices.detail.queryOptions({ deviceId: id }));
  return (
    <Page>
      <QueryView query={device} what="This device" skeleton={<SkeletonCard lines={12} />}>
        {(data) => (
          <>
            <Crumbs items={[{ label: data.name }]} />
            <PageHeader
              title={data.name}
              aside={<StatusBadge kind="device" state={data.state} />}
              meta={
                <>
                  <CopyableId id={data.id} />
                  <Dot />
                  <span>{data.merchant.name}</span>
                  <Dot />
                  <span>{data.program.name}</span>
                </>
              }
              actions={
                <>
                  <NameAtSource device={data} />
                  <AddCredential device={data} />
                  <DeviceActions device={data} />
                </>
              }
            />
            <Detail device={data} layout="page" />
          </>
        )}
      </QueryView>
    </Page>
  );
}
