/** Actions of the audit log in words; what is missing here is told by its own name. */
const ACTIONS: Record<string, string> = {
  "case.claimed": "Claimed a case",
  "case.released": "Gave a case back",
  "case.escalated": "Escalated a case",
  "case.noted": "Wrote a note on a case",
  "case.approved": "Approved a held payment",
  "case.declined": "Declined a held payment",
  "case.expired": "Declined a held payment that nobody reviewed",
  "fraud_policy.changed": "Changed the rules of a program",
  "limit.set": "Set a limit",
  "limit.changed": "Changed a limit",
  "limit.removed": "Removed a limit",
  "allowance.granted": "Granted an allowance",
  "allowance.changed": "Changed an allowance",
  "instrument.blocked": "Blocked a card, wallet or allowance",
  "instrument.unblocked": "Unblocked a card, wallet or allowance",
  "membership.role_changed": "Gave a member another role",
  "membership.role_proposed": "Proposed another role for a member",
  "membership.role_withdrawn": "Took back a proposed role",
  "membership.revoked": "Took a member out of a team",
  "membership.created": "Added a member to a team",
  "invitation.created": "Invited somebody",
  "invitation.revoked": "Withdrew an invitation",
  "invitation.released": "Confirmed an invitation",
  "invitation.accepted": "Accepted an invitation",
  "organisation.created": "Created an organisation",
  "organisation.suspended": "Suspended an organisation",
  "organisation.resumed": "Let an organisation in again",
  "program.created": "Created a program",
  "program.party_added": "Added a party to a program",
  "device.registered": "Registered a device",
  "device.activated": "Activated a device",
  "device.suspended": "Suspended a device",
  "device.retired": "Retired a device",
  "device.credential_added": "Gave a device a key",
  "device.credential_revoked": "Took a key from a device",
  "agreement.drafted": "Drafted an agreement",
  "agreement.proposed": "Proposed an agreement",
  "agreement.accepted": "Put an agreement in force",
  "agreement.approved": "Approved an agreement",
  "agreement.rejected": "Rejected an agreement",
  "run.created": "Closed a period",
  "run.approved": "Approved a settlement run",
  "payout.submitted": "Sent a payout to the bank",
  "payout.paid": "Marked a payout as paid",
  "payout.failed": "Marked a payout as failed",
  "payout.returned": "Marked a payout as returned",
  "payout.cancelled": "Cancelled a payout",
  "payout_rule.changed": "Changed when a party is paid out",
  "adjustment.added": "Added an adjustment",
  "bank_account.registered": "Registered a bank account",
  "bank_account.approved": "Approved a bank account",
  "payment.refunded": "Refunded a payment",
  "import.finished": "Imported a file",
  "user.created": "Created a person",
  "user.password_changed": "Changed their password",
  "session.opened": "Signed in",
  "session.revoked": "Ended a session",
  "session.signed_out": "Signed out",
  "sign_in.refused": "Was refused at sign-in",
  "founding.link_created": "Made a link for a founder",
};

export function actionWords(action: string): string {
  const known = ACTIONS[action];
  if (known) return known;
  const words = action.replace(/[._]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What the first words of actions concern, for the filter. */
export const ACTION_GROUPS: readonly { value: string; label: string }[] = [
  { value: "case", label: "Review cases" },
  { value: "payment", label: "Payments" },
  { value: "instrument", label: "Cards, wallets and allowances" },
  { value: "device", label: "Devices and their keys" },
  { value: "agreement", label: "Agreements" },
  { value: "run", label: "Settlement runs" },
  { value: "payout", label: "Payouts" },
  { value: "adjustment", label: "Adjustments" },
  { value: "bank_account", label: "Bank accounts" },
  { value: "import", label: "Imports" },
  { value: "fraud_policy", label: "Rules" },
  { value: "limit", label: "Limits" },
  { value: "allowance", label: "Allowances" },
  { value: "organisation", label: "Organisations" },
  { value: "program", label: "Programs" },
  { value: "membership", label: "Members of teams" },
  { value: "invitation", label: "Invitations" },
  { value: "session", label: "Sign-ins" },
  { value: "sign_in", label: "Refused sign-ins" },
  { value: "user", label: "People" },
];

export function subjectWords(kind: string): string {
  const words = kind.replace(/[-_]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
