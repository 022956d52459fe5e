/** Closed sets of the review queue and the defaults of a program's policy. */
export const SIGNAL_NAMES = ["velocity", "amount", "travel"] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

export const VERDICTS = ["authorise", "review", "decline"] as const;
export type Verdict = (typeof VERDICTS)[number];

export const CASE_STATES = ["open", "escalated", "approved", "declined", "expired", "withdrawn"] as const;
export type CaseState = (typeof CASE_STATES)[number];
export const OPEN_CASE_STATES = ["open", "escalated"] as const;

/** How long a claim keeps a case away from other reviewers; an absent reviewer's case then returns to the queue. */
export const CLAIM_LEASE_MINUTES = 10;
/** How far back the taps of an instrument are looked at. */
export const TAP_HISTORY_HOURS = 24;
export const TAPS_LOOKED_AT = 20;
/** Where taps closer than this are the same place: positions of devices are not surveyed. */
export const SAME_PLACE_METRES = 1_000;

/** Why a reviewer's action was refused. */
export const CASE_REFUSALS = {
  case_not_open: "This case was decided already.",
  claimed_by_other: "A colleague is working on this case.",
  not_claimed: "This case is not claimed by you.",
  queue_empty: "No case waits for a reviewer.",
} as const;
