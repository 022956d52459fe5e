/** Use cases of the device registry. */
import { audit } from "@/server/audit/service";
import { clearAll } from "@/server/platform/clear-old";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { fromPublicId, type Id, newIdAt, toPublicId } from "@/server/platform/ids";
import { MoneyError, parseMinorMicros } from "@/server/platform/money";
import { emit } from "@/server/platform/outbox";
import type { PlatformScope, PortalScope, Scope, SystemScope } from "@/server/platform/scope";
import {
  CREDENTIALS_PER_DEVICE,
  type DeviceAction,
  type DeviceKind,
  type DeviceState,
  FORGET_JOB,
} from "./constants";
import { deviceError } from "./errors";
import { deviceChanged } from "./events";
import {
  admitMessages,
  countUnknownInstruments,
  findHighestSequence,
  insertRefusals,
  oldTraffic,
  recordSightings,
} from "./record-traffic";
import * as repository from "./repository";
import { nextState, parsePublicKey } from "./rules";
import type {
  Admission,
  AdmissionRequest,
  Device,
  DeviceDetail,
  DeviceFilter,
  RefusalRecord,
  Sighting,
  VerificationCredential,
} from "./types";

const REFUSALS_SHOWN = 50;

export interface RegisterDevice {
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  kind: DeviceKind;
  name: string;
  /** What the merchant's own system calls it; imported files name it so. */
  externalId?: string | undefined;
  zone?: string | undefined;
  site?: string | undefined;
  latitude?: number | undefined;
  longitude?: number | undefined;
  /** Decimal string in the program's currency. */
  maxAmount?: string | undefined;
  /** Ed25519, in any form that `parsePublicKey` accepts. */
  publicKey?: string | undefined;
}

/** Registers a device; it takes no payments until it is activated. With a public key it gets its first credential. */
export async function registerDevice(
  scope: PlatformScope,
  input: RegisterDevice,
): Promise<{ deviceId: Id<"device">; credentialId: Id<"credential"> | null }> {
  const at = now();
  if ((input.latitude === undefined) !== (input.longitude === undefined))
    throw deviceError("place_incomplete");
  return await withFreeExternalId(scope, async (tx) => {
    const program = await repository.findMerchantProgram(tx, input.programId, input.merchantId);
    if (!program) throw deviceError("merchant_not_in_program");
    const id = newIdAt("device", at);
    await repository.insertDevice(tx, {
      id,
      programId: input.programId,
      merchantId: input.merchantId,
      kind: input.kind,
      name: input.name,
      externalId: input.externalId ?? null,
      zone: input.zone ?? null,
      site: input.site ?? null,
      latitude: input.latitude ?? null,
      longitude: input.longitude ?? null,
      maxAmountMicros:
        input.maxAmount === undefined ? null : readMaxAmount(input.maxAmount, program.currency),
      createdBy: userOf(scope),
      at,
    });
    await audit(tx, scope, {
      action: "device.registered",
      subjectKind: "device",
      subjectId: id,
      organisationId: input.merchantId,
      after: {
        kind: input.kind,
        name: input.name,
        externalId: input.externalId ?? null,
        zone: input.zone ?? null,
        maxAmount: input.maxAmount ?? null,
      },
    });
    await emit(tx, [
      deviceChanged({ id, merchantId: input.merchantId, change: "registered", state: "registered" }),
    ]);
    const credentialId = input.publicKey
      ? await attachCredential(
          tx,
          scope,
          { id, merchantId: input.merchantId, state: "registered" },
          input.publicKey,
        )
      : null;
    return { deviceId: id, credentialId };
  });
}

/** Says what the merchant's own system calls a device, so that imported files find it; null when it has no name there. */
export async function setExternalId(
  scope: PlatformScope,
  { deviceId, externalId }: { deviceId: Id<"device">; externalId: string | null },
): Promise<{ changed: boolean }> {
  return await withFreeExternalId(scope, async (tx) => {
    const device = await repository.updateExternalId(tx, deviceId, externalId);
    if (!device) throw notFound("device");
    const { merchantId, state, before } = device;
    if (before === externalId) return { changed: false };
    await audit(tx, scope, {
      action: "device.external_id_changed",
      subjectKind: "device",
      subjectId: deviceId,
      organisationId: merchantId,
      before: { externalId: before },
      after: { externalId },
    });
    await emit(tx, [deviceChanged({ id: deviceId, merchantId, change: "external_id_changed", state })]);
    return { changed: true };
  });
}

async function withFreeExternalId<Result>(
  scope: PlatformScope,
  work: (tx: SqlTx) => Promise<Result>,
): Promise<Result> {
  try {
    return await withScope(scope, work);
  } catch (error) {
    const isTaken =
      error instanceof Error && "constraint" in error && error.constraint === repository.EXTERNAL_ID_INDEX;
    if (isTaken) throw deviceError("external_id_in_use");
    throw error;
  }
}

