/** What the page of a team works on, whichever portal it stands in. */
export interface Member {
  /** Of the membership. */
  id: string;
  userId: string;
  name: string;
  email: string;
  role: string;
  joinedAt: string;
  lastSignInAt: string | null;
  cameBy: "mail" | "link_and_code" | "founding" | "release" | "shown" | null;
}

export interface Invitation {
  id: string;
  organisationName: string;
  email: string;
  role: string;
  createdAt: string;
  expiresAt: string;
  createdByName: string | null;
  releasedByName: string | null;
  state: "waiting_for_release" | "waiting_for_mail" | "mail_sent" | "mail_refused" | "link_released";
  withoutMail: boolean;
  mailFailing: boolean;
  releasedByMe: boolean;
  confirmFault: string | null;
}

/** More rights for a member, waiting for a second admin. */
export interface Grant {
  id: string;
  organisationName: string;
  memberName: string;
  memberEmail: string;
  role: string;
  proposedAt: string;
  proposedByName: string | null;
  confirmFault: string | null;
}

/** A new password that an admin asked for. */
export interface Reset {
  id: string;
  organisationName: string | null;
  memberName: string;
  memberEmail: string;
  requestedAt: string;
  expiresAt: string;
  requestedByName: string | null;
  releasedByName: string | null;
  releasedByMe: boolean;
  releaseFault: string | null;
}

export interface Issued {
  /** For the inviter to tell, where no mail carries the link. */
  code: string | null;
  state: "waiting_for_release" | "waiting_for_mail";
  expiresAt: string;
}

export interface Released {
  /** Only where no mail carries it. */
  url: string | null;
  expiresAt: string;
}

export type Invite = (input: { email: string; role: string }) => Promise<Issued>;

/** What a second person decides. Each throws with a sentence when it was refused. */
export interface ConfirmActions {
  releaseInvitation: (invitationId: string) => Promise<Released>;
  revokeInvitation: (invitationId: string) => Promise<void>;
  releaseReset: (resetId: string) => Promise<Released>;
  withdrawReset: (resetId: string) => Promise<void>;
  confirmRole: (grantId: string) => Promise<void>;
  /** Left out where only the organisation's own admins take a proposal back. */
  withdrawRole?: (grantId: string) => Promise<void>;
}

export interface TeamActions extends ConfirmActions {
  invite: Invite;
  changeRole: (membershipId: string, role: string) => Promise<{ waitsForSecond: boolean }>;
  revoke: (membershipId: string) => Promise<unknown>;
  /** Null where people come back by their mailbox. */
  askReset: ((membershipId: string) => Promise<{ code: string; expiresAt: string }>) | null;
}
