/** From rows to what leaves the system. */
import { toPublicId } from "@/server/platform/ids";
import { toMoneyJson } from "@/server/platform/money";
import { possibleActions } from "./rules";
import type { DeviceDetailView, DeviceView } from "./schema";
import type { Device, DeviceDetail } from "./types";

export function viewDevice(device: Device): DeviceView {
  return {
    id: toPublicId("device", device.id),
    kind: device.kind,
    name: device.name,
    externalId: device.externalId,
    zone: device.zone,
    site: device.site,
    latitude: device.latitude,
    longitude: device.longitude,
    state: device.state,
    stateReason: device.stateReason,
    stateChangedAt: device.stateChangedAt.toISOString(),
    actions: possibleActions(device.state),
    program: {
      id: toPublicId("program", device.programId),
      name: device.programName,
      currency: device.currency,
      timeZone: device.timeZone,
    },
    merchant: {
      id: toPublicId("organisation", device.merchantId),
      name: device.merchantName,
      slug: device.merchantSlug,
    },
    maxAmount: device.maxAmountMicros === null ? null : toMoneyJson(device.maxAmountMicros, device.currency),
    createdAt: device.createdAt.toISOString(),
    lastSeenAt: device.lastSeenAt?.toISOString() ?? null,
    lastPaymentAt: device.lastPaymentAt?.toISOString() ?? null,
    lastSequence: String(device.lastSequence),
    refusalsLastDay: Number(device.refusalsLastDay),
  };
}

export function viewDeviceDetail(device: DeviceDetail): DeviceDetailView {
  return {
    ...viewDevice(device),
    credentials: device.credentials.map((credential) => ({
      id: toPublicId("credential", credential.id),
      publicKey: credential.publicKey.toString("base64"),
      createdAt: credential.createdAt.toISOString(),
      revokedAt: credential.revokedAt?.toISOString() ?? null,
    })),
    refusals: device.refusals.map((refusal) => ({
      code: refusal.code,
      at: refusal.at.toISOString(),
      hits: Number(refusal.hits),
      verified: refusal.verified,
      detail: refusal.detail,
    })),
  };
}
