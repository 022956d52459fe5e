/** Every operation of the device API: what it takes and what it answers. Routes and OpenAPI document both follow it. */
import type { z } from "zod";
import { PAYMENT_BODY_BYTES, USAGE_BODY_BYTES } from "./constants";
import type { ProblemCode } from "./errors";
import * as shape from "./schema";

export interface Operation {
  method: "get" | "post";
  /** OpenAPI's template; `{name}` stands for one path segment. */
  path: string;
  summary: string;
  description: string;
  /** Whether the request is signed by a device. */
  signed: boolean;
  /** Whether it carries Idempotency-Key and Device-Sequence. */
  carriesMessage: boolean;
  params?: Record<string, string>;
  body?: { schema: z.ZodType; required: boolean; limitBytes: number; example: unknown };
  answers: Record<number, { description: string; schema: z.ZodType }>;
  problems: readonly ProblemCode[];
}

const SIGNED: readonly ProblemCode[] = [
  "malformed_request",
  "content_digest_invalid",
  "signature_missing",
  "signature_malformed",
  "signature_incomplete",
  "signature_invalid",
  "clock_skew",
  "signature_expired",
  "nonce_replayed",
  "credential_revoked",
  "device_not_active",
  "device_suspended",
  "device_retired",
  "request_timeout",
  "body_too_large",
  "expectation_failed",
  "too_many_requests",
  "header_too_large",
  "internal",
  "unavailable",
];
const MESSAGE: readonly ProblemCode[] = [
  ...SIGNED,
  "malformed_body",
  "idempotency_key_invalid",
  "device_sequence_invalid",
  "idempotency_key_reused",
  "sequence_reused",
  "sequence_too_old",
  "unsupported_media_type",
  "invalid_request",
  "card_number_refused",
];

const PAYMENT_ID = { paymentId: "The id of a payment of this device, as it was answered." };
const payment = (description: string) => ({ description, schema: shape.paymentAnswer });

const MONEY_EXAMPLE = { amount: "2.75", currency: "EUR" };

