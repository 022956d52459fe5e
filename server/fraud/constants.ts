/** Closed sets of the review queue and the defaults of a program's policy. */
export const SIGNAL_NAMES = ["velocity", "amount", "travel"] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

export const VERDICTS = ["authorise", "review", "decline"] as const;
export type Verdict = (typeof VERDICTS)[number];

export const CASE_STATES = ["open", "escalated", "approved", "declined", "expired", "withdrawn"] as const;
export type CaseState = (typeof CASE_STATES)[number];
export const OPEN_CASE_STATES = ["open", "escalated"] as const;

/** Why a case was decided as it was: what rules and models learn from. */
export const DECISION_REASONS = {
  fraud: "Fraud: the payer did not mean to pay this",
  mistake: "Mistake: of the payer, the device or the merchant",
  genuine: "Genuine: the payer is who they should be",
  cannot_tell: "Cannot tell: decided on balance",
} as const;
export type DecisionReason = keyof typeof DECISION_REASONS;

/** Cases that one reviewer can hold at once; whoever asks for the next one gets back what is in hand. */
export const MAX_CLAIMS = 5;

/** How long a claim keeps a case away from other reviewers; an absent reviewer's case then returns to the queue. */
export const CLAIM_LEASE_MINUTES = 10;
/** How far back the taps of an instrument are looked at. */
export const TAP_HISTORY_HOURS = 24;
export const TAPS_LOOKED_AT = 20;
/** Where taps closer than this are the same place: positions of devices are not surveyed. */
export const SAME_PLACE_METRES = 1_000;

/** Why a closed case was not overturned. */
export const OVERTURN_REFUSALS = {
  not_decided_by_person: "Only what a reviewer decided can be overturned.",
  already_overturned: "This decision was overturned already.",
  own_decision: "You decided this case yourself: somebody else has to overturn it.",
  not_independent:
    "One of you brought the other in, or your account is newer than the decision: somebody independent has to overturn it.",
  same_verdict: "This is what was decided; overturning needs the other verdict.",
} as const;
export type OverturnRefusal = keyof typeof OVERTURN_REFUSALS;

/** Why a reviewer's action was refused. */
export const CASE_REFUSALS = {
  case_not_open: "This case was decided already.",
  claimed_by_other: "A colleague is working on this case.",
  too_many_claims: "You hold five cases already: decide one or give one back.",
  not_claimed: "This case is not claimed by you.",
  queue_empty: "No case waits for a reviewer.",
} as const;
