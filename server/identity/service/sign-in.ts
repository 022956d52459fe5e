/** Signing in and out. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { audit } from "@/server/audit/service";
import { forgetAttempts, hashedKey, takeAttempt } from "@/server/platform/attempt-delay";
import { holdsCardNumber, withoutCardNumber } from "@/server/platform/card-guard";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { env } from "@/server/platform/env";
import { type Id, newId } from "@/server/platform/ids";
import { type RateLimit, returnHit, takeHit } from "@/server/platform/rate-limit";
import { mintSystemScope, type SystemScope } from "@/server/platform/scope";
import { isMalformed } from "@/server/platform/text";
import {
  KNOWN_ADDRESS_DAYS,
  SESSION_MAX_AGE_SECONDS,
  SIGN_IN_LIMIT_PER_ADDRESS,
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
  /** What the browser kept from an earlier sign-in of this person, unproven. */
  device?: string | null;
}

export type SignInResult =
  | { ok: true; sessionId: Id<"session">; userId: Id<"user">; device: string }
  | { ok: false; reason: "wrong_credentials" }
  | { ok: false; reason: "too_many_attempts"; retryAt: Date };

/**
 * Checks e-mail and password and opens a session of 14 days. Refusals do not tell whether the e-mail is known: they
 * have one reason, take one time, and slow down alike.
 *
 * Attempts are counted by lane. A browser in which this person has signed in before has one of its own, and so has an
 * address; all other origins share one per e-mail, however many they are, and each address is counted over all
 * e-mails. So a stranger's guesses are few, and never close the owner's lane.
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
  for (const of of [after.typed ?? "unfit", ...(ip ? [ip] : [])]) {
    const limit = { key: hashedKey("sign-in noted", of), limit: 1, windowSeconds: 60 };
    const hit = await withScope(scope, (tx) => takeHit(tx, limit, now()));
    if (!hit.ok) return;
  }
  const deed = { action: "sign_in.throttled", subjectKind: "user", subjectId: null, after };
  await withScope(scope, (tx) => audit(tx, scope, deed));
}

/** Tells whether the same e-mail was tried again, and to nobody without the platform's secret which. */
function hashOfTyped(email: string): string | null {
  // A card number leaves no trace, not even one that only we could read.
  if (isUnfit(email)) return null;
  const typed = email.slice(0, 254).trim().toLowerCase();
  return createHmac("sha256", env.NEXTAUTH_SECRET).update(`typed ${typed}`).digest("hex").slice(0, 32);
}

async function tryToSignIn(request: SignInRequest): Promise<SignInResult> {
  const ip = request.ip && isIP(request.ip) ? request.ip : null;
  const parsed = isUnfit(request.email) ? null : signInSchema.safeParse(request);
  const given = parsed?.success ? parsed.data : null;
  const email = given?.email ?? "";
  const at = now();
  const scope = mintSystemScope("sign-in");
  const row = given ? await withScope(scope, (tx) => people.findSignInRow(tx, email)) : null;
  const lane = await withScope(scope, (tx) =>
    laneOf(tx, { email, ip, row, at, device: request.device ?? null }),
  );
  for (const limit of lane.limits) {
    const hit = await withScope(scope, (tx) => takeHit(tx, limit, at));
    if (!hit.ok) return { ok: false, reason: "too_many_attempts", retryAt: hit.retryAt };
  }
  const attempt = await withScope(scope, (tx) => takeAttempt(tx, lane.key, at));
  if (!attempt.ok) return { ok: false, reason: "too_many_attempts", retryAt: attempt.retryAt };
  const hash = row && !row.disabled ? row.passwordHash : null;
  const fits = await verifyPassword(hash, given?.password ?? "");
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
  const sessionId = await openSession(row.userId, { ip, userAgent: request.userAgent }, lane);
  return {
    ok: true,
    sessionId,
    userId: row.userId,
    device: request.device && lane.isDevice ? request.device : newDevice(row.userId),
  };
}

/** What is looked for nowhere and noted nowhere. */
function isUnfit(email: string): boolean {
  return isMalformed(email) || holdsCardNumber(email);
}

interface Lane {
  key: string;
  isDevice: boolean;
  limits: RateLimit[];
}

async function laneOf(
  tx: SqlTx,
  of: { email: string; ip: string | null; row: people.SignInRow | null; at: Date; device: string | null },
): Promise<Lane> {
  const { email, ip, row, at } = of;
  const device = row ? deviceOf(row.userId, of.device) : null;
  if (device) return { key: hashedKey("sign-in device", device), isDevice: true, limits: [] };
  const since = new Date(at.getTime() - KNOWN_ADDRESS_DAYS * 24 * 3_600_000);
  if (row && ip && (await people.hasSignedInFrom(tx, row.userId, ip, since))) {
    return { key: hashedKey("sign-in known address", row.userId, ip), isDevice: false, limits: [] };
  }
  const key = hashedKey("sign-in e-mail", email);
  const limits = ip
    ? [
        {
          key: hashedKey("sign-in address", networkOf(ip)),
          limit: SIGN_IN_LIMIT_PER_ADDRESS,
          windowSeconds: SIGN_IN_WINDOW_SECONDS,
        },
      ]
    : [];
  return { key, isDevice: false, limits };
}

/** One customer of IPv6 has a whole /64; counted by address, each guess would come from a fresh one. */
export function networkOf(ip: string): string {
  if (isIP(ip) !== 6) return ip;
  const [head = "", tail] = ip.toLowerCase().split("%")[0]?.split("::") ?? [];
  const before = head ? head.split(":") : [];
  const after = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: Math.max(0, zeros) }, () => "0"), ...after];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}

/** What a browser keeps to have a lane of its own: it lets nobody in and names nobody. */
function newDevice(userId: Id<"user">): string {
  const id = randomBytes(18).toString("base64url");
  return `${id}.${sealOf(userId, id)}`;
}

function deviceOf(userId: Id<"user">, device: string | null): string | null {
  const [id, seal] = device?.split(".") ?? [];
  if (!id || !seal) return null;
  const [right, given] = [Buffer.from(sealOf(userId, id)), Buffer.from(seal)];
  return right.length === given.length && timingSafeEqual(right, given) ? id : null;
}

function sealOf(userId: Id<"user">, id: string): string {
  return createHmac("sha256", env.NEXTAUTH_SECRET).update(`device ${userId} ${id}`).digest("base64url");
}

/** Opens a session for a person whose identity was just proven (password, or a one-time link). */
export async function openSession(
  userId: Id<"user">,
  from: { ip: string | null; userAgent: string | null },
  welcome: Lane | null = null,
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
      userAgent: withoutCardNumber(from.userAgent?.slice(0, 400) ?? null),
      ip: from.ip,
    });
    await people.setLastSignIn(tx, userId, at);
    if (welcome) {
      for (const limit of welcome.limits) await returnHit(tx, limit, at);
      await forgetAttempts(tx, welcome.key);
    }
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
