/** The file that the demo's seed leaves: where the gateway is, who the devices are, what pays at them. */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";

export const KINDS = [
  "parking_meter",
  "ev_charger",
  "toll_gate",
  "transit_validator",
  "smart_meter",
  "phone",
] as const;
export type Kind = (typeof KINDS)[number];

const fileSchema = z.object({
  gatewayUrl: z.url(),
  timeZone: z.string().default("Europe/Oslo"),
  devices: z
    .array(
      z.object({
        deviceId: z.string(),
        keyId: z.string(),
        privateKeyPem: z.string(),
        kind: z.enum(KINDS),
        zone: z.string().nullish(),
        site: z.string().nullish(),
        latitude: z.number().nullish(),
        longitude: z.number().nullish(),
        currency: z.string(),
      }),
    )
    .min(1),
  instruments: z
    .array(z.object({ token: z.string(), kind: z.string().optional(), home: z.string().nullish() }))
    .min(1),
});

export interface Device {
  deviceId: string;
  keyId: string;
  privateKey: KeyObject;
  kind: Kind;
  place: Place | null;
  currency: string;
}

export interface Place {
  latitude: number;
  longitude: number;
}

export interface City {
  gatewayUrl: string;
  timeZone: string;
  devices: Device[];
  /** What people tap with. */
  instruments: string[];
  /** What pays for metered energy. */
  households: string[];
}

export function readCity(file: string): City {
  const parsed = fileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const households = parsed.instruments.filter((each) => each.home || each.token.includes("home"));
  const others = parsed.instruments.filter((each) => !households.includes(each));
  return {
    gatewayUrl: parsed.gatewayUrl.replace(/\/+$/, ""),
    timeZone: parsed.timeZone,
    devices: parsed.devices.map((device) => ({
      deviceId: device.deviceId,
      keyId: device.keyId,
      privateKey: createPrivateKey(device.privateKeyPem),
      kind: device.kind,
      place:
        device.latitude == null || device.longitude == null
          ? null
          : { latitude: device.latitude, longitude: device.longitude },
      currency: device.currency,
    })),
    instruments: (others.length > 0 ? others : households).map((each) => each.token),
    households: (households.length > 0 ? households : others).map((each) => each.token),
  };
}
