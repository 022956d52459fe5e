/** The secrets of one-time links. Only their hashes are stored: who reads the database cannot walk in. */
import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { forgetAttempts, hashedKey, takeAttempt } from "@/server/platform/attempt-delay";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { env } from "@/server/platform/env";
import { AppError } from "@/server/platform/errors";
import type { Id } from "@/server/platform/ids";
import type { SystemScope } from "@/server/platform/scope";

export function newToken(): { token: string; tokenHash: Buffer } {
  const token = randomBytes(32).toString("base64url");
  return { token, tokenHash: hashToken(token) };
}

export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** A founding link is shown at every start until it is used, so its secret is derived and not kept. */
export function foundingToken(id: Id<"invitation">): string {
  return createHmac("sha256", env.NEXTAUTH_SECRET).update(`founding link ${id}`).digest("base64url");
}

/** Letters that are not mistaken for each other on the phone, and make no word. */
const CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
const CODE_LENGTH = 12;

/** The part of an invitation that its maker tells: 52 bits, in groups of four. */
export function newCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]);
  return letters.join("").replace(/(.{4})(?=.)/g, "$1-");
}

/** Keyed, so that who reads the database cannot try codes. `of` is what it opens. */
export function hashCode(of: string, code: string): Buffer {
  const letters = code.toUpperCase().replace(/[^A-Z]/g, "");
  return createHmac("sha256", env.NEXTAUTH_SECRET).update(`code ${of} ${letters}`).digest();
}

/**
 * Whether the code fits what it opens; null where none is asked for. Wrong ones are slowed down by growing pauses:
 * whoever released a link must not find its code by trying. Throws `too_many_requests` (`too_many_attempts`) and
 * `invalid_input` (`code_wrong`).
 */
export async function checkCode(
  scope: SystemScope,
  opens: { id: string; codeHash: Buffer | null },
  code: string | undefined,
): Promise<Buffer | null> {
  if (opens.codeHash === null) return null;
  const key = hashedKey("code of link", opens.id);
  const attempt = await withScope(scope, (tx) => takeAttempt(tx, key, now()));
  if (!attempt.ok) {
    const retryAt = attempt.retryAt.toISOString();
    throw new AppError("too_many_requests", "too_many_attempts", `Too many codes. Try again at ${retryAt}.`, {
      retryAt,
    });
  }
  const given = hashCode(opens.id, code ?? "");
  if (!timingSafeEqual(given, opens.codeHash)) {
    throw new AppError(
      "invalid_input",
      "code_wrong",
      "The code does not fit this link. Ask whoever told it to you.",
    );
  }
  await withScope(scope, (tx) => forgetAttempts(tx, key));
  return given;
}

export function linkUsedUp(): AppError {
  return new AppError(
    "not_found",
    "link_used_up",
    "This link was used already, was withdrawn, or is too old. Ask for a new one.",
  );
}

const FAULTS: Record<string, string> = {
  same_person: "Somebody else must confirm this.",
  invited_by_other: "One of you brought the other in. Somebody else must confirm this.",
  account_too_new: "Your account is younger than this. Somebody else must confirm it.",
  person_unknown: "It is not known who did this, so nobody can confirm it. Withdraw it and begin anew.",
  not_entitled: "Another admin of the organisation confirms this.",
};

/** Why the second person cannot confirm, as a refusal; `own` are the words of what needs others. */
export function confirmerFault(fault: string, own: Record<string, string> = {}): AppError {
  return new AppError("forbidden", fault, own[fault] ?? FAULTS[fault] ?? "Somebody else must confirm this.");
}
