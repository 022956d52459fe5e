import { generateKeyPairSync, randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { type Id, newId } from "@/server/platform/ids";
import { mintPortalScope, mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import {
  addCredential,
  admitRequests,
  changeDeviceState,
  countDevices,
  findCredentialForVerification,
  forgetTraffic,
  getDevice,
  listDevices,
  recordRefusals,
  registerDevice,
  revokeCredential,
  setExternalId,
  touchDevices,
} from "./service";

useTestDatabase();
const system = mintSystemScope("test");
const operatorId = newId("organisation");
const merchantId = newId("organisation");
const otherMerchantId = newId("organisation");
const programId = newId("program");
const userId = newId("user");
const operator = mintPortalScope("operator", operatorId, { kind: "user", id: userId });
const merchant = mintPortalScope("merchant", merchantId, { kind: "user", id: userId });
const otherMerchant = mintPortalScope("merchant", otherMerchantId, { kind: "user", id: userId });

function publicKey(): string {
  const { publicKey: key } = generateKeyPairSync("ed25519");
  return key.export({ type: "spki", format: "pem" }).toString();
}

async function activeDevice(owner: Id<"organisation"> = merchantId) {
  const made = await registerDevice(operator, {
    programId,
    merchantId: owner,
    kind: "parking_meter",
    name: `Meter ${randomUUID().slice(0, 8)}`,
    publicKey: publicKey(),
  });
  await changeDeviceState(operator, { deviceId: made.deviceId, action: "activate" });
  if (!made.credentialId) throw new Error("no credential");
  return { deviceId: made.deviceId, credentialId: made.credentialId };
}

let nonces = 0;
async function admit(
  credentialId: Id<"credential">,
  message: [sequence: number, key: string] | null,
  nonce = `nonce-${nonces++}`,
) {
  const [answer] = await admitRequests(system, [
    {
      credentialId,
      nonce,
      message: message && { sequence: BigInt(message[0]), idempotencyKey: message[1] },
    },
  ]);
  return answer?.outcome;
}

beforeAll(async () => {
  await withScope(system, async (tx) => {
    await tx.query(
      `insert into organisation (id, kind, slug, name) values ($1, 'operator', 'op', 'Op'), ($2, 'merchant', 'one', 'One'),
       ($3, 'merchant', 'two', 'Two')`,
      [operatorId, merchantId, otherMerchantId],
    );
    await tx.query(`insert into app_user (id, email, name) values ($1, 'a@example.org', 'A')`, [userId]);
    await tx.query(
      `insert into program (id, slug, name, operator_id, currency, time_zone, calendar)
       values ($1, 'p', 'P', $2, 'EUR', 'Europe/Oslo', '{}')`,
      [programId, operatorId],
    );
    await tx.query(`insert into program_party (program_id, organisation_id) values ($1, $2), ($1, $3)`, [
      programId,
      merchantId,
      otherMerchantId,
    ]);
  });
});

describe("the registry", () => {
  test("a device cannot be activated without a credential, and every change is audited and announced", async () => {
    const { deviceId } = await registerDevice(operator, {
      programId,
      merchantId,
      kind: "ev_charger",
      name: "Charger 1",
      maxAmount: "80.00",
      latitude: 59.9,
      longitude: 10.7,
    });
    await expect(changeDeviceState(operator, { deviceId, action: "activate" })).rejects.toMatchObject({
      reason: "device_has_no_credential",
    });
    await addCredential(operator, { deviceId, publicKey: publicKey() });
    expect(await changeDeviceState(operator, { deviceId, action: "activate" })).toEqual({
      state: "active",
      changed: true,
    });
    expect(await changeDeviceState(operator, { deviceId, action: "activate" })).toEqual({
      state: "active",
      changed: false,
    });
    await changeDeviceState(operator, { deviceId, action: "suspend", reason: "vandalised" });
    const device = await getDevice(merchant, deviceId);
    expect(device).toMatchObject({
      state: "suspended",
      stateReason: "vandalised",
      maxAmountMicros: 80_000_000n,
    });
    const seen = await withScope(system, async (tx) => ({
      audit: await tx.query<{ action: string }>(
        "select action from audit_entry where subject_id = $1 order by seq",
        [deviceId],
      ),
      events: await tx.query("select 1 from outbox where aggregateid = $1 and organisation_id = $2", [
        deviceId,
        merchantId,
      ]),
    }));
    expect(seen.audit.rows.map((row) => row.action)).toEqual([
      "device.registered",
      "device.credential_added",
      "device.activated",
      "device.suspended",
    ]);
    expect(seen.events.rowCount).toBe(4);
  });

  test("a key serves one credential only, also after it was revoked", async () => {
    const key = publicKey();
    const first = await activeDevice();
    const second = await activeDevice();
    const { credentialId } = await addCredential(operator, { deviceId: first.deviceId, publicKey: key });
    await expect(
      addCredential(operator, { deviceId: second.deviceId, publicKey: key }),
    ).rejects.toMatchObject({
      reason: "public_key_in_use",
    });
    expect(await revokeCredential(operator, credentialId)).toMatchObject({ changed: true });
    expect(await revokeCredential(operator, credentialId)).toMatchObject({ changed: false });
    await expect(
      addCredential(operator, { deviceId: second.deviceId, publicKey: key }),
    ).rejects.toMatchObject({
      reason: "public_key_in_use",
    });
  });

  test("a merchant sees its own devices and no other's, whatever it asks for", async () => {
    const mine = await activeDevice();
    const theirs = await activeDevice(otherMerchantId);
    await expect(getDevice(merchant, theirs.deviceId)).rejects.toMatchObject({ reason: "device_not_found" });
    expect((await getDevice(otherMerchant, theirs.deviceId)).id).toBe(theirs.deviceId);
    const { devices } = await listDevices(merchant, { merchantId: otherMerchantId }, { limit: 200 });
    expect(devices).toEqual([]);
    const all = await listDevices(merchant, {}, { limit: 200 });
    expect(all.devices.map((device) => device.id)).toContain(mine.deviceId);
    expect(all.devices.every((device) => device.merchantId === merchantId)).toBe(true);
  });

  test("a merchant cannot change a device behind the service's back", async () => {
    const { deviceId } = await activeDevice();
    const changed = await withScope(merchant, (tx) =>
      tx.query("update device set state = 'retired' where id = $1", [deviceId]),
    );
    expect(changed.rowCount).toBe(0);
  });

  test("paging by key walks every device once, and counts agree with the list", async () => {
    for (let i = 0; i < 5; i++) await activeDevice();
    const all = await listDevices(operator, {}, { limit: 200 });
    const walked: string[] = [];
    let before: Id<"device"> | undefined;
    for (;;) {
      const page = await listDevices(operator, {}, { limit: 2, before });
      walked.push(...page.devices.map((device) => device.id));
      if (!page.next) break;
      before = page.next;
    }
    expect(walked).toEqual(all.devices.map((device) => device.id));
    const counts = await countDevices(operator, {});
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(all.devices.length);
    expect(await countDevices(operator, { text: "no such_device%" })).toMatchObject({ active: 0 });
  });
});

describe("admission", () => {
  test("only an active device with a credential that counts is admitted", async () => {
    const { deviceId, credentialId } = await activeDevice();
    const spare = await addCredential(operator, { deviceId, publicKey: publicKey() });
    expect(await admit(credentialId, [1, "a"])).toBe("admitted");
    await revokeCredential(operator, spare.credentialId);
    expect(await admit(spare.credentialId, null)).toBe("credential_revoked");
    await changeDeviceState(operator, { deviceId, action: "suspend" });
    expect(await admit(credentialId, [2, "b"])).toBe("device_suspended");
    await changeDeviceState(operator, { deviceId, action: "activate" });
    expect(await admit(credentialId, [2, "b"])).toBe("admitted");
    await changeDeviceState(operator, { deviceId, action: "retire" });
    expect(await admit(credentialId, null)).toBe("device_retired");
    expect(await admit(newId("credential"), null)).toBe("credential_unknown");
    expect(await findCredentialForVerification(system, spare.credentialId)).toMatchObject({ deviceId });
  });

  test("a nonce counts once, also when both uses arrive in one group or at the same time", async () => {
    const { credentialId } = await activeDevice();
    expect(await admit(credentialId, null, "n1")).toBe("admitted");
    expect(await admit(credentialId, null, "n1")).toBe("nonce_replayed");
    const twice = { credentialId, nonce: "n2", message: null };
    const group = await admitRequests(system, [twice, twice, { ...twice, nonce: "n3" }]);
    expect(group.map((answer) => answer.outcome)).toEqual(["admitted", "nonce_replayed", "admitted"]);
    const racing = await Promise.all(Array.from({ length: 8 }, () => admit(credentialId, null, "n4")));
    expect(racing.filter((outcome) => outcome === "admitted")).toHaveLength(1);
  });

  test("retries and late messages are admitted in any order; a number never serves two messages", async () => {
    const { credentialId } = await activeDevice();
    expect(await admit(credentialId, [5, "e"])).toBe("admitted");
    expect(await admit(credentialId, [3, "c"])).toBe("admitted");
    expect(await admit(credentialId, [5, "e"])).toBe("admitted");
    expect(await admit(credentialId, [3, "x"])).toBe("sequence_reused");
    expect(await admit(credentialId, [4, "e"])).toBe("idempotency_key_reused");
    expect(await admit(credentialId, [4, "d"])).toBe("admitted");
    expect(await admit(credentialId, [2000, "z"])).toBe("admitted");
    expect(await admit(credentialId, [999, "late"])).toBe("sequence_too_old");
    expect(await admit(credentialId, [1000, "just"])).toBe("admitted");
    expect(await admit(credentialId, [3, "c"])).toBe("admitted");
  });

  test("of two messages that race for one number, one is admitted", async () => {
    const { credentialId } = await activeDevice();
    const racing = await Promise.all(
      Array.from({ length: 6 }, (_, i) => admit(credentialId, [1, `key-${i}`])),
    );
    expect(racing.filter((outcome) => outcome === "admitted")).toHaveLength(1);
    expect(racing.filter((outcome) => outcome === "sequence_reused")).toHaveLength(5);
  });

  test("what is forgotten can no longer be admitted as new", async () => {
    const { credentialId } = await activeDevice();
    const before = new Date(Date.now() - 72 * 3600_000);
    await withClock(before, () => admit(credentialId, [1, "old"], "old-nonce"));
    expect(await admit(credentialId, [5000, "new"])).toBe("admitted");
    const kept = () =>
      withScope(system, async (tx) => {
        const { rows } = await tx.query<{ kept: string }>(
          `select m.idempotency_key as kept from device_message m where device_id =
             (select device_id from device_credential where id = $1)
           union all select nonce from device_nonce where credential_id = $1 order by 1`,
          [credentialId],
        );
        return rows.map((row) => row.kept);
      });
    expect(await kept()).toEqual(expect.arrayContaining(["new", "old", "old-nonce"]));
    await forgetTraffic();
    const left = await kept();
    expect(left).toContain("new");
    expect(left).not.toContain("old");
    expect(left).not.toContain("old-nonce");
    expect(await admit(credentialId, [1, "another"])).toBe("sequence_too_old");
    expect(await admit(credentialId, [1, "old"])).toBe("sequence_too_old");
  });
});

describe("the id of a device at its source", () => {
  test("names one device of a merchant in a program, without regard to case, and can be changed", async () => {
    const meter = {
      programId,
      merchantId,
      kind: "parking_meter",
      name: "Kerb",
      externalId: "PA-1042",
    } as const;
    const { deviceId } = await registerDevice(operator, meter);
    expect(await getDevice(merchant, deviceId)).toMatchObject({ externalId: "PA-1042" });
    const taken = { reason: "external_id_in_use" };
    await expect(registerDevice(operator, { ...meter, externalId: "pa-1042" })).rejects.toMatchObject(taken);
    const other = await activeDevice();
    await expect(
      setExternalId(operator, { deviceId: other.deviceId, externalId: "Pa-1042" }),
    ).rejects.toMatchObject(taken);
    expect(await setExternalId(operator, { deviceId, externalId: null })).toEqual({ changed: true });
    expect(await setExternalId(operator, { deviceId, externalId: null })).toEqual({ changed: false });
    await setExternalId(operator, { deviceId: other.deviceId, externalId: "Pa-1042" });
    const { devices } = await listDevices(operator, { text: "pa-104" }, { limit: 5 });
    expect(devices.map(({ id }) => id)).toEqual([other.deviceId]);
  });
});

describe("what is known of a device", () => {
  test("sightings never go back in time", async () => {
    const { deviceId } = await activeDevice();
    const late = new Date("2026-03-01T12:00:00Z");
    const early = new Date("2026-03-01T11:00:00Z");
    await touchDevices(system, [
      { deviceId, seenAt: early, sequence: 9n, paymentAt: early },
      { deviceId, seenAt: late, sequence: 7n },
    ]);
    await touchDevices(system, [{ deviceId, seenAt: early, sequence: 3n }]);
    expect(await getDevice(operator, deviceId)).toMatchObject({
      lastSeenAt: late,
      lastSequence: 9n,
      lastPaymentAt: early,
    });
  });

  test("refusals add up by device, code and minute, and those of nobody are kept apart", async () => {
    const { deviceId } = await activeDevice();
    const at = new Date();
    at.setUTCSeconds(10);
    const one = { deviceId, code: "device_suspended", at, verified: true, detail: "first" };
    await recordRefusals(system, [one, one, { ...one, verified: false }, { ...one, deviceId: null }]);
    await recordRefusals(system, [
      { ...one, detail: "last", hits: 3 },
      { ...one, deviceId: null },
    ]);
    const { refusals, refusalsLastDay } = await getDevice(merchant, deviceId);
    expect(refusals).toHaveLength(2);
    expect(refusals.find((refusal) => refusal.verified)).toMatchObject({ hits: 5n, detail: "last" });
    expect(refusalsLastDay).toBe(6n);
    const nobody = await withScope(system, (tx) =>
      tx.query<{ hits: bigint }>("select hits from device_refusal where device_id is null"),
    );
    expect(nobody.rows).toEqual([{ hits: 2n }]);
  });
});
