/**
 * The guard of routes that answer with a file and not over tRPC: the same decision, the same codes, before the route
 * looks at anything else.
 *
 *   const entered = await guardRoute(request, "agency", slug, "statements.read");
 *   if (!entered.ok) return entered.response;
 */
import { readSessionCookie } from "@/server/identity/next-auth";
import type { OrganisationKind, Permission } from "@/server/identity/permissions";
import { type Authorised, authorise, clientError, refuseUnfitTexts } from "@/server/identity/procedures";
import { AppError, ERROR_TABLE } from "@/server/platform/errors";
import { loggerFor } from "@/server/platform/logger";
import { mintPortalScope, type PortalScope } from "@/server/platform/scope";
import { createContext } from "./context";
import { comesFromElsewhere } from "./origin";

const log = loggerFor("route");

type ScopeOf<K extends OrganisationKind> = Extract<PortalScope, { kind: K }>;

interface GuardedRequest extends Request {
  cookies: { get(name: string): { value: string } | undefined };
}

export type RouteEntry<K extends OrganisationKind> =
  | ({ ok: true; requestId: string; address: string | null } & Authorised<ScopeOf<K>>)
  | { ok: false; response: Response };

/** `organisationSlug` comes from the route's own address, as in the portals'. */
export async function guardRoute<K extends OrganisationKind>(
  request: GuardedRequest,
  kind: K,
  organisationSlug: string,
  permission: Permission,
): Promise<RouteEntry<K>> {
  const context = createContext({
    unverifiedSessionId: () => readSessionCookie((name) => request.cookies.get(name)?.value),
    organisationSlug,
    headers: request.headers,
  });
  try {
    if (request.method !== "GET" && comesFromElsewhere(request.headers)) {
      const message = "Changes are accepted from this site's own pages only.";
      throw new AppError("forbidden", "cross_site_request", message);
    }
    const entered = await authorise<ScopeOf<K>>(context, kind, permission, (id, actor) =>
      mintPortalScope(kind, id, actor),
    );
    refuseUnfitTexts(Object.fromEntries(new URL(request.url).searchParams));
    return { ok: true, requestId: context.requestId, address: context.ip, ...entered };
  } catch (error) {
    return { ok: false, response: problem(error, context.requestId) };
  }
}

/** An error as problem+json (RFC 9457): refusals as they are, anything else with its request id alone. */
export function problem(error: unknown, requestId: string): Response {
  const seen = clientError(error);
  if (seen.code === "internal") log.error({ err: error, requestId }, "a route failed");
  const { status } = ERROR_TABLE[seen.code];
  return new Response(
    JSON.stringify({
      type: "about:blank",
      title: seen.message,
      status,
      code: seen.reason,
      requestId,
      ...(seen.details && { details: seen.details }),
    }),
    { status, headers: { "content-type": "application/problem+json", "cache-control": "no-store" } },
  );
}
