/** The closed list of problems that the device API answers with (RFC 9457), and what a device does about each. */
import type { AdmissionOutcome } from "@/server/devices/types";
import { PAYMENT_REFUSALS, USAGE_REFUSALS } from "@/server/payments/constants";

/** Whether the same message is sent again: after Retry-After, at once under a new signature, or not as it is. */
export const RETRIES = ["later", "anew", "no"] as const;

interface ProblemKind {
  status: number;
  title: string;
  /** What the device does next. */
  action: string;
  retry: (typeof RETRIES)[number];
  /**
   * The refusal proves that the message was not done, nor a copy of it within the time that first answers are kept: a
   * copy that had been done would have got its first answer.
   */
  done?: false;
}

const RETRY_LATER = "Wait as long as Retry-After says, then send the same message again, signed anew.";
const FIX_MESSAGE = "Do not repeat it as it is; correct the message.";
const SEND_NEW = "This was not done. Start a new message with a new key and the next number.";
const ASK_OPERATOR = "Stop, and tell whoever runs the device.";

export const PROBLEMS = {
  malformed_request: {
    status: 400,
    title: "The request is not well-formed HTTP.",
    action: FIX_MESSAGE,
    retry: "no",
  },
  malformed_body: {
    status: 400,
    title: "The body is not valid JSON in UTF-8, or holds a name twice.",
    action: FIX_MESSAGE,
    retry: "no",
    done: false,
  },
  content_digest_invalid: {
    status: 400,
    title: "Content-Digest is missing, malformed or does not match the body.",
    action: "Compute the digest over the bytes that are sent.",
    retry: "no",
  },
  idempotency_key_invalid: {
    status: 400,
    title: "Idempotency-Key is missing or malformed.",
    action: FIX_MESSAGE,
    retry: "no",
    done: false,
  },
  device_sequence_invalid: {
    status: 400,
    title: "Device-Sequence is missing or malformed.",
    action: FIX_MESSAGE,
    retry: "no",
    done: false,
  },
  signature_missing: { status: 401, title: "The request is not signed.", action: "Sign it.", retry: "no" },
  signature_malformed: {
    status: 401,
    title: "Signature or Signature-Input cannot be read.",
    action: FIX_MESSAGE,
    retry: "no",
  },
  signature_incomplete: {
    status: 401,
    title: "The signature does not cover all that it must.",
    action: "Cover what the detail names.",
    retry: "no",
  },
  signature_invalid: {
    status: 401,
    title: "The signature does not verify, or its key is not known.",
    action: "Check key, key id and the signed target; then tell whoever runs the device.",
    retry: "no",
  },
  clock_skew: {
    status: 401,
    title: "The signature's time is more than five minutes off.",
    action: "Set the clock by the Date header of this answer and sign anew.",
    retry: "anew",
  },
  signature_expired: {
    status: 401,
    title: "The signature's own `expires` has passed.",
    action: "Sign the same message anew.",
    retry: "anew",
  },
  nonce_replayed: {
    status: 401,
    title: "This signed request was received before.",
    action: "Send the same message again under a new nonce.",
    retry: "anew",
  },
  credential_revoked: {
    status: 401,
    title: "This credential was revoked.",
    action: ASK_OPERATOR,
    retry: "no",
  },
  device_not_active: { status: 403, title: "The device is not active.", action: ASK_OPERATOR, retry: "no" },
  device_suspended: { status: 403, title: "The device is suspended.", action: ASK_OPERATOR, retry: "no" },
  device_retired: { status: 403, title: "The device is retired.", action: ASK_OPERATOR, retry: "no" },
  route_not_found: {
    status: 404,
    title: "There is nothing at this address.",
    action: FIX_MESSAGE,
    retry: "no",
  },
  payment_not_found: {
    status: 404,
    title: PAYMENT_REFUSALS.payment_not_found,
    action: FIX_MESSAGE,
    retry: "no",
    done: false,
  },
  method_not_allowed: {
    status: 405,
    title: "This address has another method.",
    action: FIX_MESSAGE,
    retry: "no",
  },
  request_timeout: {
    status: 408,
    title: "The request did not arrive in time.",
    action: RETRY_LATER,
    retry: "later",
  },
  idempotency_key_reused: {
    status: 409,
    title: "This idempotency key was used for another message.",
    action: SEND_NEW,
    retry: "no",
    done: false,
  },
  sequence_reused: {
    status: 409,
    title: "This number was used for another message.",
    action: "This was not done. Start a new message with a number above every earlier one.",
    retry: "no",
    done: false,
  },
  sequence_too_old: {
    status: 409,
    title: "This number lies too far behind the device's newest.",
    action: SEND_NEW,
    retry: "no",
    done: false,
  },
  payment_already_captured: {
    status: 409,
    title: PAYMENT_REFUSALS.payment_already_captured,
    action: "Nothing is left to do.",
    retry: "no",
    done: false,
  },
  payment_expired: {
    status: 409,
    title: PAYMENT_REFUSALS.payment_expired,
    action: SEND_NEW,
    retry: "no",
    done: false,
  },
  payment_in_review: {
    status: 409,
    title: PAYMENT_REFUSALS.payment_in_review,
    action: "Ask for the payment until it is authorised or declined.",
    retry: "no",
    done: false,
  },
  payment_not_authorised: {
    status: 409,
    title: PAYMENT_REFUSALS.payment_not_authorised,
    action: "Nothing is left to do.",
    retry: "no",
    done: false,
  },
  body_too_large: {
    status: 413,
    title: "The body is too large.",
    action: "Send smaller batches.",
    retry: "no",
    done: false,
  },
  unsupported_media_type: {
    status: 415,
    title: "The body must be application/json in UTF-8, without a byte order mark and uncompressed.",
    action: FIX_MESSAGE,
    retry: "no",
  },
  expectation_failed: {
    status: 417,
    title: "The gateway knows no expectation but 100-continue.",
    action: FIX_MESSAGE,
    retry: "no",
  },
  invalid_request: {
    status: 422,
    title: "The body does not have the form that the API describes.",
    action: FIX_MESSAGE,
    retry: "no",
    done: false,
  },
  card_number_refused: {
    status: 422,
    title: "The message holds what looks like a card number.",
    action: "Send the token that the card's acquirer gave. The number was not kept.",
    retry: "no",
    done: false,
  },
  amount_above_authorised: {
    status: 422,
    title: PAYMENT_REFUSALS.amount_above_authorised,
    action: FIX_MESSAGE,
    retry: "no",
    done: false,
  },
  amount_not_whole_minor_units: {
    status: 422,
    title: PAYMENT_REFUSALS.amount_not_whole_minor_units,
    action: FIX_MESSAGE,
    retry: "no",
    done: false,
  },
  occurred_at_out_of_range: {
    status: 422,
    title: PAYMENT_REFUSALS.occurred_at_out_of_range,
    action: FIX_MESSAGE,
    retry: "no",
    done: false,
  },
  too_many_requests: {
    status: 429,
    title: "The gateway has as much in hand as it can do in time.",
    action: RETRY_LATER,
    retry: "later",
  },
  too_many_unknown_instruments: {
    status: 429,
    title: "The device has presented too many wallets and cards that nobody knows.",
    action: RETRY_LATER,
    retry: "later",
  },
  header_too_large: { status: 431, title: "The header is too large.", action: FIX_MESSAGE, retry: "no" },
  internal: {
    status: 500,
    title: "Something failed on our side.",
    action: "Send the same message again later, signed anew; report the request id if it stays.",
    retry: "later",
  },
  unavailable: {
    status: 503,
    title: "The gateway cannot work at the moment.",
    action: RETRY_LATER,
    retry: "later",
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(PROBLEMS, text);
}

/** What the registry says of a message, as the device hears it. */
export const PROBLEM_OF_ADMISSION: Record<Exclude<AdmissionOutcome, "admitted">, ProblemCode> = {
  credential_unknown: "signature_invalid",
  credential_revoked: "credential_revoked",
  device_registered: "device_not_active",
  device_suspended: "device_suspended",
  device_retired: "device_retired",
  nonce_replayed: "nonce_replayed",
  sequence_reused: "sequence_reused",
  idempotency_key_reused: "idempotency_key_reused",
  sequence_too_old: "sequence_too_old",
};

export interface FieldError {
  /** Dotted path in the body. */
  field: string;
  message: string;
}

/** Why one usage record was refused while others of its batch went in. */
export const RECORD_REFUSALS = {
  ...USAGE_REFUSALS,
  card_number_refused: PROBLEMS.card_number_refused.title.replace("message", "record"),
  record_invalid: "The record does not have the form that the API describes; `errors` names its fields.",
} as const;

export type RecordRefusal = keyof typeof RECORD_REFUSALS;

export interface ProblemFacts {
  errors?: readonly FieldError[] | undefined;
  retryAfterSeconds?: number | undefined;
  highestSequence?: number | undefined;
}

/** A refusal on its way to the device. */
export class Problem extends Error {
  readonly detail: string;
  readonly facts: ProblemFacts;

  constructor(
    readonly code: ProblemCode,
    detail: string = PROBLEMS[code].title,
    facts: ProblemFacts = {},
  ) {
    super(`${code}: ${printable(detail)}`);
    this.name = "Problem";
    this.detail = printable(detail);
    this.facts = {
      ...facts,
      ...(facts.errors && {
        errors: facts.errors.map(({ field, message }) => ({
          field: printable(field),
          message: printable(message),
        })),
      }),
    };
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** What a client wrote may stand in an answer and in the notes about it only as text that can be stored and read. */
export function printable(text: string): string {
  return text.slice(0, 300).replace(/[\p{Cc}\p{Cs}]/gu, "\ufffd");
}
