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

/**
 * How an invitation reaches its person: by mail, or cut in two between inviter and releaser. "release" and "shown" are
 * history, when one person saw the whole link.
 */
export type InvitationDelivery = "mail" | "link_and_code" | "founding" | "release" | "shown";

export interface TeamMember {
  membershipId: Id<"membership">;
  userId: Id<"user">;
  email: string;
  name: string;
  role: Role;
  joinedAt: Date;
  lastSignInAt: Date | null;
  /** By which link they came in; null for those who were there when the installation was made. */
  cameBy: InvitationDelivery | null;
}

export type InvitationState =
  | "waiting_for_release"
  | "waiting_for_mail"
  | "mail_sent"
  | "mail_refused"
  | "link_released";

export interface PendingInvitation {
  id: Id<"invitation">;
  organisationId: Id<"organisation">;
  organisationName: string;
  email: string;
  role: Role;
  createdAt: Date;
  expiresAt: Date;
  createdByName: string | null;
  releasedByName: string | null;
  state: InvitationState;
  /** There is no mail server: who releases it hands over the link. */
  withoutMail: boolean;
  /** The mail server did not take it yet; it is tried again. */
  mailFailing: boolean;
  releasedByViewer: boolean | null;
  /** Why the viewer cannot confirm it; null when they can. */
  confirmFault: string | null;
}

/** More rights for a member, proposed and not yet confirmed. */
export interface PendingGrant {
  id: Id<"roleGrant">;
  organisationId: Id<"organisation">;
  organisationName: string;
  membershipId: Id<"membership">;
  memberName: string;
  memberEmail: string;
  role: Role;
  proposedAt: Date;
  proposedByName: string | null;
  confirmFault: string | null;
}

/** A new password that an admin asked for and that nobody has chosen yet. */
export interface PendingReset {
  id: Id<"passwordReset">;
  /** Null for people of several parties. */
  organisationName: string | null;
  memberName: string;
  memberEmail: string;
  requestedAt: Date;
  expiresAt: Date;
  requestedByName: string | null;
  releasedByName: string | null;
  releasedByViewer: boolean | null;
  /** Why the viewer cannot release it; null when they can. */
  releaseFault: string | null;
}

export interface SessionItem {
  id: Id<"session">;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  userAgent: string | null;
  ip: string | null;
}
