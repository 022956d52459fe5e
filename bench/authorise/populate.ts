/** The small world of the bench, made through the product's services: devices with keys, and wallets with money. */
import { generateKeyPairSync } from "node:crypto";
import { addCredential } from "@/server/devices/service";
import { fraudTermsSchema } from "@/server/fraud/schema";
import { setPolicy } from "@/server/fraud/service";
import { createInstruments, topUpWallets } from "@/server/payments/service/manage-instruments";
import { setLimit } from "@/server/payments/service/manage-limits";
import { addDevice, createWorld, system } from "@/server/payments/testing";
import { closePool } from "@/server/platform/db";
import { toPublicId } from "@/server/platform/ids";
import type { LoadDevice, LoadSetUp } from "./load";

export async function populate(size: { devices: number; wallets: number }): Promise<LoadSetUp> {
  const world = await createWorld();
  // A bench pays from the same wallets again and again, which would look like fraud.
  await setPolicy(
    world.operator,
    world.programId,
    fraudTermsSchema.parse({ velocity: { freePayments: 1_000 } }),
  );
  // Limits that bind every payment and that no run reaches: their counters are part of what is measured.
  for (const limit of [
    { subject: { kind: "instrument", id: null }, period: "day" },
    { subject: { kind: "merchant", id: world.merchantId }, period: "month" },
  ] as const) {
    const most = { maxPayments: 100_000_000, maxAmount: "1000000000.00" };
    await setLimit(world.operator, { programId: world.programId, ...limit, ...most });
  }
  const devices: LoadDevice[] = [];
  for (let i = 0; i < size.devices; i++) {
    const { deviceId } = await addDevice(world.programId, world.merchantId);
    const pair = generateKeyPairSync("ed25519");
    const publicKey = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
    const { credentialId } = await addCredential(world.operator, { deviceId, publicKey });
    devices.push({
      keyId: toPublicId("credential", credentialId),
      privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    });
  }
  const tokens = Array.from({ length: size.wallets }, (_, i) => `wallet_bench_${String(i).padStart(6, "0")}`);
  for (let from = 0; from < tokens.length; from += 1_000) {
    const wallets = await createInstruments(
      system,
      world.programId,
      tokens.slice(from, from + 1_000).map((token) => ({ kind: "wallet" as const, token })),
    );
    await topUpWallets(
      system,
      wallets.map((wallet) => ({
        instrumentId: wallet.id,
        amountMicros: 10_000_000_000n,
        reference: "opening",
      })),
    );
  }
  await closePool();
  return { devices, tokens };
}
