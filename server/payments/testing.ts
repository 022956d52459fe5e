/** A small world for database tests: programs, merchants, devices and instruments, made fresh for each test. */
import { createHash } from "node:crypto";
import { v7 } from "uuid";
import type { DeviceKind } from "@/server/devices/constants";
import { accountIdFor, getAccounts, postTransfers } from "@/server/ledger/service";
import type { AccountKey } from "@/server/ledger/types";
import { withScope } from "@/server/platform/db";
import { type Id, newId } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import {
  type DeviceScope,
  type MerchantScope,
  mintDeviceScope,
  mintPortalScope,
  mintSystemScope,
  type OperatorScope,
} from "@/server/platform/scope";
import { receivableAccount, walletAccount } from "./rules/derive-accounts";
import { createInstruments, topUpWallet } from "./service/manage-instruments";
import type { AuthoriseRequest } from "./types";

export const system = mintSystemScope("test");

export interface TestWorld {
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  operatorId: Id<"organisation">;
  currency: Currency;
  deviceId: Id<"device">;
  device: DeviceScope;
  merchant: MerchantScope;
  operator: OperatorScope;
  /** A second person of the operator. */
  colleague: OperatorScope;
}

export async function createWorld({
  currency = "EUR" as Currency,
  timeZone = "Europe/Oslo",
  kind = "parking_meter" as DeviceKind,
} = {}): Promise<TestWorld> {
  const programId = newId("program");
  const merchantId = newId("organisation");
  const operatorId = newId("organisation");
  const deviceId = newId("device");
  const people = [newId("user"), newId("user"), newId("user")] as const;
  const tail = v7().slice(-12);
  await withScope(system, async (tx) => {
    for (const [at, person] of people.entries()) {
      await tx.query(
        "insert into app_user (id, email, name, created_at) values ($1, $2, $3, '2020-01-01T00:00:00Z')",
        [person, `person-${at}-${tail}@example.org`, `Person ${at}`],
      );
    }
    await tx.query(
      `insert into organisation (id, kind, slug, name) values ($1, 'operator', $3, 'Operator'), ($2, 'merchant', $4, 'Merchant')`,
      [operatorId, merchantId, `operator-${tail}`, `merchant-${tail}`],
    );
    await tx.query(
      `insert into program (id, slug, name, operator_id, currency, time_zone, calendar)
       values ($1, $2, 'Program', $3, $4, $5, '{"every":"day","cutOff":"22:00"}')`,
      [programId, `program-${tail}`, operatorId, currency, timeZone],
    );
    for (const [at, person] of people.entries()) {
      await tx.query(
        `insert into membership (id, user_id, organisation_id, role, created_at)
         values ($1, $2, $3, 'admin', '2020-01-01T00:00:00Z')`,
        [newId("membership"), person, at === 0 ? merchantId : operatorId],
      );
    }
    await tx.query("insert into program_party (program_id, organisation_id) values ($1, $2), ($1, $3)", [
      programId,
      merchantId,
      operatorId,
    ]);
  });
  await addDevice(programId, merchantId, deviceId, kind);
  const user = (at: 0 | 1 | 2) => ({ kind: "user" as const, id: people[at] });
  return {
    programId,
    merchantId,
    operatorId,
    currency,
    deviceId,
    device: mintDeviceScope(merchantId, deviceId),
    merchant: mintPortalScope("merchant", merchantId, user(0)),
    operator: mintPortalScope("operator", operatorId, user(1)),
    colleague: mintPortalScope("operator", operatorId, user(2)),
  };
}

