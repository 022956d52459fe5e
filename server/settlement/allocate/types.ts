/** What goes into the split of a payment and what comes out. Amounts are micros; the engine gives whole minor units. */

export interface AllocationPayment {
  /** Captured amount: not negative, whole minor units of the agreement's currency. */
  amountMicros: bigint;
  /** Short name of the merchant that took the payment; takes the place of `$merchant`. */
  merchant: string;
  /** A rule with a condition on the kind or zone does not match a payment without one. */
  deviceKind?: string | null;
  zone?: string | null;
  capturedAt: Date;
  /** IANA name of the program's time zone, in which the hours of rules are meant. */
  timeZone: string;
}

/** Running figures of one program and settlement period, before a payment, in capture order. */
export interface AllocationBases {
  /** Sum of the captured amounts so far. Gross: a later refund does not lower it. */
  programGrossMicros: bigint;
  /**
   * What steps with a ceiling have taken so far, by step id. A step id that occurs in several rules is one step with
   * one total. Gross as well: a refund does not give room back.
   */
  takenMicros: ReadonlyMap<string, bigint>;
}

/** One step's money for one party. A step and party have at most one leg in an allocation. */
export interface Leg {
  to: string;
  step: string;
  amountMicros: bigint;
  /** What the step wanted for this party and did not get, for its ceiling or for want of money; zero mostly. */
  shortMicros: bigint;
  /** One plain sentence; empty when explanations were not asked for. */
  why: string;
}

export interface Allocation {
  /** Name of the rule that matched. */
  rule: string;
  /** Legs of zero are left out, unless they are short. The amounts add up to the payment. */
  legs: Leg[];
  /** The running figures after this payment. */
  bases: AllocationBases;
}

export const EMPTY_BASES: AllocationBases = { programGrossMicros: 0n, takenMicros: new Map() };
