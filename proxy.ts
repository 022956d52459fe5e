/**
 * Before a page is drawn: which address was asked for, which layouts cannot see and people want to come back to, and the
 * policy under which its scripts run. Next puts the nonce of the request's policy on every script of its own.
 */
import { type NextRequest, NextResponse } from "next/server";

export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.randomUUID()).toString("base64");
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set("x-purse-path", `${request.nextUrl.pathname}${request.nextUrl.search}`);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

/**
 * Scripts run by nonce alone. Styles keep 'unsafe-inline': charts, virtual lists and pop-ups place things by style
 * attributes, for which there is no nonce; a style can change how a page looks and runs nothing.
 */
function contentSecurityPolicy(nonce: string): string {
  // biome-ignore lint/style/noProcessEnv: Next puts it in place of the expression.
  const reloading = process.env.NODE_ENV === "development";
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${reloading ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${reloading ? " ws: wss:" : ""}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "object-src 'none'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join("; ");
}

/** Every page; routes and files are no documents. */
export const config = { matcher: ["/((?!api/|_next/static/|_next/image).*)"] };
