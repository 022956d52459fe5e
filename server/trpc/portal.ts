/** What the layout of a portal needs to know before anything is drawn. */

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { type OrganisationKind, type Permission, permissionsOf } from "@/server/identity/permissions";
import { portalPath } from "@/server/identity/rules";
import type { Access } from "@/server/identity/types";
import { now } from "@/server/platform/clock";
import { env } from "@/server/platform/env";
import { toPublicId } from "@/server/platform/ids";
import { getMemberships, requireSession } from "./session";

/** Set by proxy.ts: where the browser wanted to go, for coming back after signing in. */
const ASKED_PATH_HEADER = "x-purse-path";

export interface PortalFacts {
  portal: {
    kind: OrganisationKind;
    slug: string;
    organisationId: string;
    name: string;
    /** What links of the portal begin with. */
    base: string;
    permissions: readonly Permission[];
    /** Who is signed in: what a person keeps on a device is kept for that person. */
    userId: string;
  };
  organisations: { id: string; name: string; portal: string; href: string }[];
  user: { name: string; email: string; role: string };
  serverNow: string;
  demo: boolean;
}

const PORTAL_NAMES: Record<OrganisationKind, string> = {
  merchant: "Merchant",
  agency: "Agency",
  operator: "Operator console",
};

/**
 * Facts of the portal of one organisation, or null when the signed-in person has no place in it. Nobody signed in
 * goes to the sign-in page. Without a slug, the first organisation of that kind that the person belongs to.
 */
export async function findPortal(kind: OrganisationKind, slug?: string): Promise<PortalFacts | null> {
  const asked = (await headers()).get(ASKED_PATH_HEADER);
  const session = await requireSession(asked ?? (slug ? portalPath(kind, slug) : "/ops"));
  const all = await getMemberships();
  const access = all.find(
    ({ organisation }) => organisation.kind === kind && (slug === undefined || organisation.slug === slug),
  );
  if (!access) return null;
  // The choice of organisations says that it is suspended; every call of the portal would be refused.
  if (access.organisation.suspended) redirect("/organisations");
  return {
    portal: {
      kind,
      slug: access.organisation.slug,
      organisationId: toPublicId("organisation", access.organisation.id),
      name: access.organisation.name,
      base: portalPath(kind, access.organisation.slug),
      permissions: permissionsOf(kind, access.role),
      userId: toPublicId("user", session.user.id),
    },
    organisations: all.map(presentOrganisation),
    user: { name: session.user.name, email: session.user.email, role: words(access.role) },
    serverNow: now().toISOString(),
    demo: env.PURSE_DEMO === "1",
  };
}

function presentOrganisation({ organisation }: Access) {
  return {
    id: toPublicId("organisation", organisation.id),
    name: organisation.name,
    portal: PORTAL_NAMES[organisation.kind],
    href: portalPath(organisation.kind, organisation.slug),
  };
}

function words(role: string): string {
  const text = role.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