function readMaxAmount(text: string, currency: Parameters<typeof parseMinorMicros>[1]): bigint {
  try {
    const micros = parseMinorMicros(text, currency);
    if (micros > 0n) return micros;
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
  }
  throw deviceError("max_amount_invalid");
}

/**
 * Activates, suspends or retires a device. Asking for the state that it has changes nothing. A device is activated
 * only with a credential that counts; retired is final and revokes nothing, so that old signatures stay checkable.
 */
export async function changeDeviceState(
  scope: PlatformScope,
  input: { deviceId: Id<"device">; action: DeviceAction; reason?: string | undefined },
): Promise<{ state: DeviceState; changed: boolean }> {
  const at = now();
  return await withScope(scope, async (tx) => {
    const device = await repository.lockDevice(tx, input.deviceId);
    if (!device) throw notFound("device");
    const next = nextState(device.state, input.action);
    if (!next.ok) throw deviceError(next.reason);
    if (!next.changed) return { state: device.state, changed: false };
    if (next.state === "active") {
      const credentials = await repository.listCredentials(tx, input.deviceId);
      if (!credentials.some((credential) => credential.revokedAt === null)) {
        throw deviceError("device_has_no_credential");
      }
    }
    const reason = input.reason?.trim() || null;
    await repository.updateDeviceState(tx, input.deviceId, { state: next.state, reason, at });
    await audit(tx, scope, {
      action: `device.${PAST_TENSE[input.action]}`,
      subjectKind: "device",
      subjectId: input.deviceId,
      organisationId: device.merchantId,
      before: { state: device.state, reason: device.stateReason },
      after: { state: next.state, reason },
    });
    await emit(tx, [
      deviceChanged({
        id: input.deviceId,
        merchantId: device.merchantId,
        change: "state_changed",
        state: next.state,
      }),
    ]);
    return { state: next.state, changed: true };
  });
}

const PAST_TENSE: Record<DeviceAction, string> = {
  activate: "activated",
  suspend: "suspended",
  retire: "retired",
};

/** Adds a public key to a device, beside those that it has, so that keys can be changed without a gap. */
export async function addCredential(
  scope: PlatformScope,
  input: { deviceId: Id<"device">; publicKey: string },
): Promise<{ credentialId: Id<"credential"> }> {
  return await withScope(scope, async (tx) => {
    const device = await repository.lockDevice(tx, input.deviceId);
    if (!device) throw notFound("device");
    if (device.state === "retired") throw deviceError("device_retired");
    const credentials = await repository.listCredentials(tx, input.deviceId);
    const live = credentials.filter((credential) => credential.revokedAt === null).length;
    if (live >= CREDENTIALS_PER_DEVICE) throw deviceError("too_many_credentials");
    const owner = { id: input.deviceId, merchantId: device.merchantId, state: device.state };
    return { credentialId: await attachCredential(tx, scope, owner, input.publicKey) };
  });
}

async function attachCredential(
  tx: SqlTx,
  scope: PlatformScope,
  device: { id: Id<"device">; merchantId: Id<"organisation">; state: DeviceState },
  publicKey: string,
): Promise<Id<"credential">> {
  const parsed = parsePublicKey(publicKey);
  if (!parsed.ok) throw deviceError(parsed.reason);
  const at = now();
  const id = newIdAt("credential", at);
  const inserted = await repository.insertCredential(tx, {
    id,
    deviceId: device.id,
    merchantId: device.merchantId,
    publicKey: parsed.raw,
    createdBy: userOf(scope),
    at,
  });
  if (!inserted) throw deviceError("public_key_in_use");
  await audit(tx, scope, {
    action: "device.credential_added",
    subjectKind: "device",
    subjectId: device.id,
    organisationId: device.merchantId,
    after: { credential: toPublicId("credential", id), publicKey: parsed.raw.toString("base64") },
  });
  await emit(tx, [deviceChanged({ ...device, change: "credential_added" })]);
  return id;
}

/** Ends a credential at once and for good; doing it again changes nothing. */
export async function revokeCredential(
  scope: PlatformScope,
  credentialId: Id<"credential">,
): Promise<{ deviceId: Id<"device">; changed: boolean }> {
  return await withScope(scope, async (tx) => {
    const revoked = await repository.revokeCredential(tx, credentialId, now());
    if (!revoked) throw notFound("credential");
    if (revoked.changed) {
      const device = await repository.lockDevice(tx, revoked.deviceId);
      if (!device) throw notFound("device");
      await audit(tx, scope, {
        action: "device.credential_revoked",
        subjectKind: "device",
        subjectId: revoked.deviceId,
        organisationId: revoked.merchantId,
        before: { credential: toPublicId("credential", credentialId) },
      });
      await emit(tx, [
        deviceChanged({
          id: revoked.deviceId,
          merchantId: revoked.merchantId,
          change: "credential_revoked",
          state: device.state,
        }),
      ]);
    }
    return { deviceId: revoked.deviceId, changed: revoked.changed };
  });
}

