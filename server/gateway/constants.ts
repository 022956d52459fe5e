/** Limits of the device API. */

/** Requests that are worked on at once; more are told to come back. */
export const MAX_IN_FLIGHT = 256;
export const RETRY_AFTER_SECONDS = 1;
export const PAYMENT_BODY_BYTES = 16 * 1024;
export const USAGE_BODY_BYTES = 512 * 1024;
/** Every refusal for a signature that does not verify takes at least this long, so that its time tells nothing. */
export const REFUSAL_FLOOR_MS = 20;
export const NONCE_PATTERN = /^[\x21-\x7e]{8,64}$/;
export const IDEMPOTENCY_KEY_PATTERN = /^[A-Za-z0-9_.:+/=-]{1,64}$/;
export const SEQUENCE_PATTERN = /^[1-9]\d{0,14}$/;

/** Signatures that are checked before the event loop looks at its sockets again: about half a millisecond's work. */
export const VERIFICATIONS_A_TURN = 4;

/**
 * Flags of the process that runs the gateway. What a request makes is garbage once it is answered: young objects get
 * their room at once, and their collections stay short. Next to nothing outlives them, so the old ones are left alone
 * until there are many; a collection of these marks beside the requests for tens of milliseconds. One thread collects:
 * helpers of a collection wait for a core that the database has, and the requests wait for them.
 */
export const GATEWAY_NODE_FLAGS = [
  "--min-semi-space-size=16",
  "--max-semi-space-size=16",
  "--initial-old-space-size=256",
  "--single-threaded-gc",
] as const;

/** Group commit of authorisations: one group at a time, because groups of a program only wait for each other's locks. */
export const COMMIT_GROUPS = { largestGroup: 64, groupsAtOnce: 1 };
