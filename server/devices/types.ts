import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { DeviceKind, DeviceState } from "./constants";

export interface Device {
  id: Id<"device">;
  programId: Id<"program">;
  programName: string;
  currency: Currency;
  timeZone: string;
  merchantId: Id<"organisation">;
  merchantName: string;
  merchantSlug: string;
  kind: DeviceKind;
  name: string;
  /** What the merchant's own system calls it. */
  externalId: string | null;
  zone: string | null;
  site: string | null;
  latitude: number | null;
  longitude: number | null;
  state: DeviceState;
  stateReason: string | null;
  stateChangedAt: Date;
  maxAmountMicros: bigint | null;
  createdAt: Date;
  lastSeenAt: Date | null;
  lastSequence: bigint;
  lastPaymentAt: Date | null;
  refusalsLastDay: bigint;
}

export interface Credential {
  id: Id<"credential">;
  deviceId: Id<"device">;
  publicKey: Buffer;
  createdAt: Date;
  revokedAt: Date | null;
}

export interface Refusal {
  code: string;
  at: Date;
  hits: bigint;
  verified: boolean;
  detail: string | null;
}

export interface DeviceDetail extends Device {
  credentials: Credential[];
  refusals: Refusal[];
}

export interface DeviceFilter {
  state?: DeviceState | undefined;
  kind?: DeviceKind | undefined;
  merchantId?: Id<"organisation"> | undefined;
  programId?: Id<"program"> | undefined;
  /** Part of a name, zone, site or id at the source, or a whole device id. */
  text?: string | undefined;
}

/** What the gateway needs to check a signature; whether the credential still counts is asked at admission. */
export interface VerificationCredential {
  credentialId: Id<"credential">;
  publicKey: Buffer;
  deviceId: Id<"device">;
  merchantId: Id<"organisation">;
}

export interface AdmissionRequest {
  credentialId: Id<"credential">;
  nonce: string;
  /** Null for requests that change nothing. */
  message: { sequence: bigint; idempotencyKey: string } | null;
}

export const ADMISSION_OUTCOMES = [
  "admitted",
  "credential_unknown",
  "credential_revoked",
  "device_registered",
  "device_suspended",
  "device_retired",
  "nonce_replayed",
  "sequence_reused",
  "idempotency_key_reused",
  "sequence_too_old",
] as const;
export type AdmissionOutcome = (typeof ADMISSION_OUTCOMES)[number];

export interface Admission {
  outcome: AdmissionOutcome;
  deviceId: Id<"device"> | null;
  merchantId: Id<"organisation"> | null;
}

export interface Sighting {
  deviceId: Id<"device">;
  seenAt: Date;
  sequence?: bigint | undefined;
  paymentAt?: Date | undefined;
}

export interface RefusalRecord {
  /** Null when the request named no device that exists. */
  deviceId: Id<"device"> | null;
  code: string;
  at: Date;
  /** False when the request only named the device and proved nothing. */
  verified: boolean;
  detail?: string | undefined;
  hits?: number | undefined;
}
