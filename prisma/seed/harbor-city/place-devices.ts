/** Devices with their keys, and what pays at them. Private keys leave only in the simulator's file. */
import { generateKeyPairSync } from "node:crypto";
import type { DeviceKind } from "@/server/devices/constants";
import { changeDeviceState, registerDevice } from "@/server/devices/service";
import { createInstruments, topUpWallets } from "@/server/payments/service/manage-instruments";
import type { Id } from "@/server/platform/ids";
import { toPublicId } from "@/server/platform/ids";
import { type DeviceScope, mintDeviceScope } from "@/server/platform/scope";
import { HARBOR_CITY, SITES } from "./cast";
import { type City, idOf, operatorScope } from "./found-city";

export interface PlacedDevice {
  scope: DeviceScope;
  kind: DeviceKind;
  latitude: number;
  longitude: number;
  /** What the simulator needs to speak for it. */
  outside: Record<string, unknown>;
}

/** How many payers the city has; the first ones hold wallets, the others cards. */
export const PAYERS = 640;
const WALLET_PAYERS = 300;

export async function placeDevices(city: City): Promise<Map<DeviceKind, PlacedDevice[]>> {
  const manager = operatorScope(city, "jonas@harborcity.example");
  const placed = new Map<DeviceKind, PlacedDevice[]>();
  for (const group of SITES) {
    const merchantId = idOf(city.organisations, group.merchant);
    for (let index = 0; index < group.count; index++) {
      const site = group.sites[index % group.sites.length];
      if (!site) continue;
      const keys = generateKeyPairSync("ed25519");
      // Devices of one site stand some tens of metres apart.
      const latitude = Number((site.latitude + ((index * 7) % 11) * 0.0002).toFixed(5));
      const longitude = Number((site.longitude + ((index * 5) % 13) * 0.0003).toFixed(5));
      const { deviceId, credentialId } = await registerDevice(manager, {
        programId: city.harborCity,
        merchantId,
        kind: group.kind,
        name: group.label(index),
        zone: site.zone,
        site: site.name,
        latitude,
        longitude,
        maxAmount: group.maxAmount,
        publicKey: keys.publicKey.export({ type: "spki", format: "pem" }).toString(),
      });
      if (!credentialId) throw new Error("a device of the demo got no credential");
      await changeDeviceState(manager, { deviceId, action: "activate" });
      const device: PlacedDevice = {
        scope: mintDeviceScope(merchantId, deviceId),
        kind: group.kind,
        latitude,
        longitude,
        outside: {
          deviceId: toPublicId("device", deviceId),
          keyId: toPublicId("credential", credentialId),
          privateKeyPem: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
          kind: group.kind,
          zone: site.zone,
          site: site.name,
          latitude,
          longitude,
          merchant: group.merchant,
          currency: HARBOR_CITY.currency,
        },
      };
      placed.set(group.kind, [...(placed.get(group.kind) ?? []), device]);
    }
  }
  return placed;
}

/** The token that a payer of the city taps with. */
export function tokenOf(payer: number): string {
  if (payer < WALLET_PAYERS) return `wal_hc_${payer + 1000}`;
  // Some cards are never covered: the sandbox acquirer refuses them, as real ones do.
  return `tok_hc_${payer + 1000}${payer % 29 === 0 ? "_funds" : "_ok"}`;
}

export function meterTokenOf(meter: number): string {
  return `wal_home_${meter + 1}`;
}

/**
 * Makes the payers' instruments and loads the wallets. `meters` households pay their energy from a wallet. Gives the
 * payers by their reference.
 */
export async function giveInstruments(city: City, meters: number): Promise<Map<string, Id<"payer">>> {
  const operator = operatorScope(city, "olivia@harborcity.example");
  const payers = Array.from({ length: PAYERS }, (_, payer) => ({
    kind: payer < WALLET_PAYERS ? ("wallet" as const) : ("card_token" as const),
    token: tokenOf(payer),
    payerReference: `citizen-${payer + 1000}`,
    label:
      payer < WALLET_PAYERS
        ? `Wallet ${payer + 1000}`
        : `Card ···· ${String((payer * 7919) % 10_000).padStart(4, "0")}`,
  }));
  const households = Array.from({ length: meters }, (_, meter) => ({
    kind: "wallet" as const,
    token: meterTokenOf(meter),
    payerReference: `household-${meter + 1}`,
    label: `Home wallet ${meter + 1}`,
  }));
  const made = await createInstruments(operator, city.harborCity, [...payers, ...households]);
  await load(
    city,
    made.filter(({ token }) => token.startsWith("wal_")),
    "opening",
    900n,
  );
  const references = [...payers, ...households].map(({ payerReference }) => payerReference);
  return new Map(
    made.flatMap(({ payerId }, index) => {
      const reference = references[index];
      return reference === undefined ? [] : [[reference, payerId] as const];
    }),
  );
}

async function load(
  city: City,
  wallets: readonly { id: Id<"instrument">; token: string }[],
  reference: string,
  major: bigint,
): Promise<void> {
  await topUpWallets(
    operatorScope(city, "olivia@harborcity.example"),
    wallets.map(({ id, token }) => ({
      instrumentId: id,
      amountMicros: major * 1_000_000n,
      reference: `${reference}-${token}`,
    })),
  );
}
