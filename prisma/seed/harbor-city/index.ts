/**
 * The demo city, made by the product's own services under a moved clock: what stands, then a history of days. Live
 * traffic afterwards comes from the simulator through the device API.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withClock } from "@/server/platform/clock";
import { env } from "@/server/platform/env";
import { SITES } from "./cast";
import { foundCity } from "./found-city";
import { liveThrough } from "./live-through";
import { giveInstruments, meterTokenOf, PAYERS, placeDevices, tokenOf } from "./place-devices";
import { setRules } from "./set-rules";
import { openBankAccounts } from "./settle-days";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface SeedOptions {
  /** Days of history before now. */
  days?: number;
  /** 1 is the full city's traffic. */
  scale?: number;
}

/** Fills an empty, migrated database. Writes the devices' keys for the simulator into the data folder, if there is one. */
export async function seedDemo(
  onProgress: (detail: string) => void,
  { days = 30, scale = 1 }: SeedOptions = {},
): Promise<void> {
  const now = new Date();
  const from = new Date(Math.floor((+now - days * DAY) / HOUR) * HOUR);
  const meters = SITES.find(({ kind }) => kind === "smart_meter")?.count ?? 0;
  onProgress("founding the city");
  const { city, devices } = await withClock(new Date(+from - DAY), async () => {
    const founded = await foundCity(from, now);
    await openBankAccounts(founded);
    const payers = await giveInstruments(founded, meters);
    const placed = await placeDevices(founded);
    await setRules(founded, placed.get("phone") ?? [], payers);
    return { city: founded, devices: placed };
  });
  if (env.PURSE_DATA_DIR) {
    const placed = [...devices.values()].flat();
    const file = {
      gatewayUrl: env.PURSE_GATEWAY_URL,
      devices: placed.map(({ outside }) => outside),
      instruments: [
        ...Array.from({ length: PAYERS }, (_, payer) => ({
          token: tokenOf(payer),
          kind: tokenOf(payer).startsWith("wal_") ? "wallet" : "card_token",
        })),
        ...Array.from({ length: meters }, (_, meter) => ({
          token: meterTokenOf(meter),
          kind: "wallet",
          home: placed.filter(({ kind }) => kind === "smart_meter")[meter]?.outside.deviceId,
        })),
      ],
    };
    await writeFile(join(env.PURSE_DATA_DIR, "simulator.json"), JSON.stringify(file, null, 1), {
      mode: 0o600,
    });
  }
  await liveThrough(city, devices, { from, to: now, scale, onProgress });
}
