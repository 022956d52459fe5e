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
}

export interface Invitation {
  id: string;
  email: string | null;
  role: string;
  createdAt: string;
  expiresAt: string;
  createdByName: string | null;
}

/** Each throws with a sentence when it was refused. */
export interface TeamActions {
  invite: (input: { email: string; role: string }) => Promise<{ url: string; expiresAt: string }>;
  revokeInvitation: (invitationId: string) => Promise<unknown>;
  changeRole: (membershipId: string, role: string) => Promise<unknown>;
  revoke: (membershipId: string) => Promise<unknown>;
}