/** Devices that the scope may see, newest registration first. `next` is the key of the following page. */
export async function listDevices(
  scope: PortalScope | SystemScope,
  filter: DeviceFilter,
  page: { before?: Id<"device"> | undefined; limit: number },
): Promise<{ devices: Device[]; next: Id<"device"> | null }> {
  return await withScope(scope, async (tx) => {
    const found = await repository.listDevices(tx, filter, {
      before: page.before ?? null,
      limit: page.limit + 1,
      exactId: exactIdOf(filter),
      at: now(),
    });
    const devices = found.slice(0, page.limit);
    return { devices, next: found.length > page.limit ? (devices.at(-1)?.id ?? null) : null };
  });
}

/** How many devices match, by state; the filter's own state is left out of account, so that tabs can show counts. */
export async function countDevices(
  scope: PortalScope | SystemScope,
  filter: DeviceFilter,
): Promise<Record<DeviceState, number>> {
  const rows = await withScope(scope, (tx) => repository.countDevicesByState(tx, filter, exactIdOf(filter)));
  const counts: Record<DeviceState, number> = { registered: 0, active: 0, suspended: 0, retired: 0 };
  for (const row of rows) counts[row.state] = Number(row.count);
  return counts;
}

function exactIdOf(filter: DeviceFilter): Id<"device"> | null {
  return filter.text ? fromPublicId("device", filter.text.trim()) : null;
}

/** One device with its credentials and latest refusals; throws `device_not_found` also for what the scope may not see. */
export async function getDevice(
  scope: PortalScope | SystemScope,
  deviceId: Id<"device">,
): Promise<DeviceDetail> {
  return await withScope(scope, async (tx) => {
    const device = await repository.findDevice(tx, deviceId, now());
    if (!device) throw notFound("device");
    const credentials = await repository.listCredentials(tx, deviceId);
    const refusals = await repository.listRefusals(tx, deviceId, REFUSALS_SHOWN);
    return { ...device, credentials, refusals };
  });
}

/** The key to check a signature with, also when it is revoked: whether it counts is decided by `admitRequests`. */
export async function findCredentialForVerification(
  scope: SystemScope,
  credentialId: Id<"credential">,
): Promise<VerificationCredential | null> {
  return await withScope(scope, (tx) => repository.findVerificationCredential(tx, credentialId));
}

/** Checks verified requests against state, nonces and message numbers, all in one round trip; answers in order. */
export async function admitRequests(
  scope: SystemScope,
  requests: readonly AdmissionRequest[],
): Promise<Admission[]> {
  return await withScope(scope, (tx) => admitMessages(tx, requests, now()));
}

/** Notes when devices were last heard of; a sighting older than what is known changes nothing. */
export async function touchDevices(scope: SystemScope, sightings: readonly Sighting[]): Promise<void> {
  if (sightings.length > 0) await withScope(scope, (tx) => recordSightings(tx, sightings));
}

/** Adds refusals to what is known of devices. They are counted per minute, so any number of them costs little. */
export async function recordRefusals(scope: SystemScope, refusals: readonly RefusalRecord[]): Promise<void> {
  if (refusals.length > 0) await withScope(scope, (tx) => insertRefusals(tx, refusals));
}

/** The highest number that a message of the device has used, for devices that lost count; zero when there was none. */
export async function readHighestSequence(scope: SystemScope, deviceId: Id<"device">): Promise<bigint> {
  return await withScope(scope, (tx) => findHighestSequence(tx, deviceId));
}

/**
 * Counts wallets and cards that a device presented and nobody knows. Gives for how many seconds it has spent its
 * allowance of them: each costs `secondsEach`, and time pays back.
 */
export async function noteUnknownInstruments(
  scope: SystemScope,
  deviceId: Id<"device">,
  instruments: number,
  limits: { secondsEach: number; longestSeconds: number },
): Promise<number> {
  return await withScope(scope, (tx) =>
    countUnknownInstruments(tx, deviceId, {
      seconds: instruments * limits.secondsEach,
      longestSeconds: limits.longestSeconds,
      at: now(),
    }),
  );
}

/** For the worker, every few minutes: forgets nonces and numbers that can no longer decide anything. */
export async function forgetTraffic(): Promise<boolean> {
  return await clearAll(FORGET_JOB, oldTraffic(now()));
}

function userOf(scope: Scope): Id<"user"> | null {
  return scope.actor.kind === "user" ? scope.actor.id : null;
}
