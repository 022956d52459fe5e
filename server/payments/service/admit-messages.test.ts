import fc from "fast-check";
import { expect, test } from "vitest";
import type { AdmissionOutcome, AdmissionRequest } from "@/server/devices/types";
import { newId } from "@/server/platform/ids";
import { GroupAdmission } from "./admit-messages";

const deviceId = newId("device");
const credentialId = newId("credential");

/** What is remembered of one device, as the database keeps it. */
class Remembered {
  constructor(
    readonly nonces = new Set<string>(),
    readonly keyOf = new Map<bigint, string>(),
  ) {}

  judge({ nonce, message }: AdmissionRequest): { outcome: AdmissionOutcome; known: boolean } {
    const key = message ? this.keyOf.get(message.sequence) : undefined;
    const known = key !== undefined;
    if (this.nonces.has(nonce)) return { outcome: "nonce_replayed", known };
    if (!message || key === message.idempotencyKey) return { outcome: "admitted", known };
    if (known) return { outcome: "sequence_reused", known };
    const isTaken = [...this.keyOf.values()].includes(message.idempotencyKey);
    return { outcome: isTaken ? "idempotency_key_reused" : "admitted", known };
  }

  remember({ nonce, message }: AdmissionRequest): void {
    this.nonces.add(nonce);
    if (message) this.keyOf.set(message.sequence, message.idempotencyKey);
  }
}

const messages = fc.array(
  fc.record({
    credentialId: fc.constant(credentialId),
    nonce: fc.constantFrom("n1", "n2", "n3", "n4", "n5", "n6"),
    message: fc.option(
      fc.record({
        sequence: fc.bigInt({ min: 1n, max: 4n }),
        idempotencyKey: fc.constantFrom("a", "b", "c"),
      }),
    ),
  }),
  { maxLength: 8 },
);

test("a group admits what its messages one after the other would, and remembers the same", () => {
  fc.assert(
    fc.property(messages, messages, (before, group) => {
      const one = new Remembered();
      for (const request of before) if (one.judge(request).outcome === "admitted") one.remember(request);
      const together = new Remembered(new Set(one.nonces), new Map(one.keyOf));
      const judgements = group.map((request) => together.judge(request));

      const expected = group.map((request) => {
        const { outcome } = one.judge(request);
        if (outcome === "admitted") one.remember(request);
        return outcome;
      });
      const admission = new GroupAdmission();
      const got = group.map((request, at) => {
        const { outcome, known } = judgements[at] ?? { outcome: "admitted", known: false };
        return admission.admit(deviceId, request, outcome, known);
      });

      expect(got).toEqual(expected);
      const numbers = admission.admitted.flatMap(({ sequence }) => (sequence === null ? [] : [sequence]));
      expect(new Set(numbers).size, "a number is remembered once").toBe(numbers.length);
      for (const { nonce, sequence, idempotencyKey } of admission.admitted) {
        expect(together.nonces.has(nonce), "no nonce twice").toBe(false);
        together.nonces.add(nonce);
        if (sequence === null) continue;
        expect(together.keyOf.has(sequence), "no number twice").toBe(false);
        together.keyOf.set(sequence, idempotencyKey ?? "");
      }
      expect(together.nonces).toEqual(one.nonces);
      expect(together.keyOf).toEqual(one.keyOf);
    }),
    { numRuns: 2_000 },
  );
});
