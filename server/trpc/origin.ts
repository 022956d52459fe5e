import { env } from "@/server/platform/env";

/**
 * Whether a browser says that another site's page made the request. The session cookie is SameSite=Lax already; this
 * also holds where a sibling subdomain counts as the same site.
 */
export function comesFromElsewhere(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site) return site !== "same-origin" && site !== "none";
  const origin = headers.get("origin");
  return (
    origin !== null && origin !== new URL(env.PURSE_WEB_URL).origin && hostOf(origin) !== headers.get("host")
  );
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
