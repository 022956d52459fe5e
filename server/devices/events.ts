/** What the registry tells the rest of the system. */
import type { Id } from "@/server/platform/ids";
import type { OutboxEvent } from "@/server/platform/outbox";
import type { DeviceState } from "./constants";

export function deviceChanged(device: {
  id: Id<"device">;
  merchantId: Id<"organisation">;
  change: "registered" | "state_changed" | "external_id_changed" | "credential_added" | "credential_revoked";
  state: DeviceState;
}): OutboxEvent {
  return {
    aggregateType: "device",
    aggregateId: device.id,
    type: "device.changed",
    payload: { deviceId: device.id, change: device.change, state: device.state },
    organisationId: device.merchantId,
  };
}
