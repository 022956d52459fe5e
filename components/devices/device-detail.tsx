"use client";

import type { ReactNode } from "react";
import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { isSilent } from "@/components/devices/device-health";
import { DeviceKind } from "@/components/devices/device-kind";
import { DevicePlace } from "@/components/devices/device-place";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { ExactTime, RelativeTime } from "@/components/time/relative-time";
import { useNow } from "@/components/time/use-now";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { CopyableId } from "@/components/ui/copyable-id";
import { JsonView } from "@/components/ui/json-view";
import { KeyValueList } from "@/components/ui/key-value";
import { StatusBadge } from "@/components/ui/status-badge";
import type { DeviceDetailView } from "@/server/devices/schema";

interface DeviceDetailProps {
  device: DeviceDetailView;
  layout?: "page" | "sheet";
  /** Its payments, from the portal that shows it. */
  payments?: ReactNode;
  /** The limits that bind it, from the portal that shows it. */
  limits?: ReactNode;
  /** Beside each credential that is in use: the operator's button to revoke it. */
  credentialAction?: (credentialId: string) => ReactNode;
}

type Refusal = DeviceDetailView["refusals"][number];

const REFUSALS: readonly DataColumn<Refusal>[] = [
  { id: "at", header: "Last", cell: (row) => <RelativeTime at={row.at} className="text-muted" /> },
  {
    id: "code",
    header: "Reason",
    priority: 1,
    cell: (row) => (
      <span title={row.detail ?? undefined} className="font-mono text-xs">
        {row.code}
      </span>
    ),
  },
  {
    id: "verified",
    header: "Signature",
    priority: 2,
    hint: "Whether the request was proved to be the device's own",
    cell: (row) => <span className="text-muted">{row.verified ? "its own" : "not proved"}</span>,
  },
  { id: "hits", header: "Times", align: "right", priority: 1, cell: (row) => formatCount(row.hits) },
];

/** Everything about one device: whether it works, where it stands, who it is, what it was refused. */
export function DeviceDetail({
  device,
  layout = "sheet",
  payments,
  limits,
  credentialAction,
}: DeviceDetailProps) {
  const now = useNow(60);
  const silent = now !== null && isSilent(device, now);
  const level = layout === "page" ? 2 : 3;
  const facts = (
    <Card title="Facts" level={level} bodyClassName="pt-1">
      <KeyValueList
        items={[
          { label: "Kind", value: <DeviceKind kind={device.kind} /> },
          { label: "Merchant", value: device.merchant.name },
          { label: "Program", value: device.program.name },
          { label: "Site", value: device.site },
          { label: "Zone", value: device.zone },
          {
            label: "Id at the source",
            value: device.externalId ? <CopyableId id={device.externalId} full /> : null,
          },
          {
            label: "Largest payment",
            value: device.maxAmount ? <Money {...device.maxAmount} /> : "the kind's usual limit",
          },
          {
            label: "Last seen",
            value: device.lastSeenAt ? <ExactTime at={device.lastSeenAt} format="exact" /> : "never",
          },
          {
            label: "Last payment",
            value: device.lastPaymentAt ? <ExactTime at={device.lastPaymentAt} format="exact" /> : "none yet",
          },
          { label: "Last message number", value: <span className="tabular">{device.lastSequence}</span> },
          { label: "Registered", value: <ExactTime at={device.createdAt} format="date" /> },
        ]}
      />
    </Card>
  );
  const credentials = (
    <Card
      title="How does it prove who it is?"
      hint="Ed25519 keys that its requests are signed with"
      level={level}
      flush
    >
      {device.credentials.length === 0 ? (
        <p className="px-4 pb-4 text-sm text-muted">
          It has no key yet, so nothing that it sends is accepted.
        </p>
      ) : (
        <ul className="divide-y divide-line-soft border-t border-line-soft">
          {device.credentials.map((credential) => (
            <li
              key={credential.id}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm"
            >
              <StatusBadge kind="credential" state={credential.revokedAt ? "revoked" : "active"} />
              <CopyableId id={credential.id} />
              <span className="ml-auto text-xs text-muted">
                since <ExactTime at={credential.createdAt} format="date" />
              </span>
              {credential.revokedAt ? null : credentialAction?.(credential.id)}
              <CopyableId id={credential.publicKey} label="Public key" className="basis-full" />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
  const refusals = (
    <Card
      title="What was it refused?"
      hint="Requests that never became a payment, last 90 days"
      level={level}
      flush
    >
      {device.refusals.length === 0 ? (
        <p className="px-4 pb-4 text-sm text-muted">Nothing was refused.</p>
      ) : (
        <SimpleTable
          label="Refusals"
          columns={REFUSALS}
          rows={device.refusals}
          rowId={(row) => `${row.code}${row.at}${row.verified}`}
        />
      )}
    </Card>
  );
  const place =
    device.latitude !== null && device.longitude !== null ? (
      <DevicePlace device={device} level={level} />
    ) : null;
  return (
    <div className="grid gap-4">
      {device.state === "suspended" || device.state === "retired" ? (
        <Banner
          tone="waiting"
          title={
            device.state === "suspended"
              ? "Suspended: its requests are refused"
              : "Retired: it cannot come back"
          }
        >
          {device.stateReason ?? "No reason was given."}{" "}
          <ExactTime at={device.stateChangedAt} format="dateTime" />
        </Banner>
      ) : silent ? (
        <Banner tone="waiting" title="Silent">
          It is active and has not been heard of {device.lastSeenAt ? "for " : ""}
          {device.lastSeenAt ? <RelativeTime at={device.lastSeenAt} /> : "since it was registered"}. Check its
          power and connection.
        </Banner>
      ) : null}
      {layout === "page" ? (
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
          <div className="grid gap-4">
            {payments}
            {refusals}
          </div>
          <div className="grid gap-4">
            {facts}
            {limits}
            {place}
            {credentials}
          </div>
        </div>
      ) : (
        <>
          {facts}
          {limits}
          {payments}
          {place}
          {credentials}
          {refusals}
          <JsonView value={device} label="Raw data" collapsed />
        </>
      )}
    </div>
  );
}
