/** Pure decisions of the registry: the life of a device, and which public keys are acceptable. */
import { createPublicKey } from "node:crypto";
import { type DeviceAction, type DeviceState, ED25519_SPKI_PREFIX } from "./constants";

const TRANSITIONS: Record<DeviceState, Partial<Record<DeviceAction, DeviceState>>> = {
  registered: { activate: "active", retire: "retired" },
  active: { suspend: "suspended", retire: "retired" },
  suspended: { activate: "active", retire: "retired" },
  retired: {},
};

export type Transition =
  | { ok: true; state: DeviceState; changed: boolean }
  | { ok: false; reason: "device_retired" | "device_action_not_possible" };

const REACHES: Record<DeviceAction, DeviceState> = {
  activate: "active",
  suspend: "suspended",
  retire: "retired",
};

/** The state after `action`. Asking for the state that a device already has changes nothing; retired is final. */
export function nextState(state: DeviceState, action: DeviceAction): Transition {
  if (REACHES[action] === state) return { ok: true, state, changed: false };
  const next = TRANSITIONS[state][action];
  if (next) return { ok: true, state: next, changed: true };
  return { ok: false, reason: state === "retired" ? "device_retired" : "device_action_not_possible" };
}

/** The actions that a person can be offered in this state. */
export function possibleActions(state: DeviceState): DeviceAction[] {
  return Object.keys(TRANSITIONS[state]) as DeviceAction[];
}

export type PublicKeyResult =
  | { ok: true; raw: Buffer }
  | { ok: false; reason: "public_key_malformed" | "public_key_is_private" | "public_key_weak" };

const PRIME = 2n ** 255n - 19n;

/**
 * The y coordinates of curve points of small order (RFC 8032's curve, cofactor 8), and their encodings above the
 * prime. Under such a key some signatures verify for any message, so it proves nothing.
 */
const SMALL_ORDER_Y = new Set([
  0n,
  1n,
  PRIME - 1n,
  PRIME,
  PRIME + 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
]);

/**
 * Accepts an Ed25519 public key as 32 raw bytes in base64 or base64url, as a JWK (RFC 8037) or as PEM, and gives the
 * raw bytes. Private keys are refused by name, so that somebody who pastes one learns that it is burnt.
 */
export function parsePublicKey(text: string): PublicKeyResult {
  const trimmed = text.trim();
  let raw: Buffer | null;
  if (/PRIVATE KEY/.test(trimmed)) return { ok: false, reason: "public_key_is_private" };
  if (trimmed.startsWith("-----")) raw = rawFromKeyObject(() => createPublicKey(trimmed));
  else if (trimmed.startsWith("{")) {
    const jwk = parseJson(trimmed);
    if (jwk && "d" in jwk) return { ok: false, reason: "public_key_is_private" };
    raw = jwk ? rawFromKeyObject(() => createPublicKey({ key: jwk, format: "jwk" })) : null;
  } else {
    raw = /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed) ? Buffer.from(trimmed, "base64url") : null;
  }
  if (raw?.length !== 32) return { ok: false, reason: "public_key_malformed" };
  if (isSmallOrder(raw)) return { ok: false, reason: "public_key_weak" };
  return { ok: true, raw };
}

function isSmallOrder(raw: Buffer): boolean {
  const littleEndian = Buffer.from(raw).reverse();
  littleEndian[0] = (littleEndian[0] ?? 0) & 0x7f;
  return SMALL_ORDER_Y.has(BigInt(`0x${littleEndian.toString("hex")}`));
}

function rawFromKeyObject(create: () => ReturnType<typeof createPublicKey>): Buffer | null {
  try {
    const key = create();
    if (key.asymmetricKeyType !== "ed25519") return null;
    return key.export({ type: "spki", format: "der" }).subarray(ED25519_SPKI_PREFIX.length);
  } catch {
    return null;
  }
}

function parseJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
