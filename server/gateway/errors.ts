/** The closed list of problems that the device API answers with (RFC 9457), and what a device does about each. */
import type { AdmissionOutcome } from "@/server/devices/types";
import { PAYMENT_REFUSALS } from "@/server/payments/constants";

interface ProblemKind {
  status: number;
  title: string;
  /** What the device does next. */
  action: string;
}

const RETRY_LATER = "Wait as long as Retry-After says, then send the same message again, signed anew.";
const FIX_MESSAGE = "Do not repeat it as it is; correct the message.";
const SEND_NEW = "Start a new message with a new key and the next number.";
const ASK_OPERATOR = "Stop, and tell whoever runs the device.";

export const PROBLEMS = {
  malformed_request: { status: 400, title: "The request is not well-formed HTTP.", action: FIX_MESSAGE },
  malformed_body: { status: 400, title: "The body is not valid JSON in UTF-8.", action: FIX_MESSAGE },
  content_digest_invalid: {
    status: 400,
    title: "Content-Digest is missing, malformed or does not match the body.",
    action: "Compute the digest over the bytes that are sent.",
  },
  idempotency_key_invalid: {
    status: 400,
    title: "Idempotency-Key is missing or malformed.",
    action: FIX_MESSAGE,
  },
  device_sequence_invalid: {
    status: 400,
    title: "Device-Sequence is missing or malformed.",
    action: FIX_MESSAGE,
  },
  signature_missing: { status: 401, title: "The request is not signed.", action: "Sign it." },
  signature_malformed: {
    status: 401,
    title: "Signature or Signature-Input cannot be read.",
    action: FIX_MESSAGE,
  },
  signature_incomplete: {
    status: 401,
    title: "The signature does not cover all that it must.",
    action: "Cover what the detail names.",
  },
  signature_invalid: {
    status: 401,
    title: "The signature does not verify, or its key is not known.",
    action: "Check key, key id and the signed target; then tell whoever runs the device.",
  },
  clock_skew: {
    status: 401,
    title: "The signature's time is more than five minutes off.",
    action: "Set the clock by the Date header of this answer and sign anew.",
  },
  nonce_replayed: {
    status: 401,
    title: "This signed request was received before.",
    action: "Send the same message again under a new nonce.",
  },
  credential_revoked: { status: 401, title: "This credential was revoked.", action: ASK_OPERATOR },
  device_not_active: { status: 403, title: "The device is not active.", action: ASK_OPERATOR },
  device_suspended: { status: 403, title: "The device is suspended.", action: ASK_OPERATOR },
  device_retired: { status: 403, title: "The device is retired.", action: ASK_OPERATOR },
  route_not_found: { status: 404, title: "There is nothing at this address.", action: FIX_MESSAGE },
  payment_not_found: {
    status: 404,
    title: PAYMENT_REFUSALS.payment_not_found,
    action: FIX_MESSAGE,
  },
  method_not_allowed: { status: 405, title: "This address has another method.", action: FIX_MESSAGE },
  idempotency_key_reused: {
    status: 409,
    title: "This idempotency key was used for another message.",
    action: SEND_NEW,
  },
  sequence_reused: {
    status: 409,
    title: "This number was used for another message.",
    action: "Start a new message with a number above every earlier one.",
  },
  sequence_too_old: {
    status: 409,
    title: "This number lies too far behind the device's newest.",
    action: SEND_NEW,
  },
  payment_already_captured: {
    status: 409,
    title: PAYMENT_REFUSALS.payment_already_captured,
    action: "Nothing is left to do.",
  },
  payment_expired: { status: 409, title: PAYMENT_REFUSALS.payment_expired, action: SEND_NEW },
  payment_in_review: {
    status: 409,
    title: PAYMENT_REFUSALS.payment_in_review,
    action: "Ask for the payment until it is authorised or declined.",
  },
  payment_not_authorised: {
    status: 409,
    title: PAYMENT_REFUSALS.payment_not_authorised,
    action: "Nothing is left to do.",
  },
  body_too_large: { status: 413, title: "The body is too large.", action: "Send smaller batches." },
  unsupported_media_type: {
    status: 415,
    title: "The body must be application/json.",
    action: FIX_MESSAGE,
  },
  invalid_request: {
    status: 422,
    title: "The body does not have the form that the API describes.",
    action: FIX_MESSAGE,
  },
  card_number_refused: {
    status: 422,
    title: "The message holds what looks like a card number.",
    action: "Send the token that the card's acquirer gave. The number was not kept.",
  },
  amount_above_authorised: {
    status: 422,
    title: PAYMENT_REFUSALS.amount_above_authorised,
    action: FIX_MESSAGE,
  },
  amount_not_whole_minor_units: {
    status: 422,
    title: PAYMENT_REFUSALS.amount_not_whole_minor_units,
    action: FIX_MESSAGE,
  },
  occurred_at_out_of_range: {
    status: 422,
    title: PAYMENT_REFUSALS.occurred_at_out_of_range,
    action: FIX_MESSAGE,
  },
  too_many_requests: {
    status: 429,
    title: "The gateway has as much in hand as it can do in time.",
    action: RETRY_LATER,
  },
  header_too_large: { status: 431, title: "The header is too large.", action: FIX_MESSAGE },
  internal: {
    status: 500,
    title: "Something failed on our side.",
    action: "Send the same message again later, signed anew; report the request id if it stays.",
  },
  unavailable: { status: 503, title: "The gateway cannot reach its database.", action: RETRY_LATER },
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

/** A refusal on its way to the device. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly detail: string = PROBLEMS[code].title,
    readonly errors?: readonly FieldError[],
  ) {
    super(`${code}: ${detail}`);
    this.name = "Problem";
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}
