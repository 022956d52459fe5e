/** What a person does with what is their own: sessions, password, preferences. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { AppError, notFound } from "@/server/platform/errors";
import type { Id } from "@/server/platform/ids";
import { takeHit } from "@/server/platform/rate-limit";
import { PASSWORD_CHANGE_LIMIT, SIGN_IN_WINDOW_SECONDS } from "../constants";
import * as people from "../repository/people";
import type { Preferences } from "../schema";
import { idleSince } from "../service";
import type { SessionItem } from "../types";
import { hashPassword, verifyPassword } from "./passwords";
import { actingAs } from "./sign-in";

export async function listSessions(userId: Id<"user">): Promise<SessionItem[]> {
  const at = now();
  return await withScope(actingAs(userId), (tx) => people.listSessions(tx, userId, at, idleSince(at)));
}

/** Ends one of the person's own sessions. Somebody else's is `not_found`. */
export async function revokeSession(userId: Id<"user">, sessionId: Id<"session">): Promise<void> {
  const ended = await endSessions(userId, { only: sessionId });
  if (ended === 0) throw notFound("session");
}

/** Ends all of the person's sessions but the one they speak from; gives how many ended. */
export async function revokeOtherSessions(userId: Id<"user">, current: Id<"session">): Promise<number> {
  return await endSessions(userId, { except: current });
}

async function endSessions(
  userId: Id<"user">,
  which: { only: Id<"session"> } | { except: Id<"session"> },
): Promise<number> {
  const scope = actingAs(userId);
  return await withScope(scope, async (tx) => {
    const ended = await people.revokeSessions(tx, userId, which, now());
    for (const id of ended) {
      await audit(tx, scope, { action: "session.revoked", subjectKind: "session", subjectId: id });
    }
    return ended.length;
  });
}

export async function setPreferences(userId: Id<"user">, preferences: Partial<Preferences>): Promise<void> {
  await withScope(actingAs(userId), (tx) => people.setPreferences(tx, userId, preferences));
}

/**
 * Sets a new password and ends every other session. Throws `forbidden` (`password_wrong`) and, as guessing is
 * counted, `too_many_requests`.
 */
export async function changePassword(
  userId: Id<"user">,
  sessionId: Id<"session">,
  input: { current: string; next: string },
): Promise<void> {
  const scope = actingAs(userId);
  const limit = {
    key: `password:${userId}`,
    limit: PASSWORD_CHANGE_LIMIT,
    windowSeconds: SIGN_IN_WINDOW_SECONDS,
  };
  const hit = await withScope(scope, (tx) => takeHit(tx, limit, now()));
  if (!hit.ok) {
    throw new AppError("too_many_requests", "too_many_attempts", "Too many attempts. Try again later.", {
      retryAt: hit.retryAt.toISOString(),
    });
  }
  const known = await withScope(scope, (tx) => people.findPasswordHash(tx, userId));
  if (!(await verifyPassword(known, input.current))) {
    throw new AppError("forbidden", "password_wrong", "The present password is not right.");
  }
  const next = await hashPassword(input.next);
  await withScope(scope, async (tx) => {
    await people.setPasswordHash(tx, userId, next, now());
    await people.revokeSessions(tx, userId, { except: sessionId }, now());
    await audit(tx, scope, { action: "user.password_changed", subjectKind: "user", subjectId: userId });
  });
}
