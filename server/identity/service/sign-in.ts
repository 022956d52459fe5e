/** Signing in and out. */
import { createHmac } from "node:crypto";
import { isIP } from "node:net";
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { env } from "@/server/platform/env";
import { type Id, newId } from "@/server/platform/ids";
import { type RateLimit, returnHit, takeHit } from "@/server/platform/rate-limit";
import { mintSystemScope, type SystemScope } from "@/server/platform/scope";
import {
  SESSION_MAX_AGE_SECONDS,
  SIGN_IN_LIMIT_PER_ADDRESS,
  SIGN_IN_LIMIT_PER_EMAIL,
  SIGN_IN_WINDOW_SECONDS,
} from "../constants";
import * as people from "../repository/people";
import { signInSchema } from "../schema";
import { verifyPassword } from "./passwords";

export interface SignInRequest {
  email: string;
  password: string;
  ip: string | null;
  userAgent: string | null;
}

export type SignInResult =
  | { ok: true; sessionId: Id<"session">; userId: Id<"user"> }
  | { ok: false; reason: "wrong_credentials" }
  | { ok: false; reason: "too_many_attempts"; retryAt: Date };

/**
 * Checks e-mail and password and opens a session of 14 days. Refusals do not tell whether the e-mail is known: they
 * have one reason and take one time. Refused attempts are counted per e-mail and per address; attempts that succeed
 * are not.
 */
export async function signIn(request: SignInRequest): Promise<SignInResult> {
  const result = await tryToSignIn(request);
  if (!result.ok && result.reason === "too_many_attempts") await noteThrottled(request);
  return result;
}

/** Once a minute for each e-mail and each address, so that a flood of guesses does not become a flood of entries. */
async function noteThrottled({ email, ip }: SignInRequest): Promise<void> {
  const scope = mintSystemScope("sign-in");
  const after = { typed: hashOfTyped(email) };
  for (const key of [after.typed, ...(ip ? [ip] : [])]) {
    const limit = { key: `sign-in:noted:${key}`, limit: 1, windowSeconds: 60 };
    const hit = await withScope(scope, (tx) => takeHit(tx, limit, now()));
    if (!hit.ok) return;
  }
  const deed = { action: "sign_in.throttled", subjectKind: "user", subjectId: null, after };
  await withScope(scope, (tx) => audit(tx, scope, deed));
}

/** Tells whether the same e-mail was tried again, and to nobody without the platform's secret which. */
function hashOfTyped(email: string): string {
  const typed = email.slice(0, 254).trim().toLowerCase();
  return createHmac("sha256", env.NEXTAUTH_SECRET).update(`typed ${typed}`).digest("hex").slice(0, 32);
}

async function tryToSignIn(request: SignInRequest): Promise<SignInResult> {
  const ip = request.ip && isIP(request.ip) ? request.ip : null;
  const parsed = signInSchema.safeParse(request);
  const email = parsed.success ? parsed.data.email : request.email.slice(0, 254).toLowerCase();
  const limits = limitsOf(email, ip);
  const at = now();
  const scope = mintSystemScope("sign-in");
  for (const limit of limits) {
    const hit = await withScope(scope, (tx) => takeHit(tx, limit, at));
    if (!hit.ok) return { ok: false, reason: "too_many_attempts", retryAt: hit.retryAt };
  }
  const row = parsed.success ? await withScope(scope, (tx) => people.findSignInRow(tx, email)) : null;
  const hash = row && !row.disabled ? row.passwordHash : null;
  const fits = await verifyPassword(hash, parsed.success ? parsed.data.password : "");
  if (!row || !fits) {
    await withScope(scope, (tx) =>
      audit(tx, scope, {
        action: "sign_in.refused",
        subjectKind: "user",
        subjectId: row?.userId ?? null,
        after: { typed: hashOfTyped(request.email) },
      }),
    );
    return { ok: false, reason: "wrong_credentials" };
  }
  const sessionId = await openSession(row.userId, { ip, userAgent: request.userAgent }, limits);
  return { ok: true, sessionId, userId: row.userId };
}

function limitsOf(email: string, ip: string | null): RateLimit[] {
  const windowSeconds = SIGN_IN_WINDOW_SECONDS;
  const limits = [{ key: `sign-in:email:${email}`, limit: SIGN_IN_LIMIT_PER_EMAIL, windowSeconds }];
  if (ip) limits.push({ key: `sign-in:address:${ip}`, limit: SIGN_IN_LIMIT_PER_ADDRESS, windowSeconds });
  return limits;
}

/** Opens a session for a person whose identity was just proven (password, or a one-time link). */
export async function openSession(
  userId: Id<"user">,
  from: { ip: string | null; userAgent: string | null },
  welcome: readonly RateLimit[] = [],
): Promise<Id<"session">> {
  const id = newId("session");
  const scope = actingAs(userId);
  await withScope(scope, async (tx) => {
    const at = now();
    await people.insertSession(tx, {
      id,
      userId,
      at,
      expiresAt: new Date(at.getTime() + SESSION_MAX_AGE_SECONDS * 1000),
      userAgent: from.userAgent?.slice(0, 400) ?? null,
      ip: from.ip,
    });
    await people.setLastSignIn(tx, userId, at);
    for (const limit of welcome) await returnHit(tx, limit, at);
    await audit(tx, scope, { action: "session.opened", subjectKind: "session", subjectId: id });
  });
  return id;
}

/** Ends the session of a cookie; an unknown or ended one is no error. */
export async function signOut(sessionId: Id<"session">): Promise<void> {
  const userId = await withScope(mintSystemScope("sign-out"), (tx) => people.findSessionUser(tx, sessionId));
  if (!userId) return;
  const scope = actingAs(userId);
  await withScope(scope, async (tx) => {
    await people.revokeSessions(tx, userId, { only: sessionId }, now());
    await audit(tx, scope, { action: "session.signed_out", subjectKind: "session", subjectId: sessionId });
  });
}

/** The system's sight with a person as the one who acts, for deeds that belong to no tenant. */
export function actingAs(userId: Id<"user">): SystemScope {
  return { ...mintSystemScope("identity"), actor: { kind: "user", id: userId } };
}
