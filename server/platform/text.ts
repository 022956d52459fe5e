import { z } from "zod";

/** Text that people write: trimmed, without control characters (line breaks and tabs may stay) or broken Unicode. */
export function plainText(min: number, max: number) {
  return z
    .string()
    .trim()
    .min(min)
    .max(max)
    .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u, "has characters that cannot be stored");
}

/** Whether a text can be neither stored nor compared: it holds a NUL or half of a surrogate pair. */
export function isMalformed(text: string): boolean {
  return text.includes("\u0000") || !text.isWellFormed();
}
