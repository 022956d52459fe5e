/** From bytes and header fields to a message: its key, its number, its body, and the hash that a repeat must match. */
import { createHash } from "node:crypto";
import type { z } from "zod";
import { findCardNumber, holdsCardNumber } from "@/server/platform/card-guard";
import { IDEMPOTENCY_KEY_PATTERN, SEQUENCE_PATTERN } from "./constants";
import { Problem } from "./errors";

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
    );
  }
  if (holdsCardNumber(key)) throw new Problem("card_number_refused", "Found in Idempotency-Key.");
  const rawSequence = headers["device-sequence"];
  const sequence = typeof rawSequence === "string" ? rawSequence.trim() : "";
  if (!SEQUENCE_PATTERN.test(sequence)) {
    throw new Problem(
      "device_sequence_invalid",
      "Device-Sequence must be a whole number from 1 to 999999999999999.",
    );
  }
  return { idempotencyKey: key, sequence: BigInt(sequence) };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

export function readBody<T>(schema: z.ZodType<T>, bytes: Uint8Array, required: boolean): T {
  if (bytes.length === 0 && required) throw new Problem("malformed_body", "The body is empty.");
  let value: unknown;
  try {
    value = bytes.length === 0 ? {} : JSON.parse(utf8.decode(bytes));
  } catch {
    throw new Problem("malformed_body");
  }
  const card = findCardNumber(value);
  if (card !== null) throw new Problem("card_number_refused", `Found at ${card}.`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, 20).map((issue) => ({
    field: issue.path.join("."),
    message: issue.message,
  }));
  const first = errors[0];
  throw new Problem(
    "invalid_request",
    first ? `${first.field || "The body"}: ${first.message}` : undefined,
    errors,
  );
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
