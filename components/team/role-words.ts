/** Roles in words. What they may do in detail is decided on the server. */
export const ROLE_WORDS: Record<string, { label: string; may: string }> = {
  admin: { label: "Admin", may: "Everything here, and decides who belongs to the team." },
  finance: {
    label: "Finance",
    may: "Reads everything, and moves money where this portal can: refunds, answers, payouts.",
  },
  viewer: { label: "Viewer", may: "Reads everything and changes nothing." },
  fraud_analyst: {
    label: "Fraud analyst",
    may: "Decides cases of the review queue and keeps the rules behind it.",
  },
  device_manager: {
    label: "Device manager",
    may: "Registers, suspends and retires devices, and imports records.",
  },
  auditor: {
    label: "Auditor",
    may: "Reads everything with the audit log and the ledger, and changes nothing.",
  },
};

export function roleLabel(role: string): string {
  return ROLE_WORDS[role]?.label ?? role;
}
