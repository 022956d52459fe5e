/** Who sends usage in the bench: one meter, and wallets with money that its records are for. */
import { randomBytes } from "node:crypto";
import { addAllowance, addWallet, createWorld, type TestWorld } from "@/server/payments/testing";
import type { UsageRecordInput } from "@/server/payments/types";
import type { Id } from "@/server/platform/ids";

export interface BenchWorld extends TestWorld {
  /** What pays all of its records, when it has one. */
  allowanceId: Id<"instrument"> | null;
  wallets: { id: Id<"instrument">; token: string }[];
  /** Every record costs so much; small enough that no window is due by its amount. */
  amountMicros: bigint;
  run: string;
  sent: number;
}

export async function openWorld(kind: "wallet" | "spread" | "allowance"): Promise<BenchWorld> {
  const world = await createWorld({ kind: "smart_meter" });
  const wallets = [];
  for (let i = 0; i < (kind === "spread" ? 50 : 1); i++) wallets.push(await addWallet(world, 1_000_000_000n));
  const [first] = wallets;
  const allowance =
    kind === "allowance" && first ? await addAllowance(world, first, "kwh", 1_000_000_000_000n) : null;
  return {
    ...world,
    allowanceId: allowance?.id ?? null,
    wallets,
    amountMicros: 2n,
    run: randomBytes(3).toString("hex"),
    sent: 0,
  };
}

/** Records as a meter sends them: a second apart, with the kilowatt-hours of each. */
export function nextBatch(world: BenchWorld, size: number): UsageRecordInput[] {
  const start = Date.now() - size;
  return Array.from({ length: size }, (_, n) => {
    const no = world.sent++;
    const wallet = world.wallets[no % world.wallets.length];
    return {
      key: `${world.run}-${no}`,
      instrumentToken: wallet?.token ?? "",
      amountMicros: world.amountMicros,
      currency: world.currency,
      occurredAt: new Date(start + n),
      quantity: "0.0032",
      unit: "kwh",
    };
  });
}
