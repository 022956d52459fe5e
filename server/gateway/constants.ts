/** Limits of the device API. */

/** Requests that are worked on at once; more are told to come back. */
export const MAX_IN_FLIGHT = 256;
/** Requests of one device that are worked on at once: one that floods leaves room for the others. */
export const MAX_IN_FLIGHT_PER_DEVICE = 64;
export const MAX_CONNECTIONS = 20_000;
export const RETRY_AFTER_SECONDS = 1;
/** A request, header and body, must have arrived by then. */
export const REQUEST_SECONDS = 15;
export const HEADER_SECONDS = 10;
/** Of wallets and cards that nobody knows a device may present so many at once ... */
export const UNKNOWN_INSTRUMENTS_AT_ONCE = 20;
/** ... and one more every so many seconds. */
export const UNKNOWN_INSTRUMENT_SECONDS = 15;
/** However many were presented, the device is heard again after this long. */
export const UNKNOWN_INSTRUMENTS_LONGEST_SECONDS = 3_600;
export const PAYMENT_BODY_BYTES = 16 * 1024;
export const USAGE_BODY_BYTES = 512 * 1024;
/** Every refusal for a signature that does not verify takes at least this long, so that its time tells nothing. */
export const REFUSAL_FLOOR_MS = 20;
export const NONCE_PATTERN = /^[\x21-\x7e]{8,64}$/;
export const IDEMPOTENCY_KEY_PATTERN = /^[A-Za-z0-9_.:+/=-]{1,64}$/;
export const SEQUENCE_PATTERN = /^[1-9]\d{0,14}$/;
export const MAX_SEQUENCE = 999_999_999_999_999;

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
