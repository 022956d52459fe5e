import {
  Archive,
  Ban,
  Check,
  CheckCheck,
  Circle,
  CircleDashed,
  CircleSlash,
  Clock,
  FileCheck,
  Flag,
  Hourglass,
  type LucideIcon,
  Pause,
  PenLine,
  Send,
  TriangleAlert,
  Undo2,
  User,
  X,
} from "lucide-react";
import { Badge, type Tone } from "@/components/ui/badge";

interface StatusLook {
  label: string;
  tone: Tone;
  icon: LucideIcon;
}

const look = (label: string, tone: Tone, icon: LucideIcon): StatusLook => ({ label, tone, icon });

/** Every state a thing can be in, by kind. The icon says the same as the colour. */
const STATUSES = {
  payment: {
    authorised: look("Authorised", "accent", Clock),
    captured: look("Captured", "arrived", Check),
    declined: look("Declined", "loss", X),
    in_review: look("Held for review", "waiting", Pause),
    voided: look("Voided", "neutral", Ban),
    expired: look("Expired", "neutral", Hourglass),
    refunded: look("Refunded", "neutral", Undo2),
    partially_refunded: look("Partly refunded", "neutral", Undo2),
    charged_back: look("Charged back", "loss", TriangleAlert),
  },
  payout: {
    proposed: look("Proposed", "waiting", CircleDashed),
    approved: look("Approved", "accent", Check),
    submitted: look("Sent to bank", "accent", Send),
    paid: look("Paid", "arrived", Check),
    failed: look("Failed", "loss", X),
    returned: look("Returned", "loss", Undo2),
    cancelled: look("Cancelled", "neutral", Ban),
    held: look("Held", "waiting", Pause),
  },
  run: {
    open: look("Open", "neutral", Circle),
    closing: look("Closing", "waiting", Hourglass),
    calculated: look("Calculated", "waiting", CircleDashed),
    approved: look("Approved", "accent", Check),
    paying: look("Paying", "accent", Send),
    settled: look("Settled", "arrived", CheckCheck),
    disputed: look("Disputed", "loss", Flag),
    failed: look("Failed", "loss", X),
  },
  statement: {
    calculated: look("Calculated", "waiting", CircleDashed),
    issued: look("Issued", "accent", FileCheck),
    approved: look("Approved", "accent", Check),
    disputed: look("Disputed", "loss", Flag),
    paid: look("Paid", "arrived", Check),
    carried: look("Carried", "neutral", Archive),
    settled: look("Settled", "arrived", CheckCheck),
  },
  device: {
    registered: look("Registered", "neutral", Circle),
    pending: look("Not yet enrolled", "waiting", CircleDashed),
    active: look("Active", "arrived", Check),
    online: look("Online", "arrived", Check),
    offline: look("Offline", "waiting", CircleDashed),
    suspended: look("Suspended", "waiting", Pause),
    quarantined: look("Quarantined", "loss", TriangleAlert),
    blocked: look("Blocked", "loss", Ban),
    lost: look("Lost", "loss", TriangleAlert),
    retired: look("Retired", "neutral", Archive),
    revoked: look("Revoked", "loss", CircleSlash),
  },
  case: {
    open: look("Open", "waiting", Circle),
    claimed: look("Claimed", "accent", User),
    escalated: look("Escalated", "loss", Flag),
    approved: look("Approved", "arrived", Check),
    declined: look("Declined", "loss", X),
    expired: look("Decided by policy", "neutral", Hourglass),
    closed: look("Closed", "neutral", Archive),
  },
  agreement: {
    draft: look("Draft", "neutral", PenLine),
    proposed: look("Proposed", "waiting", CircleDashed),
    approved: look("Approved", "accent", Check),
    in_force: look("In force", "arrived", Check),
    superseded: look("Superseded", "neutral", Archive),
    rejected: look("Rejected", "loss", X),
  },
  reconciliation: {
    expected: look("Expected", "neutral", Clock),
    missing: look("Missing", "loss", TriangleAlert),
    matched: look("Matched", "arrived", Check),
    over: look("Over", "waiting", TriangleAlert),
    under: look("Under", "loss", TriangleAlert),
    unexpected: look("Unexpected", "waiting", TriangleAlert),
    resolved: look("Resolved", "arrived", CheckCheck),
    open: look("Open", "waiting", Circle),
  },
  transfer: {
    pending: look("Pending", "waiting", Clock),
    posted: look("Posted", "arrived", Check),
    voided: look("Voided", "neutral", Ban),
  },
  credential: {
    active: look("Active", "arrived", Check),
    rotating: look("Rotating", "waiting", Hourglass),
    expired: look("Expired", "neutral", Hourglass),
    revoked: look("Revoked", "loss", CircleSlash),
  },
  bankAccount: {
    waiting: look("Waits for a second person", "waiting", CircleDashed),
    resting: look("Confirmed, rests", "waiting", Hourglass),
    active: look("In use", "arrived", Check),
    disabled: look("Ended", "neutral", Archive),
    refused: look("Not confirmed", "neutral", Ban),
  },
  delivery: {
    pending: look("Waiting", "waiting", Clock),
    delivered: look("Delivered", "arrived", Check),
    retrying: look("Retrying", "waiting", Hourglass),
    failed: look("Failed", "loss", X),
    disabled: look("Disabled", "neutral", Ban),
  },
  health: {
    ok: look("Working", "arrived", Check),
    degraded: look("Degraded", "waiting", TriangleAlert),
    down: look("Down", "loss", X),
  },
  job: {
    created: look("Queued", "neutral", Circle),
    active: look("Running", "accent", Hourglass),
    retry: look("Retrying", "waiting", Hourglass),
    completed: look("Done", "arrived", Check),
    failed: look("Failed", "loss", X),
    cancelled: look("Cancelled", "neutral", Ban),
  },
} satisfies Record<string, Record<string, StatusLook>>;

export type StatusKind = keyof typeof STATUSES;

function sentence(state: string): string {
  const words = state.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Label, tone and icon of a state; a state not known here is shown as it is, in neutral. */
export function statusLook(kind: StatusKind, state: string): StatusLook {
  const table: Record<string, StatusLook> = STATUSES[kind];
  return table[state] ?? look(sentence(state), "neutral", Circle);
}

interface StatusBadgeProps {
  kind: StatusKind;
  state: string;
  /** Replaces the label, as in "Paid 13 Nov". */
  label?: string;
  /** Leaves the icon out, for dense tables. */
  plain?: boolean;
  className?: string;
}

export function StatusBadge({ kind, state, label, plain, className }: StatusBadgeProps) {
  const { label: usual, tone, icon: Icon } = statusLook(kind, state);
  return (
    <Badge tone={tone} icon={plain ? undefined : <Icon aria-hidden />} className={className}>
      {label ?? usual}
    </Badge>
  );
}
