/** Words and numbers that settlement shares with whoever reads its rows. */
export const AGREEMENT_STATES = [
  "draft",
  "proposed",
  "approved",
  "in_force",
  "superseded",
  "rejected",
] as const;
export const RUN_STATES = ["open", "closing", "calculated", "approved", "paying", "settled"] as const;
/** The steps of a run, in order; a run that was interrupted goes on at the one that its row names. */
export const RUN_STEPS = ["freeze", "guarantees", "statements", "payouts", "done"] as const;
export const STATEMENT_STATES = ["calculated", "approved", "paid", "carried", "disputed"] as const;
export const PAYOUT_STATES = [
  "proposed",
  "approved",
  "submitted",
  "paid",
  "failed",
  "returned",
  "cancelled",
] as const;

/** What takes a proposal by one person and the confirmation by another. */
export const CONFIRMATION_ACTIONS = [
  "adjustment.add",
  "payout_rule.set",
  "payout.take_back",
  "bank_account.use",
  "authority_setting.set",
  "import.undo",
  "calendar.change",
] as const;
export const CONFIRMATION_OUTCOMES = ["rejected", "withdrawn", "expired"] as const;
/** Figures of authority that two people can change; limits are in minor units of whatever currency it is. */
export const AUTHORITY_SETTINGS = [
  "adjustment_limit.finance",
  "adjustment_limit.admin",
  "bank_account.cooling_hours",
] as const;

/** waiting: entered; resting: confirmed, not used yet; refused: nobody confirmed it. */
export const BANK_ACCOUNT_STATES = ["waiting", "resting", "active", "disabled", "refused"] as const;

export type BankAccountState = (typeof BANK_ACCOUNT_STATES)[number];
export type ConfirmationAction = (typeof CONFIRMATION_ACTIONS)[number];
export type ConfirmationOutcome = (typeof CONFIRMATION_OUTCOMES)[number];
export type AuthoritySetting = (typeof AUTHORITY_SETTINGS)[number];
/** Why a version was rejected: by a party, taken back by the operator, or not answered by everybody in time. */
export const AGREEMENT_OUTCOMES = ["rejected", "withdrawn", "expired"] as const;
/** Days of notice that a program's terms can give; the database holds the same bounds. */
export const NOTICE_DAYS = { least: 7, most: 365 } as const;
export const PROGRAM_TERMS_LENGTH = { least: 40, most: 20_000 } as const;

export type AgreementOutcome = (typeof AGREEMENT_OUTCOMES)[number];
export type AgreementState = (typeof AGREEMENT_STATES)[number];
export type RunState = (typeof RUN_STATES)[number];
export type RunStep = (typeof RUN_STEPS)[number];
export type StatementState = (typeof STATEMENT_STATES)[number];
export type PayoutState = (typeof PAYOUT_STATES)[number];

/** A proposal that nobody answered within these days is void. */
export const PROPOSAL_DAYS = 7;

/** How an agreement's terms name the program's operator. */
export const OPERATOR_PARTY = "operator";

/** Payments that one allocator transaction takes: large enough to share its cost, small enough to keep memory flat. */
export const ALLOCATION_BATCH = 2000;
