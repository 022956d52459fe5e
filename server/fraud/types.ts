import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { CASE_REFUSALS, CaseState, DecisionReason, SignalName, Verdict } from "./constants";
import type { FraudTerms } from "./schema";

export interface Place {
  latitude: number;
  longitude: number;
}

/** An earlier payment of the same instrument. */
export interface Tap {
  paymentId: Id<"payment">;
  occurredAt: Date;
  place: Place | null;
  deviceName: string | null;
}

/** Running statistics of ln(amount in micros) over captured payments of one kind of device in one program. */
export interface Habit {
  observations: bigint;
  meanLog: number;
  /** Sum of squared deviations from the mean. */
  m2Log: number;
}

/** All that the screen looks at. It asks nothing else of the world, so equal facts give equal scores. */
export interface ScreenFacts {
  amountMicros: bigint;
  currency: Currency;
  /** In words, for sentences: "this card", "this wallet". */
  instrumentWord: string;
  /** In words, for sentences: "parking meter". */
  deviceKindWord: string;
  occurredAt: Date;
  place: Place | null;
  /** Earlier taps, in any order; the screen ignores those after `occurredAt`. */
  taps: readonly Tap[];
  habit: Habit | null;
  terms: FraudTerms;
}

export interface Signal {
  name: SignalName;
  points: number;
  /** "5th payment with this card in 9 minutes." */
  sentence: string;
  facts: Record<string, string | number>;
}

export interface Screening {
  /** 0 to 100: the base points and the points of all signals, exactly. */
  score: number;
  basePoints: number;
  /** Signals that raised points, strongest first. */
  signals: Signal[];
  verdict: Verdict;
  /** What would have let it pass; null when it passed. */
  wouldHavePassed: string | null;
}

export interface NewCase {
  id: Id<"case">;
  paymentId: Id<"payment">;
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  deviceId: Id<"device"> | null;
  amountMicros: bigint;
  currency: Currency;
  screening: Screening;
  policyVersion: number;
  openedAt: Date;
  dueAt: Date;
}

export interface CaseRow {
  id: Id<"case">;
  paymentId: Id<"payment">;
  programId: Id<"program">;
  programName: string;
  merchantId: Id<"organisation">;
  merchantName: string;
  deviceId: Id<"device"> | null;
  deviceName: string | null;
  score: number;
  basePoints: number;
  amountMicros: bigint;
  currency: Currency;
  expectedLossMicros: bigint;
  headline: string;
  wouldHavePassed: string | null;
  state: CaseState;
  openedAt: Date;
  dueAt: Date;
  claimedById: Id<"user"> | null;
  claimedByName: string | null;
  claimExpiresAt: Date | null;
  decidedById: Id<"user"> | null;
  decidedByName: string | null;
  decidedAt: Date | null;
  decisionNote: string | null;
  decisionReason: DecisionReason | null;
  overturnedByName: string | null;
  overturnedAt: Date | null;
  overturnVerdict: "approved" | "declined" | null;
  overturnReason: DecisionReason | null;
  overturnNote: string | null;
}

export interface CaseNote {
  id: string;
  authorName: string;
  at: Date;
  text: string;
}

export interface CaseDetail extends CaseRow {
  signals: Signal[];
  notes: CaseNote[];
}

export type CaseRefusal = keyof typeof CASE_REFUSALS;

/** Sums of ln(amount) over newly captured payments, to be added to a habit. */
export interface HabitObservation {
  programId: Id<"program">;
  deviceKind: string;
  observations: bigint;
  meanLog: number;
  m2Log: number;
}
