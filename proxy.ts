/** Tells the layouts of the portals which address was asked for: they cannot see it, and people want to come back to it. */
import { type NextRequest, NextResponse } from "next/server";

export function proxy(request: NextRequest): NextResponse {
  const headers = new Headers(request.headers);
  headers.set("x-purse-path", `${request.nextUrl.pathname}${request.nextUrl.search}`);
  return NextResponse.next({ request: { headers } });
}

export const config = { matcher: ["/m/:path*", "/a/:path*", "/ops/:path*"] };
