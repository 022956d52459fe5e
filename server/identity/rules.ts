/** Decisions of identity that need no database. */
import { isRoleOf, type OrganisationKind, type Role } from "./permissions";

export type MembershipRefusal = "role_unknown" | "last_admin" | "membership_not_found";

/**
 * Whether a member may stop being an admin. An organisation without an admin could never be repaired by itself, and
 * the operator needs two for whatever takes two people: one cannot send the other away.
 */
export function mayLoseAdmin(kind: OrganisationKind, activeAdmins: number, isActiveAdmin: boolean): boolean {
  return !isActiveAdmin || activeAdmins > (kind === "operator" ? 2 : 1);
}

export function roleFits(kind: OrganisationKind, role: Role): boolean {
  return isRoleOf(kind, role);
}

/** "Harbor City Parking!" to "harbor-city-parking"; empty when nothing of it can stand in an address. */
export function slugFrom(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replaceAll("ø", "o")
    .replaceAll("æ", "ae")
    .replaceAll("ß", "ss")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60)
    .replace(/-+$/, "");
}

/** Where a portal begins for members of an organisation. */
export function portalPath(kind: OrganisationKind, slug: string): string {
  if (kind === "merchant") return `/m/${slug}`;
  if (kind === "agency") return `/a/${slug}`;
  return "/ops";
}

/** A place inside this site to go to after signing in, or null: never another site, never a script. */
export function safeReturnPath(raw: string | null | undefined): string | null {
  if (!raw?.startsWith("/") || raw.length > 500) return null;
  // Browsers read "\\" as "/" and drop tabs and line ends, so that "/\\x" and "/\t/x" would become "//x".
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what browsers drop.
  if (/[\\\u0000-\u0020\u007f-\u00a0]/.test(raw) || !raw.isWellFormed()) return null;
  const here = "https://here.invalid";
  if (!URL.canParse(raw, here)) return null;
  const { origin, pathname, search, hash } = new URL(raw, here);
  // "/./\/x" and "/a/..//x" only become a place elsewhere once they are resolved.
  return origin === here && !pathname.startsWith("//") ? `${pathname}${search}${hash}` : null;
}
