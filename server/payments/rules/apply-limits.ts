/** Whether a payment stays within the limits that bind it. Pure. */
import { type DeclineReason, LIMIT_PERIODS, LIMIT_SUBJECTS } from "../constants";
import type { CountedLimit, LimitFacts } from "../types";

export interface ReachedLimit {
  reason: DeclineReason;
  limit: LimitFacts;
}

/**
 * The first limit that `amountMicros` more would pass, or null. Device before instrument, payer and merchant, the
 * shortest period first, count before amount. A payment of nothing (an allowance covers it) counts as a payment.
 */
export function findReachedLimit(limits: readonly LimitFacts[], amountMicros: bigint): ReachedLimit | null {
  for (const limit of [...limits].sort(byRank)) {
    const { maxPayments, maxAmountMicros, subject } = limit;
    if (maxPayments !== null && limit.usedPayments >= maxPayments) {
      return { reason: `${subject}_count_limit`, limit };
    }
    if (maxAmountMicros !== null && limit.usedMicros + amountMicros > maxAmountMicros) {
      return { reason: `${subject}_amount_limit`, limit };
    }
  }
  return null;
}

function byRank(a: LimitFacts, b: LimitFacts): number {
  return (
    LIMIT_SUBJECTS.indexOf(a.subject) - LIMIT_SUBJECTS.indexOf(b.subject) ||
    LIMIT_PERIODS.indexOf(a.period) - LIMIT_PERIODS.indexOf(b.period)
  );
}

/** The counters that a payment adds to: those of limits over more than the payment itself; null when there are none. */
export function countedLimits(limits: readonly LimitFacts[]): CountedLimit[] | null {
  const counted = limits
    .filter((limit) => limit.period !== "payment")
    .map((limit) => ({ limit: limit.id, subject: limit.subjectId, start: limit.start }));
  return counted.length > 0 ? counted : null;
}
