import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEVICE_ACTIONS, DEVICE_STATES, type DeviceState, ED25519_SPKI_PREFIX } from "./constants";
import { nextState, parsePublicKey, possibleActions } from "./rules";

describe("the life of a device", () => {
  test("retired is final", () => {
    for (const action of DEVICE_ACTIONS) {
      const next = nextState("retired", action);
      expect(next).toEqual(
        action === "retire"
          ? { ok: true, state: "retired", changed: false }
          : { ok: false, reason: "device_retired" },
      );
    }
    expect(possibleActions("retired")).toEqual([]);
  });

  test("a device that was never activated cannot be suspended", () => {
    expect(nextState("registered", "suspend")).toEqual({ ok: false, reason: "device_action_not_possible" });
  });

  test("an action asked twice changes something at most once, and offered actions always change something", () => {
    fc.assert(
      fc.property(fc.constantFrom(...DEVICE_STATES), fc.constantFrom(...DEVICE_ACTIONS), (state, action) => {
        const first = nextState(state, action);
        expect(possibleActions(state).includes(action)).toBe(first.ok && first.changed);
        if (first.ok) expect(nextState(first.state, action)).toEqual({ ...first, changed: false });
      }),
    );
  });

  test("no sequence of actions leads out of retired or back to registered", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...DEVICE_ACTIONS)), (actions) => {
        let state: DeviceState = "registered";
        for (const action of actions) {
          const next = nextState(state, action);
          if (!next.ok) continue;
          if (state === "retired") expect(next.state).toBe("retired");
          if (next.changed) expect(next.state).not.toBe("registered");
          state = next.state;
        }
      }),
    );
  });
});

describe("public keys", () => {
  const pair = generateKeyPairSync("ed25519");
  const raw = pair.publicKey.export({ type: "spki", format: "der" }).subarray(-32);

  test("raw base64, base64url, JWK and PEM of one key give the same bytes", () => {
    const forms = [
      raw.toString("base64"),
      raw.toString("base64url"),
      JSON.stringify(pair.publicKey.export({ format: "jwk" })),
      pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
      `  ${raw.toString("base64")}\n`,
    ];
    for (const form of forms) expect(parsePublicKey(form)).toEqual({ ok: true, raw });
    expect(Buffer.concat([ED25519_SPKI_PREFIX, raw])).toEqual(
      pair.publicKey.export({ type: "spki", format: "der" }),
    );
  });

  test("a private key is refused by name in every form", () => {
    const forms = [
      JSON.stringify(pair.privateKey.export({ format: "jwk" })),
      pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    ];
    for (const form of forms)
      expect(parsePublicKey(form)).toEqual({ ok: false, reason: "public_key_is_private" });
  });

  test("keys of other kinds and anything else are malformed, and nothing throws", () => {
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
    const forms = [
      other.export({ type: "spki", format: "pem" }).toString(),
      "",
      "{",
      "{}",
      "[1]",
      "AAAA",
      "-----x",
    ];
    for (const form of forms)
      expect(parsePublicKey(form)).toEqual({ ok: false, reason: "public_key_malformed" });
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parsePublicKey(text).ok).toBe(false);
      }),
    );
  });

  test("keys of small order, for which anybody can sign, are refused with either sign bit", () => {
    const encodings = [
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      `ec${"ff".repeat(30)}7f`,
      `ed${"ff".repeat(30)}7f`,
      `ee${"ff".repeat(30)}7f`,
    ];
    for (const hex of encodings) {
      const key = Buffer.from(hex, "hex");
      expect(parsePublicKey(key.toString("base64"))).toEqual({ ok: false, reason: "public_key_weak" });
      key[31] = (key[31] ?? 0) | 0x80;
      expect(parsePublicKey(key.toString("base64"))).toEqual({ ok: false, reason: "public_key_weak" });
    }
  });
});
