import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { OrganisationKind, Role } from "./permissions";
import type { Calendar, Preferences } from "./schema";

export interface SignedInUser {
  id: Id<"user">;
  email: string;
  name: string;
  preferences: Preferences;
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

export interface Organisation {
  id: Id<"organisation">;
  kind: OrganisationKind;
  slug: string;
  name: string;
  createdAt: Date;
  suspendedAt: Date | null;
}

export interface OrganisationListItem extends Organisation {
  memberCount: number;
  programCount: number;
}

export interface Program {
  id: Id<"program">;
  slug: string;
  name: string;
  operatorId: Id<"organisation">;
  currency: Currency;
  timeZone: string;
  calendar: Calendar;
  createdAt: Date;
  closedAt: Date | null;
}

export interface ProgramListItem extends Program {
  merchantCount: number;
  agencyCount: number;
}

export interface ProgramParty extends Organisation {
  joinedAt: Date;
}

export interface PageOf<Item> {
  items: Item[];
  /** Opaque key of the next page; null on the last. */
  next: string | null;
}

export interface User {
  id: Id<"user">;
  email: string;
  name: string;
}

export interface TeamMember {
  membershipId: Id<"membership">;
  userId: Id<"user">;
  email: string;
  name: string;
  role: Role;
  joinedAt: Date;
  lastSignInAt: Date | null;
}

export interface PendingInvitation {
  id: Id<"invitation">;
  email: string | null;
  role: Role;
  createdAt: Date;
  expiresAt: Date;
  createdByName: string | null;
}

export interface SessionItem {
  id: Id<"session">;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  userAgent: string | null;
  ip: string | null;
}
