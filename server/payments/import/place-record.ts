/**
 * Where and by what a record was paid, as far as the program's agreement asks: the zone is told by the mapping, by a
 * device of the registry, or by a place that bears the name of a zone. Pure.
 */
import type { DeviceKind } from "@/server/devices/constants";
import type { Id } from "@/server/platform/ids";
import type { Flag } from "../types";
import type { ImportedRecord } from "./types";

/** A rule of an agreement, as far as it asks for facts that a file may lack. */
export interface RuleQuestion {
  name: string;
  zones: readonly string[] | null;
  deviceKinds: readonly string[] | null;
  /** Whether it holds at some hours only. */
  asksForHours: boolean;
}

export interface KnownDevice {
  id: Id<"device">;
  kind: DeviceKind;
  zone: string | null;
}

export interface Placing {
  /** Zones by the source's names of places, in lower case, from the mapping. */
  mapped: ReadonlyMap<string, string>;
  /** Zones that the agreement or the registry knows, by their name in lower case. */
  zones: ReadonlyMap<string, string>;
  /** The merchant's devices in the program, by their name at the source in lower case. */
  devices: ReadonlyMap<string, KnownDevice>;
  /** Versions that govern, in the order of time, each with its rules in their order. */
  versions: readonly { from: Date; rules: readonly RuleQuestion[] }[];
}

export const NO_PLACING: Placing = { mapped: new Map(), zones: new Map(), devices: new Map(), versions: [] };

export interface Placed {
  zone: string | null;
  deviceKind: DeviceKind;
  deviceId: Id<"device"> | null;
  flags: Flag[];
}

export function placeRecord(record: ImportedRecord, placing: Placing): Placed {
  const device = firstOf(record.devices, placing.devices);
  const zone =
    firstOf(record.places, placing.mapped) ?? device?.zone ?? firstOf(record.places, placing.zones) ?? null;
  const deviceKind = device?.kind ?? record.deviceKind;
  const rule = zone === null ? ruleThatAsks(record.paidAt, deviceKind, placing) : null;
  const told = record.places.length > 0 ? ` The file says ${record.places.slice(0, 3).join(", ")}.` : "";
  const flags = rule
    ? [
        {
          code: "zone_unknown",
          sentence:
            `The agreement's rule "${rule}" asks for the zone, which this line does not tell.${told}`.slice(
              0,
              400,
            ),
        },
      ]
    : [];
  return { zone, deviceKind, deviceId: device?.id ?? null, flags };
}

function firstOf<Value>(names: readonly string[], known: ReadonlyMap<string, Value>): Value | null {
  for (const name of names) {
    const found = known.get(name.toLowerCase());
    if (found !== undefined) return found;
  }
  return null;
}

/** The first rule that would hold or not by the zone alone, before one that holds for certain. */
function ruleThatAsks(at: Date, deviceKind: DeviceKind, { versions }: Placing): string | null {
  const version = versions.findLast(({ from }) => from <= at);
  for (const { name, zones, deviceKinds, asksForHours } of version?.rules ?? []) {
    if (deviceKinds && !deviceKinds.includes(deviceKind)) continue;
    if (zones) return name;
    if (!asksForHours) return null;
  }
  return null;
}