export const operations = {
  authorisePayment: {
    method: "post",
    path: "/v1/payments",
    summary: "Ask for a payment",
    description:
      "Holds the money, or takes it at once with `capture`. A declined payment is an answer and not a problem: it has an id and a reason. A repeat with the same key and body gets the first answer again, declined ones too, with `Idempotency-Replayed: true`.",
    signed: true,
    carriesMessage: true,
    body: {
      schema: shape.paymentBody,
      required: true,
      limitBytes: PAYMENT_BODY_BYTES,
      example: {
        amount: MONEY_EXAMPLE,
        instrument: { token: "wallet_0932", kind: "wallet" },
        capture: true,
        description: "Parking, 85 minutes",
        quantity: { minutes: "85" },
      },
    },
    answers: {
      201: payment("Authorised, or captured when that was asked."),
      202: payment(
        "Held for a person to look at. Ask for the payment later; let the payer go ahead at your own risk.",
      ),
      402: payment("Declined; `declineReason` says why."),
    },
    problems: [
      ...MESSAGE,
      "too_many_unknown_instruments",
      "amount_not_whole_minor_units",
      "occurred_at_out_of_range",
    ],
  },
  capturePayment: {
    method: "post",
    path: "/v1/payments/{paymentId}/capture",
    summary: "Take the held money",
    description:
      "Takes all of the authorised amount or, with `amount`, less; the rest is released. Once per payment.",
    signed: true,
    carriesMessage: true,
    params: PAYMENT_ID,
    body: {
      schema: shape.captureBody,
      required: false,
      limitBytes: PAYMENT_BODY_BYTES,
      example: { amount: MONEY_EXAMPLE },
    },
    answers: { 200: payment("Captured.") },
    problems: [
      ...MESSAGE,
      "payment_not_found",
      "payment_already_captured",
      "payment_expired",
      "payment_in_review",
      "payment_not_authorised",
      "amount_above_authorised",
      "amount_not_whole_minor_units",
    ],
  },
  voidPayment: {
    method: "post",
    path: "/v1/payments/{paymentId}/void",
    summary: "Release the held money",
    description:
      "Gives the payer the money back that was held and not captured. Also for payments in review. Voiding twice changes nothing.",
    signed: true,
    carriesMessage: true,
    params: PAYMENT_ID,
    body: { schema: shape.voidBody, required: false, limitBytes: PAYMENT_BODY_BYTES, example: {} },
    answers: { 200: payment("Voided.") },
    problems: [
      ...MESSAGE,
      "payment_not_found",
      "payment_already_captured",
      "payment_expired",
      "payment_not_authorised",
    ],
  },
  getPayment: {
    method: "get",
    path: "/v1/payments/{paymentId}",
    summary: "Ask how a payment stands",
    description: "For payments in review, and to make sure after a break.",
    signed: true,
    carriesMessage: false,
    params: PAYMENT_ID,
    answers: { 200: payment("The payment as it is now.") },
    problems: [...SIGNED, "payment_not_found"],
  },
  getDevice: {
    method: "get",
    path: "/v1/device",
    summary: "Ask where the device stands",
    description:
      "For a device that lost count, or comes back after an outage: the highest number that its messages have used, and the lowest that a new one may have.",
    signed: true,
    carriesMessage: false,
    answers: { 200: { description: "The device, as the gateway knows it.", schema: shape.deviceAnswer } },
    problems: SIGNED,
  },
  recordUsage: {
    method: "post",
    path: "/v1/usage",
    summary: "Record metered use",
    description:
      "Up to 1 000 records, each often a fraction of a cent. Records of one instrument gather in a window that becomes one payment; no fraction is lost. Each record's `key` is taken once per device: sending a batch again, whole or in part, answers `duplicate` for what was there; a key that comes again with any other content is refused with `record_key_reused`. Records are judged one by one: some may be refused while others are recorded, also for their form (`record_invalid`); a record that was refused may be mended and sent again under its key. A record that names a quantity and a unit runs down the payer's allowance of that unit in the calendar month in which it happened; what the allowance does not cover is money.",
    signed: true,
    carriesMessage: true,
    body: {
      schema: shape.usageBody,
      required: true,
      limitBytes: USAGE_BODY_BYTES,
      example: {
        records: [
          {
            key: "2026-05-04T08:15/1",
            instrument: { token: "wallet_0932" },
            amount: { amount: "0.000412", currency: "EUR" },
            occurredAt: "2026-05-04T08:15:00Z",
            quantity: "0.0032",
            unit: "kwh",
          },
        ],
      },
    },
    answers: { 200: { description: "What became of each record, in order.", schema: shape.usageAnswer } },
    problems: [...MESSAGE, "too_many_unknown_instruments"],
  },
  isLive: {
    method: "get",
    path: "/healthz",
    summary: "Is the process alive?",
    description: "Answers without touching the database.",
    signed: false,
    carriesMessage: false,
    answers: { 200: { description: "It is.", schema: shape.liveAnswer } },
    problems: [],
  },
  isReady: {
    method: "get",
    path: "/readyz",
    summary: "Can it take payments?",
    description: "Asks the database.",
    signed: false,
    carriesMessage: false,
    answers: {
      200: { description: "It can.", schema: shape.readyAnswer },
      503: { description: "Not now.", schema: shape.readyAnswer },
    },
    problems: [],
  },
  getOpenApi: {
    method: "get",
    path: "/openapi.json",
    summary: "This document",
    description: "OpenAPI 3.1.",
    signed: false,
    carriesMessage: false,
    answers: { 200: { description: "The document.", schema: shape.anyObject } },
    problems: [],
  },
  explainProblem: {
    method: "get",
    path: "/problems/{code}",
    summary: "What a problem means",
    description: "The address that a problem's `type` names.",
    signed: false,
    carriesMessage: false,
    params: { code: "A problem's code." },
    answers: { 200: { description: "What it means and what to do.", schema: shape.problemKindAnswer } },
    problems: ["route_not_found"],
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
export const operationList = Object.entries(operations) as [OperationId, Operation][];