export async function addDevice(
  programId: Id<"program">,
  merchantId: Id<"organisation">,
  deviceId: Id<"device"> = newId("device"),
  kind: DeviceKind = "parking_meter",
  place: { latitude: number; longitude: number } = { latitude: 59.91, longitude: 10.75 },
): Promise<DeviceScope> {
  await withScope(system, (tx) =>
    tx.query(
      `insert into device (id, program_id, merchant_id, kind, name, zone, latitude, longitude, state)
       values ($1, $2, $3, $4, 'Quay 4', 'harbor', $5, $6, 'active')`,
      [deviceId, programId, merchantId, kind, place.latitude, place.longitude],
    ),
  );
  return mintDeviceScope(merchantId, deviceId);
}

/** A wallet with money on it; gives its token and id. */
export async function addWallet(
  world: Pick<TestWorld, "programId">,
  amountMicros: bigint,
): Promise<{ token: string; id: Id<"instrument"> }> {
  const token = `wallet_${v7().replaceAll("-", "")}`;
  const [wallet] = await createInstruments(system, world.programId, [{ kind: "wallet", token }]);
  if (!wallet) throw new Error("no wallet");
  if (amountMicros > 0n) {
    await topUpWallet(system, { instrumentId: wallet.id, amountMicros, reference: "opening" });
  }
  return { token, id: wallet.id };
}

/** Takes money off a wallet beside all payments, so that it lacks when a window closes. */
export async function drainWallet(
  world: Pick<TestWorld, "programId" | "currency">,
  walletId: Id<"instrument">,
  amountMicros: bigint,
): Promise<void> {
  const codes = await withScope(system, (tx) =>
    postTransfers(tx, [
      {
        id: newId("transfer"),
        debitAccountId: accountIdFor(walletAccount(walletId, world.currency)),
        creditAccountId: accountIdFor(receivableAccount(world.programId, world.currency)),
        amountMicros,
        code: "adjustment",
        effectiveAt: new Date(),
      },
    ]),
  );
  if (codes[0] !== "created") throw new Error(`The wallet was not drained: ${codes[0]}.`);
}

/** So many units a month for the payer of an instrument. */
export async function addAllowance(
  world: Pick<TestWorld, "programId">,
  holder: { id: Id<"instrument"> },
  unit: string,
  monthlyMicros: bigint,
): Promise<{ token: string; id: Id<"instrument"> }> {
  const id = newId("instrument");
  const token = `allowance_${v7().replaceAll("-", "")}`;
  await withScope(system, async (tx) => {
    await tx.query(
      `insert into instrument (id, payer_id, program_id, kind, token, label)
       select $1, payer_id, program_id, 'allowance', $3, $4 from instrument where id = $2 and program_id = $5`,
      [id, holder.id, token, `Monthly ${unit}`, world.programId],
    );
    await tx.query(
      `insert into allowance (instrument_id, program_id, payer_id, unit, monthly_micros)
       select id, program_id, payer_id, $2, $3 from instrument where id = $1`,
      [id, unit, monthlyMicros],
    );
  });
  return { token, id };
}

export function requestOf(over: Partial<AuthoriseRequest> = {}): AuthoriseRequest {
  const request = {
    idempotencyKey: v7(),
    amountMicros: 2_750_000n,
    currency: "EUR" as const,
    instrumentToken: "tok_visa_4411",
    capture: false,
    ...over,
  };
  return { ...request, requestHash: over.requestHash ?? hashOf(request) };
}

export function hashOf(value: unknown): Buffer {
  const text = JSON.stringify(value, (_key, each) => (typeof each === "bigint" ? each.toString() : each));
  return createHash("sha256").update(text).digest();
}

/** Signed balance of posted money, credits positive, and what is pending on either side. */
export async function balanceOf(
  key: AccountKey,
): Promise<{ posted: bigint; debitsPending: bigint; creditsPending: bigint }> {
  const [account] = await withScope(system, (tx) => getAccounts(tx, [accountIdFor(key)]));
  if (!account) return { posted: 0n, debitsPending: 0n, creditsPending: 0n };
  return {
    posted: account.creditsPosted - account.debitsPosted,
    debitsPending: account.debitsPending,
    creditsPending: account.creditsPending,
  };
}
