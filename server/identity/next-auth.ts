/**
 * The only file that knows next-auth. Its cookie's token holds nothing but the id of a session row, which is looked
 * up on every request, so that a revoked session ends at once and not when a token happens to expire.
 */
import { createHash } from "node:crypto";
import NextAuth, { type NextAuthOptions } from "next-auth";
import { decode, encode, type JWT } from "next-auth/jwt";
import Credentials from "next-auth/providers/credentials";
import { env } from "@/server/platform/env";
import type { Id } from "@/server/platform/ids";
import { loggerFor } from "@/server/platform/logger";
import { DEVICE_COOKIE_DAYS, SESSION_MAX_AGE_SECONDS } from "./constants";
import { addressOf } from "./request-address";
import { safeReturnPath } from "./rules";
import { signIn, signOut } from "./service/sign-in";

const log = loggerFor("next-auth");
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function isHttps(): boolean {
  return env.PURSE_WEB_URL.startsWith("https:");
}

/**
 * A `__Host-` cookie is kept only over https and only for this very host, so that no sibling can set or read it.
 * Over http (a machine of one's own) browsers would not keep it at all.
 */
function cookieName(): string {
  return isHttps() ? "__Host-purse.session" : "purse.session";
}

/** One a person, so that people who share a browser keep a lane each. Its name tells an e-mail to nobody. */
function deviceCookieName(email: string): string {
  const person = createHash("sha256").update(email.trim().toLowerCase()).digest("hex").slice(0, 12);
  return `${isHttps() ? "__Host-" : ""}purse.device-${person}`;
}

function deviceCookie(email: string, device: string): string {
  const age = DEVICE_COOKIE_DAYS * 24 * 60 * 60;
  const secure = isHttps() ? "; Secure" : "";
  return `${deviceCookieName(email)}=${device}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`;
}

/** `keep` is given the cookies that go out with the answer beside next-auth's own. */
function options(keep: (cookie: string) => void): NextAuthOptions {
  return {
    secret: env.NEXTAUTH_SECRET,
    useSecureCookies: isHttps(),
    session: { strategy: "jwt", maxAge: SESSION_MAX_AGE_SECONDS },
    pages: { signIn: "/sign-in", signOut: "/sign-in", error: "/sign-in" },
    cookies: {
      sessionToken: {
        name: cookieName(),
        options: { httpOnly: true, sameSite: "lax", path: "/", secure: isHttps() },
      },
      callbackUrl: {
        name: isHttps() ? "__Host-purse.callback" : "purse.callback",
        options: { httpOnly: true, sameSite: "lax", path: "/", secure: isHttps() },
      },
      csrfToken: {
        name: isHttps() ? "__Host-purse.csrf" : "purse.csrf",
        options: { httpOnly: true, sameSite: "lax", path: "/", secure: isHttps() },
      },
    },
    providers: [
      Credentials({
        name: "E-mail and password",
        credentials: { email: { type: "email" }, password: { type: "password" } },
        async authorize(given, request) {
          const headers = new Headers(request.headers as Record<string, string> | undefined);
          const result = await signIn({
            email: given?.email ?? "",
            password: given?.password ?? "",
            ip: addressOf(headers),
            userAgent: headers.get("user-agent"),
            device: cookieOf(headers, deviceCookieName(given?.email ?? "")),
          });
          if (result.ok) {
            keep(deviceCookie(given?.email ?? "", result.device));
            await endSessionBefore(headers);
            return { id: result.sessionId };
          }
          // next-auth hands the message of an error to the page; null would become its own "CredentialsSignin".
          if (result.reason === "too_many_attempts") {
            throw new Error(`too_many_attempts ${result.retryAt.toISOString()}`);
          }
          throw new Error("wrong_credentials");
        },
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => ({ sid: user ? user.id : sessionIdOf(token) }),
      session: ({ session }) => ({ expires: session.expires }),
      // Never to another site, whatever the request asks for.
      redirect: ({ url }) => safeReturnPath(url) ?? "/",
    },
    events: {
      async signOut({ token }) {
        const id = sessionIdOf(token);
        if (id) await signOut(id);
      },
    },
    logger: {
      error: (code, detail) => {
        // A refused sign-in is audited by the service; it is no fault of the platform.
        if (code !== "CALLBACK_CREDENTIALS_HANDLER_ERROR") log.error({ code, detail }, "next-auth failed");
      },
      warn: () => {},
      debug: () => {},
    },
  };
}

function sessionIdOf(token: JWT | null): Id<"session"> | null {
  const id = token && "sid" in token ? token.sid : null;
  return typeof id === "string" && UUID.test(id) ? (id as Id<"session">) : null;
}

/** Signing in anew ends the session that this browser had, whoever it was. */
async function endSessionBefore(headers: Headers): Promise<void> {
  const before = await readSessionCookie((name) => cookieOf(headers, name) ?? undefined);
  if (before) await signOut(before);
}

function cookieOf(headers: Headers, name: string): string | null {
  const cookies = (headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  return cookies.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
}

interface RouteContext {
  params: Promise<{ nextauth: string[] }>;
}

/** GET and POST of `/api/auth/*`. */
export async function handleAuthRequest(request: Request, context: RouteContext): Promise<Response> {
  const kept: string[] = [];
  const answer: Response = await NextAuth(
    request as never,
    context as never,
    options((cookie) => kept.push(cookie)),
  );
  for (const cookie of kept) answer.headers.append("set-cookie", cookie);
  return answer;
}

/** The session id inside the request's cookie, if its signature is good. It proves nothing until it is resolved. */
export async function readSessionCookie(
  cookie: (name: string) => string | undefined,
): Promise<Id<"session"> | null> {
  const raw = cookie(cookieName());
  if (!raw) return null;
  try {
    return sessionIdOf(await decode({ token: raw, secret: env.NEXTAUTH_SECRET }));
  } catch (error) {
    // Signed with another key, or cut off: as good as no cookie.
    log.debug({ err: error }, "a session cookie could not be read");
    return null;
  }
}

/** The cookie that signing in would set, for tests that speak to routes. */
export async function sealSessionCookie(sessionId: Id<"session">): Promise<string> {
  const value = await encode({ token: { sid: sessionId }, secret: env.NEXTAUTH_SECRET });
  return `${cookieName()}=${value}`;
}
