/** The secrets of one-time links. Only their hashes are stored: who reads the database cannot walk in. */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { env } from "@/server/platform/env";
import { AppError } from "@/server/platform/errors";
import type { Id } from "@/server/platform/ids";

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

/** Why the second person cannot confirm, as a refusal. */
export function confirmerFault(fault: string): AppError {
  return new AppError("forbidden", fault, FAULTS[fault] ?? "Somebody else must confirm this.");
}
