/**
 * The only file that knows next-auth. Its cookie's token holds nothing but the id of a session row, which is looked
 * up on every request, so that a revoked session ends at once and not when a token happens to expire.
 */
import NextAuth, { type NextAuthOptions } from "next-auth";
import { decode, encode, type JWT } from "next-auth/jwt";
import Credentials from "next-auth/providers/credentials";
import { env } from "@/server/platform/env";
import type { Id } from "@/server/platform/ids";
import { loggerFor } from "@/server/platform/logger";
import { SESSION_MAX_AGE_SECONDS } from "./constants";
import { addressOf } from "./request-address";
import { signIn, signOut } from "./service/sign-in";

const log = loggerFor("next-auth");
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function isHttps(): boolean {
  return env.PURSE_WEB_URL.startsWith("https:");
}

/** A browser keeps a `__Secure-` cookie only over https, and refuses to send another site's page with it (lax). */
function cookieName(): string {
  return isHttps() ? "__Secure-purse.session" : "purse.session";
}

function options(): NextAuthOptions {
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
          });
          if (result.ok) return { id: result.sessionId };
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
      redirect: ({ url }) => (url.startsWith("/") && !url.startsWith("//") ? url : "/"),
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

interface RouteContext {
  params: Promise<{ nextauth: string[] }>;
}

/** GET and POST of `/api/auth/*`. */
export async function handleAuthRequest(request: Request, context: RouteContext): Promise<Response> {
  return await NextAuth(request as never, context as never, options());
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
