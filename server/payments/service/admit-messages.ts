/** Which messages of a group are admitted, and what is to be remembered of them. Pure. */
import type { AdmissionOutcome, AdmissionRequest } from "@/server/devices/types";
import type { Id } from "@/server/platform/ids";
import type { AdmittedMessage } from "../repository/committed-rows";

/** What the database says of a message only when its nonce is new. */
const AFTER_THE_NONCE = new Set<AdmissionOutcome>([
  "sequence_reused",
  "idempotency_key_reused",
  "sequence_too_old",
]);

/**
 * Messages of one commit, in their order. The database said of each how it stands to what is remembered; here it is held
 * against those before it in the same group, so that a group admits what one after the other would.
 */
export class GroupAdmission {
  /** What the commit has to remember. */
  readonly admitted: AdmittedMessage[] = [];
  private readonly nonces = new Set<string>();
  private readonly keyOfNumber = new Map<string, string>();
  private readonly keys = new Set<string>();

  /** What becomes of the next message; `known` says that its number is remembered already. */
  admit(
    deviceId: Id<"device">,
    { credentialId, nonce, message }: AdmissionRequest,
    outcome: AdmissionOutcome,
    known: boolean,
  ): AdmissionOutcome {
    if (outcome !== "admitted" && !AFTER_THE_NONCE.has(outcome)) return outcome;
    const use = `${credentialId} ${nonce}`;
    if (this.nonces.has(use)) return "nonce_replayed";
    const number = message && !known ? `${deviceId} ${message.sequence}` : null;
    const earlierKey = number === null ? undefined : this.keyOfNumber.get(number);
    if (earlierKey !== undefined && earlierKey !== message?.idempotencyKey) return "sequence_reused";
    if (outcome !== "admitted") return outcome;
    const isNew = number !== null && earlierKey === undefined;
    if (isNew && message) {
      const key = `${deviceId} ${message.idempotencyKey}`;
      if (this.keys.has(key)) return "idempotency_key_reused";
      this.keys.add(key);
      this.keyOfNumber.set(number, message.idempotencyKey);
    }
    this.nonces.add(use);
    this.admitted.push({
      credentialId,
      nonce,
      deviceId,
      sequence: isNew && message ? message.sequence : null,
      idempotencyKey: message?.idempotencyKey ?? null,
    });
    return "admitted";
  }
}
