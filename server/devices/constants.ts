/** Closed sets and limits of the registry. */
export const DEVICE_KINDS = [
  "parking_meter",
  "ev_charger",
  "toll_gate",
  "transit_validator",
  "smart_meter",
  "phone",
] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

export const DEVICE_STATES = ["registered", "active", "suspended", "retired"] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

export const DEVICE_ACTIONS = ["activate", "suspend", "retire"] as const;
export type DeviceAction = (typeof DEVICE_ACTIONS)[number];

/** How far a message's number may lie behind the highest one of its device and still be new. */
export const SEQUENCE_WINDOW = 1000n;
/** Those numbers and the highest itself: every one of them is remembered, and no two messages share it. */
export const NUMBERS_TOLD_APART = SEQUENCE_WINDOW + 1n;
/** How far a device's clock may be off. */
export const CLOCK_SKEW_SECONDS = 300;
/** Nonces are kept longer than a signature can be fresh on both ends of the skew. */
export const NONCE_KEPT_SECONDS = 3 * CLOCK_SKEW_SECONDS;
/** Numbers outside the window are forgotten after this long; by then no retry of them is answered. */
export const MESSAGE_KEPT_HOURS = 48;
export const REFUSAL_KEPT_DAYS = 90;
export const CREDENTIALS_PER_DEVICE = 5;
/** What stands before the 32 raw bytes of an Ed25519 key in the form that crypto libraries import (RFC 8410). */
export const ED25519_SPKI_PREFIX = new Uint8Array([
  0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
]);

/** The worker's job that removes what messages can no longer be held against. */
export const FORGET_JOB = "devices.forget-traffic";
