/** The hash under which parties agree to a version's terms. */
import { createHash } from "node:crypto";
import { agreementSchema } from "../agreement/schema";

/**
 * SHA-256 of the terms as they are when they are drafted. The database keeps them with their keys in its own order, so
 * they are read by their schema again, which gives the order back. Null when they are no terms at all.
 */
export function hashTerms(terms: unknown): string | null {
  const parsed = agreementSchema.safeParse(terms);
  return parsed.success ? createHash("sha256").update(JSON.stringify(parsed.data)).digest("hex") : null;
}
