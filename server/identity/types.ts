import type { Id } from "@/server/platform/ids";
import type { OrganisationKind, Role } from "./permissions";

export interface SignedInUser {
  id: Id<"user">;
  email: string;
  name: string;
  preferences: Record<string, unknown>;
}

/** A session that is neither expired nor revoked, and whose person is not disabled. */
export interface ActiveSession {
  sessionId: Id<"session">;
  user: SignedInUser;
}

/** What one person is in one organisation. */
export interface Access {
  membershipId: Id<"membership">;
  role: Role;
  organisation: {
    id: Id<"organisation">;
    kind: OrganisationKind;
    slug: string;
    name: string;
    suspended: boolean;
  };
}
