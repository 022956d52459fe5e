/** From bytes and header fields to a message: its key, its number, its body, and the hash that a repeat must match. */
import { createHash } from "node:crypto";
import type { z } from "zod";
import { findCardNumber, holdsCardNumber } from "@/server/platform/card-guard";
import { IDEMPOTENCY_KEY_PATTERN, SEQUENCE_PATTERN } from "./constants";
import { type FieldError, PROBLEMS, Problem } from "./errors";
import { findBrokenText, readJson } from "./read-json";

const MAX_ERRORS = 20;

export interface MessageHeader {
  idempotencyKey: string;
  sequence: bigint;
}

/**
 * Idempotency-Key is a structured string (`"8e03978e"`); the bare form is taken too. Device-Sequence is a structured
 * integer above zero.
 */
export function readMessageHeader(headers: Record<string, string | string[] | undefined>): MessageHeader {
  const rawKey = headers["idempotency-key"];
  const key = typeof rawKey === "string" ? rawKey.trim().replace(/^"(.*)"$/, "$1") : "";
  if (!IDEMPOTENCY_KEY_PATTERN.test(key)) {
    throw new Problem(
      "idempotency_key_invalid",
      "Idempotency-Key must be a quoted string of 1 to 64 letters, digits or any of _.:+/=-",
      { errors: [{ field: "Idempotency-Key", message: "is missing or malformed" }] },
    );
  }
  if (holdsCardNumber(key)) {
    throw new Problem("card_number_refused", "Found in Idempotency-Key.", {
      errors: [{ field: "Idempotency-Key", message: "looks like a card number" }],
    });
  }
  const rawSequence = headers["device-sequence"];
  const sequence = typeof rawSequence === "string" ? rawSequence.trim() : "";
  if (!SEQUENCE_PATTERN.test(sequence)) {
    throw new Problem(
      "device_sequence_invalid",
      "Device-Sequence must be a whole number from 1 to 999999999999999.",
      { errors: [{ field: "Device-Sequence", message: "is missing or malformed" }] },
    );
  }
  return { idempotencyKey: key, sequence: BigInt(sequence) };
}

/** The body by its schema. Refuses what is no JSON, names that stand twice, broken text and card numbers before that. */
export function readBody<T>(schema: z.ZodType<T>, bytes: Uint8Array, required: boolean): T {
  if (bytes.length === 0 && required) throw new Problem("malformed_body", "The body is empty.");
  const { value, repeatedNames } = bytes.length === 0 ? { value: {}, repeatedNames: [] } : readJson(bytes);
  refuseRepeatedNames(repeatedNames);
  const judged = judge(schema, value);
  if (judged.ok) return judged.value;
  throw new Problem(judged.code, judged.detail, { errors: judged.errors });
}

export function refuseRepeatedNames(paths: readonly string[]): void {
  if (paths.length === 0) return;
  const errors = paths.slice(0, MAX_ERRORS).map((field) => ({ field, message: "stands twice" }));
  throw new Problem("malformed_body", `${errors[0]?.field} stands twice in one object.`, { errors });
}

export type Judged<T> =
  | { ok: true; value: T }
  | { ok: false; code: "card_number_refused" | "invalid_request"; detail: string; errors: FieldError[] };

/** One value by its schema: what a device meant, or which fields are wrong. */
export function judge<T>(schema: z.ZodType<T>, value: unknown): Judged<T> {
  const card = findCardNumber(value);
  if (card !== null) {
    const errors = [{ field: card, message: "looks like a card number" }];
    return { ok: false, code: "card_number_refused", detail: `Found at ${card}.`, errors };
  }
  const broken = findBrokenText(value);
  if (broken !== null) return invalid([{ field: broken, message: "holds half of a surrogate pair" }]);
  const parsed = schema.safeParse(value);
  return parsed.success ? { ok: true, value: parsed.data } : invalid(parsed.error.issues.flatMap(fieldsOf));
}

function invalid(errors: FieldError[]): Judged<never> {
  const [first] = errors;
  const detail = first ? `${first.field || "The body"}: ${first.message}` : PROBLEMS.invalid_request.title;
  return { ok: false, code: "invalid_request", detail, errors: errors.slice(0, MAX_ERRORS) };
}

function fieldsOf(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code !== "unrecognized_keys") return [{ field: path.join("."), message: issue.message }];
  return issue.keys.map((key) => ({ field: [...path, key].join("."), message: "is not known here" }));
}

/** SHA-256 over method, path and the body's meaning: order of names and white space make no difference. */
export function hashRequest(method: string, path: string, body: unknown): Uint8Array {
  return createHash("sha256")
    .update(`${method}\n${path}\n${canonical(body)}`)
    .digest();
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}
