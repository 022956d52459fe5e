/** What an import must know to place its records: the rules that govern, the zones and the merchant's devices. */
import type { DeviceKind } from "@/server/devices/constants";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { KnownDevice, Placing, RuleQuestion } from "../import/place-record";

interface RuleRow {
  from: Date;
  name: string;
  when: { zone?: string[]; deviceKind?: string[]; hours?: string[] } | null;
}

interface DeviceRow {
  id: Id<"device">;
  kind: DeviceKind;
  zone: string | null;
  name: string;
  externalId: string | null;
}

export async function readPlacing(
  tx: SqlTx,
  programId: Id<"program">,
  merchantId: Id<"organisation">,
  mapped: Readonly<Record<string, string>>,
): Promise<Placing> {
  const { rows: rules } = await tx.query<RuleRow>(
    `select a.governs_from as "from", r.rule->>'name' as name, r.rule->'when' as "when"
     from agreement a cross join lateral jsonb_array_elements(a.terms->'rules') with ordinality as r(rule, at)
     where a.program_id = $1 and a.governs_from is not null order by a.governs_from, r.at`,
    [programId],
  );
  const { rows: devices } = await tx.query<DeviceRow>(
    `select id, kind, zone, name, external_id as "externalId" from device
     where program_id = $1 and merchant_id = $2 order by (state = 'retired') desc, id desc`,
    [programId, merchantId],
  );
  const { rows: zones } = await tx.query<{ zone: string }>(
    `select distinct zone from device where program_id = $1 and zone is not null`,
    [programId],
  );
  const versions = new Map<number, { from: Date; rules: RuleQuestion[] }>();
  for (const { from, name, when } of rules) {
    const version = versions.get(+from) ?? { from, rules: [] };
    version.rules.push({
      name,
      zones: when?.zone ?? null,
      deviceKinds: when?.deviceKind ?? null,
      asksForHours: (when?.hours ?? []).length > 0,
    });
    versions.set(+from, version);
  }
  const named = rules.flatMap(({ when }) => when?.zone ?? []);
  const known = new Map<string, KnownDevice>();
  // Of two with one name the newest that still serves; the id at the source goes before any name.
  for (const { name, ...device } of devices) known.set(name.toLowerCase(), device);
  for (const { externalId, ...device } of devices)
    if (externalId) known.set(externalId.toLowerCase(), device);
  return {
    mapped: new Map(Object.entries(mapped).map(([place, zone]) => [place.trim().toLowerCase(), zone])),
    zones: new Map([...zones.map(({ zone }) => zone), ...named].map((zone) => [zone.toLowerCase(), zone])),
    devices: known,
    versions: [...versions.values()],
  };
}
