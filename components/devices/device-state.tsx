"use client";

import { isSilent } from "@/components/devices/device-health";
import { useNow } from "@/components/time/use-now";
import { Badge } from "@/components/ui/badge";
import { StatusBadge } from "@/components/ui/status-badge";

interface DeviceStateProps {
  device: { state: string; lastSeenAt: string | null; createdAt: string };
  /** With its icon, for headers. */
  large?: boolean;
}

/** The state of a device; one that should be speaking and is not says so instead. */
export function DeviceState({ device, large }: DeviceStateProps) {
  const now = useNow(60);
  if (now !== null && isSilent(device, now)) {
    return (
      <Badge tone="waiting" title="Active, and not heard of for more than a day">
        Silent
      </Badge>
    );
  }
  return <StatusBadge kind="device" state={device.state} plain={!large} />;
}
