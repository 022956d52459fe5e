/** Messages of payments are admitted as all others are, and remembered with what they brought. */
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { addCredential, admitRequests } from "@/server/devices/service";
import type { AdmissionRequest } from "@/server/devices/types";
import { withOwner } from "@/server/platform/db";
import { useTestDatabase } from "@/server/platform/testing";
import { authorisePayments, decidePayments, lookUpPayments } from "./service/authorise-payment";
import { addDevice, addWallet, createWorld, requestOf, system, type TestWorld } from "./testing";
import type { AuthorisationItem, AuthoriseResult } from "./types";

useTestDatabase();

/** Number and key, or null for a request that changes nothing. */
type Message = [sequence: number, key: string] | null;

async function sender(world: TestWorld) {
  const scope = await addDevice(world.programId, world.merchantId);
  const publicKey = generateKeyPairSync("ed25519")
    .publicKey.export({ type: "spki", format: "pem" })
    .toString();
  const { credentialId } = await addCredential(world.operator, { deviceId: scope.deviceId, publicKey });
  const { token } = await addWallet(world, 100_000_000n);
  let nonces = 0;
  const admission = (message: Message, nonce = `nonce-${++nonces}`): AdmissionRequest => ({
    credentialId,
    nonce,
    message: message && { sequence: BigInt(message[0]), idempotencyKey: message[1] },
  });
  const item = (message: Message, nonce?: string): AuthorisationItem => ({
    scope,
    admission: admission(message, nonce),
    request: requestOf({
      instrumentToken: token,
      ...(message ? { idempotencyKey: message[1], sequence: BigInt(message[0]) } : {}),
    }),
  });
  return { admission, item };
}

function outcomeOf(result: AuthoriseResult | undefined): string {
  if (!result) return "nothing";
  if (result.ok) return result.replayed ? "replayed" : "paid";
  return result.reason === "not_admitted" ? result.outcome : result.reason;
}

describe("the message of a payment", () => {
  test("is judged as any other message: nonces, numbers, keys and the window", async () => {
    const world = await createWorld();
    const [paying, asking] = [await sender(world), await sender(world)];
    const script: [Message, string?][] = [
      [[5, "e"]],
      [[3, "c"]],
      [[5, "e"]],
      [[3, "x"]],
      [[4, "e"]],
      [[4, "d"], "again"],
      [[6, "f"], "again"],
      [[2000, "z"]],
      [[999, "late"]],
      [[1000, "just"]],
      [[3, "c"]],
    ];
    for (const [message, nonce] of script) {
      const [answer] = await admitRequests(system, [asking.admission(message, nonce)]);
      const [result] = await authorisePayments([paying.item(message, nonce)]);
      const got = outcomeOf(result);
      expect(["paid", "replayed"].includes(got) ? "admitted" : got, `${message}`).toBe(answer?.outcome);
    }
  });

  test("is remembered when its payment is refused, and not when the message itself is", async () => {
    const world = await createWorld();
    const { item } = await sender(world);
    const early = item([1, "a"], "nonce-a");
    early.request.occurredAt = new Date("2001-01-01T00:00:00Z");
    expect(outcomeOf((await authorisePayments([early]))[0])).toBe("occurred_at_out_of_range");
    expect(outcomeOf((await authorisePayments([item([2, "b"], "nonce-a")]))[0])).toBe("nonce_replayed");
    expect(outcomeOf((await authorisePayments([item([1, "b"], "nonce-b")]))[0])).toBe("sequence_reused");
    expect(outcomeOf((await authorisePayments([item([2, "b"], "nonce-b")]))[0])).toBe("paid");
  });

  test("that was admitted beside another of the same nonce, number or key is judged again when it commits", async () => {
    const world = await createWorld();
    const { item } = await sender(world);
    const rivals: [AuthorisationItem, AuthorisationItem, string][] = [
      [item([1, "a"], "same"), item([2, "b"], "same"), "nonce_replayed"],
      [item([3, "c"]), item([3, "d"]), "sequence_reused"],
      [item([4, "e"]), item([5, "e"]), "idempotency_key_reused"],
      [item([6, "f"]), item([6, "f"]), "replayed"],
    ];
    for (const [first, second, expected] of rivals) {
      const both = [await lookUpPayments([first]), await lookUpPayments([second])];
      expect(both.map(([looked]) => looked?.answer.outcome)).toEqual(["admitted", "admitted"]);
      const [one] = await decidePayments(both[0] ?? []);
      const [other] = await decidePayments(both[1] ?? []);
      expect([outcomeOf(one), outcomeOf(other)]).toEqual(["paid", expected]);
    }
  });
});

test("a key is free again once its first answer is forgotten", async () => {
  const world = await createWorld();
  const { item } = await sender(world);
  expect(outcomeOf((await authorisePayments([item([1, "k"])]))[0])).toBe("paid");
  await withOwner(async (client) => {
    await client.query("delete from idempotency_key");
    await client.query("delete from device_message");
  });
  expect(outcomeOf((await authorisePayments([item([2, "k"])]))[0])).toBe("paid");
});
