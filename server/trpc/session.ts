/** For pages: who is signed in, where they may go, and a request's context inside server components. */
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { readSessionCookie } from "@/server/identity/next-auth";
import type { RequestContext } from "@/server/identity/procedures";
import { listAccess, resolveSession } from "@/server/identity/service";
import type { Access, ActiveSession } from "@/server/identity/types";
import { createContext } from "./context";

/** The signed-in person, or null. Asked at most once a request, however many components ask. */
export const getSession = cache(async (): Promise<ActiveSession | null> => {
  const jar = await cookies();
  const id = await readSessionCookie((name) => jar.get(name)?.value);
  return id ? await resolveSession(id) : null;
});

/** The signed-in person; without one the browser goes to the sign-in page and comes back to `returnTo`. */
export async function requireSession(returnTo?: string): Promise<ActiveSession> {
  const session = await getSession();
  if (!session) redirect(returnTo ? `/sign-in?next=${encodeURIComponent(returnTo)}` : "/sign-in");
  return session;
}

/** Every organisation that the signed-in person may enter, operators first. Empty when nobody is signed in. */
export const getMemberships = cache(async (): Promise<Access[]> => {
  const session = await getSession();
  return session ? await listAccess(session.user.id) : [];
});

/** The operator organisation that `/ops` stands for: the first that the signed-in person belongs to. */
export async function getOperatorAccess(): Promise<Access | null> {
  return (await getMemberships()).find((access) => access.organisation.kind === "operator") ?? null;
}

/** The context for calling procedures inside a server component; one a request and organisation. */
export const getContext = cache(async (organisationSlug: string | null): Promise<RequestContext> => {
  const [jar, requestHeaders] = [await cookies(), await headers()];
  return createContext({
    unverifiedSessionId: () => readSessionCookie((name) => jar.get(name)?.value),
    organisationSlug,
    headers: new Headers(requestHeaders),
  });
});
